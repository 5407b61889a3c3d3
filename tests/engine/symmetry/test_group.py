import numpy as np
import pytest
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine.symmetry import point_group
from engine.symmetry.group import exact_group, generated


@pytest.fixture(scope="module")
def methane():
    return molecule("CH4")


def test_operations_close_exactly_however_noisy_they_came(methane):
    rotations = point_group(methane).rotations
    noise = np.random.default_rng(0).normal(scale=0.02, size=rotations.shape)
    refined = exact_group(rotations + noise)
    products = np.einsum("axy,byz->abxz", refined, refined)
    nearest = np.abs(products[:, :, None] - refined).max((3, 4)).min(2)
    assert nearest.max() < 1e-14
    assert np.allclose(refined @ refined.transpose(0, 2, 1), np.eye(3), atol=1e-14)


def test_generators_give_the_group_and_no_more(methane):
    rotations = point_group(methane).rotations
    assert len(generated(rotations)) == 24
    golden = Rotation.from_rotvec([0, 0, np.pi * (3 - 5**0.5)]).as_matrix()  # never comes round
    assert generated(golden[None], largest=10) is None


def test_what_is_no_group_is_not_made_one(methane):
    assert exact_group(point_group(methane).rotations[:-1]) is None


def test_action_is_a_representation(methane):
    """D(g) D(h) = D(gh) on random displacements, rotations and permutations together."""
    group = point_group(methane)
    u = np.random.default_rng(1).normal(size=(1, 5, 3))
    table = {}
    for g in range(group.order):
        for h in range(0, group.order, 5):
            product = group.rotations[g] @ group.rotations[h]
            table[g, h] = int(np.abs(group.rotations - product).max((1, 2)).argmin())
    acted = group.act(u)
    for (g, h), gh in table.items():
        assert np.allclose(group.act(acted[h])[g], acted[gh], atol=1e-12)


def test_displacement_characters_are_traces_of_the_action(methane):
    group = point_group(methane)
    everything = np.eye(15).reshape(15, 5, 3)
    assert np.allclose(group.characters(everything), group.displacement_characters())


def test_symmetrized_hessian_commutes_and_keeps_symmetric_ones(methane):
    turned = methane.copy()
    turned.positions = turned.positions @ Rotation.random(rng=3).as_matrix().T
    group = point_group(turned)
    random = np.random.default_rng(2).normal(size=(15, 15))
    symmetric = group.symmetrize_hessian(random + random.T)
    for g in range(group.order):
        matrix = group.act(np.eye(15).reshape(15, 5, 3))[g].reshape(15, 15).T
        assert np.allclose(matrix @ symmetric, symmetric @ matrix, atol=1e-12)
    assert np.allclose(group.symmetrize_hessian(symmetric), symmetric, atol=1e-12)
