import numpy as np
import pytest
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine.symmetry import point_group
from engine.symmetry.group import exact_group, schoenflies
from tests.engine.symmetry.molecules.shapes import IDEAL, operations


@pytest.fixture(scope="module")
def methane():
    return molecule("CH4")


@pytest.mark.parametrize("name", IDEAL)
def test_operations_name_their_group(name):
    turned = Rotation.random(rng=1).as_matrix()
    rotations = turned @ operations(name) @ turned.T
    shuffled = np.random.default_rng(2).permutation(rotations)
    assert schoenflies(shuffled) == name


@pytest.mark.parametrize("name", ["C3", "Td", "D4d", "Oh", "S8", "C2v"])
def test_what_is_no_group_has_no_name(name):
    rotations = operations(name)
    with pytest.raises(ValueError, match="no point group"):
        schoenflies(rotations[:-1])


@pytest.mark.parametrize("name", ["C1", "Cs", "C5v", "D12h", "T", "Oh", "Ih"])
def test_operations_close_exactly_however_noisy_they_came(name):
    rotations = operations(name)
    noise = np.random.default_rng(0).normal(scale=0.01, size=rotations.shape)
    refined = exact_group(rotations + noise)
    products = np.einsum("axy,byz->abxz", refined, refined).reshape(-1, 1, 9)
    nearest = [np.abs(product - refined.reshape(-1, 9)).max(1).min() for product in products]
    assert max(nearest) < 1e-13
    assert np.allclose(refined @ refined.transpose(0, 2, 1), np.eye(3), atol=1e-13)
    assert schoenflies(refined) == name


def test_what_is_no_group_is_not_made_one(methane):
    rotations = point_group(methane).rotations
    assert exact_group(rotations[:-1]) is None
    twice = np.repeat(operations("C2"), 2, axis=0)  # C2 x C2, but only two matrices
    table = np.array([[a ^ b for b in range(4)] for a in range(4)])
    assert exact_group(twice, table) is None


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


def test_symmetrized_positions_are_the_nearest_of_their_symmetry(methane):
    """What averaging takes away is orthogonal to everything that it leaves alone."""
    group = point_group(methane)
    random = np.random.default_rng(5).normal(size=(2, 5, 3))
    symmetric, other = (group.symmetrize_positions(x) for x in random)
    for rotation, permutation in zip(group.rotations, group.permutations, strict=True):
        assert np.allclose(symmetric[permutation], symmetric @ rotation.T, atol=1e-12)
    assert abs(np.sum((random[0] - symmetric) * other)) < 1e-12


def test_masses_keep_a_subgroup(methane):
    group = point_group(methane)
    heavy = group.preserving(np.array([12.0, 1, 1, 1, 2]))
    assert (heavy.name, heavy.order) == ("C3v", 6)
    assert group.preserving(np.array([13.0, 1, 1, 1, 1])).name == "Td"
    rows = {row.tobytes() for row in group.rotations}
    assert all(row.tobytes() in rows for row in heavy.rotations)
    acetylene = point_group(molecule("C2H2"))
    assert acetylene.linear
    assert acetylene.preserving(np.array([12.0, 12, 2, 1])).name == "C∞v"
    assert acetylene.preserving(np.array([13.0, 13, 2, 2])).name == "D∞h"
