import numpy as np
import pytest

from engine.phonons.operations import operations
from engine.symmetry.waves.little_group import (
    carried_characters,
    multiplicities,
    wave_group,
    wave_irreps,
)
from tests.engine.phonons.crystals import CRYSTALS


def group_of(name, q, along=None):
    all_ = operations(CRYSTALS[name]())
    line = None if along is None else np.array(along, float)
    parts = all_.lattice_rotations, all_.translations, all_.rotations
    return wave_group(*parts, np.array(q, float), line)


THIRD = 1 / 3


@pytest.mark.parametrize(
    ("name", "q", "along", "cogroup", "dimensions"),
    [
        ("silicon", (0, 0, 0), None, "Oh", [1, 1, 1, 1, 2, 2, 3, 3, 3, 3]),
        ("silicon", (0.5, 0, 0.5), None, "D4h", [2, 2, 2, 2]),  # everything sticks together at X
        ("silicon", (0.5, 0.25, 0.75), None, "D2d", [2, 2]),
        ("silicon", (0.5, 0.5, 0.5), None, "D3d", [1, 1, 1, 1, 2, 2]),
        ("silicon", (0.21, 0, 0.21), (0.5, 0, 0.5), "C4v", [1, 1, 1, 1, 2]),
        ("silicon", (0.21, 0.37, 0.11), None, "C1", [1]),
        ("rocksalt", (0.5, 0, 0.5), None, "D4h", [1, 1, 1, 1, 1, 1, 1, 1, 2, 2]),
        ("titanium", (0, 0, 0.5), None, "D6h", [2, 2, 4]),
        ("quartz", (0, 0, 0.21), (0, 0, 0.5), "C3", [1, 1, 1]),
        ("rutile", (0.5, 0, 0), None, "D2h", [2, 2]),
        ("one screw", (0, 0.5, 0), None, "C2", [2]),  # held together by time reversal
        ("one screw", (0, 0.21, 0), (0, 1, 0), "C2", [1, 1]),
        ("three screws", (0.5, 0.5, 0.5), None, "D2", [4]),  # doubled by it
        ("graphene", (THIRD, THIRD, 0), None, "D3h", [1, 1, 1, 1, 2, 2]),
    ],
)
def test_groups_and_degeneracies_of_textbooks(name, q, along, cogroup, dimensions):
    group = group_of(name, q, along)
    assert group.name == cogroup
    assert sorted(irrep.dimension for irrep in wave_irreps(group)) == dimensions


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("silicon", (0.5, 0, 0.5)),
        ("titanium", (THIRD, THIRD, 0.5)),
        ("quartz", (THIRD, THIRD, 0.5)),
        ("rutile", (0.5, 0.5, 0.5)),
        ("three screws", (0.5, 0.5, 0.5)),
        ("one screw", (0.5, 0.5, 0.5)),
    ],
)
def test_matrices_multiply_as_the_operations_do(name, q):
    group = group_of(name, q)
    for irrep in wave_irreps(group):
        for i in range(group.order):
            for j in range(group.order):
                product = group.rotations[i] @ group.rotations[j]
                shift = group.rotations[i] @ group.translations[j] + group.translations[i]
                k = int(np.flatnonzero((group.rotations == product).all((1, 2)))[0])
                lattice = shift - group.translations[k]
                assert np.allclose(lattice, np.rint(lattice), atol=1e-9)
                expected = np.exp(-2j * np.pi * group.q @ lattice) * irrep.matrices[k]
                assert np.allclose(irrep.matrices[i] @ irrep.matrices[j], expected)


@pytest.mark.parametrize("name", CRYSTALS)
def test_characters_are_orthonormal_and_complete(name):
    for q in ((0, 0, 0), (0.5, 0, 0), (0.5, 0.5, 0), (0.21, 0, 0)):
        group = group_of(name, np.array(q) * CRYSTALS[name]().pbc)
        small = {
            tuple(np.round(part, 6)): irrep.matrices.shape[1]
            for irrep in wave_irreps(group)
            for part in irrep.parts
        }
        chi = np.array(list(small))
        assert np.allclose(chi.conj() @ chi.T / group.order, np.eye(len(chi)), atol=1e-5)
        assert sum(d**2 for d in small.values()) == group.order


def test_what_time_reversal_does():
    assert {i.reversal for i in wave_irreps(group_of("silicon", (0.1, 0.2, 0.3)))} == {"real"}
    assert {i.reversal for i in wave_irreps(group_of("zincblende", (0.1, 0.23, 0.37)))} == {"none"}
    assert {i.reversal for i in wave_irreps(group_of("one screw", (0, 0.5, 0)))} == {"paired"}
    assert {i.reversal for i in wave_irreps(group_of("three screws", (0.5,) * 3))} == {"doubled"}


def test_characters_carried_along_a_line_are_those_found_there():
    here, there = (group_of("silicon", (t, 0, t), (0.5, 0, 0.5)) for t in (0.1, 0.37))
    carried = [carried_characters(here, irrep.characters, there.q) for irrep in wave_irreps(here)]
    counts = [multiplicities(wave_irreps(there), chi) for chi in carried]
    assert np.allclose(np.sort(counts, axis=1)[:, -1], 1)
    assert np.allclose(np.sum(counts, axis=1), 1)


def test_q_a_little_off_is_put_right():
    group = group_of("titanium", (0.33333334, 0.33333333, 0))
    assert np.allclose(group.q[:2], THIRD, atol=1e-12)
