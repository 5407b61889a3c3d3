import json

import numpy as np
import pytest
from ase.build import bulk, graphene

import engine
from tests.engine.phonons.test_mesh import pairs


@pytest.fixture(scope="module")
def ph(silicon, stillinger_weber):
    return engine.phonons(silicon, stillinger_weber)


@pytest.fixture(scope="module")
def mgo():
    atoms = bulk("MgO", "rocksalt", a=4.21)
    charges = np.array([1.9 * np.eye(3), -1.9 * np.eye(3)])
    return engine.phonons(atoms, pairs("Mg", "O", within=2.5), (3, 3, 3), (charges, 3 * np.eye(3)))


def test_interpolated_bands_have_the_symmetry_of_exact_ones(ph):
    exact, interpolated = ph.bands(n_points=40, exact=True), ph.bands(n_points=40)
    assert exact.irreps == interpolated.irreps
    assert [s.labels for s in exact.segments] == [s.labels for s in interpolated.segments]
    assert interpolated.symmetry_error < 1e-8
    assert all(c.obeyed for c in (*exact.compatibility, *interpolated.compatibility))


def test_irreps_stand_beside_the_ascending_frequencies(ph):
    bands = ph.bands(n_points=40)
    assert np.shape(bands.irreps) == bands.frequencies_cm1.shape
    json.dumps(bands.irreps)
    for point in (0, 3, bands.labels[1][1]):
        q = bands.q[point]
        modes = ph.modes(q)
        if q.any():
            assert modes.irrep == bands.irreps[point]
            assert np.allclose(modes.frequency_cm1, bands.frequencies_cm1[point], atol=1e-6)
        else:
            assert modes.irrep == bands.irreps[point]
    assert (np.sort(bands.connected_cm1, axis=1) == bands.frequencies_cm1).all()


def test_gamma_of_a_polar_crystal_has_the_labels_of_the_segment(mgo):
    """LO belongs to A1 of Δ and of Λ, TO to E; T1u exists without the field only."""
    bands = mgo.bands(n_points=60)
    at_gamma = np.flatnonzero(~bands.q.any(1))
    for point in at_gamma:
        segment = next(s for s in bands.segments if point in (s.first, s.last))
        assert bands.irreps[point][-1] == "A1"
        assert set(bands.irreps[point]) == set(segment.labels)
    assert "Γ" not in {point.name for point in bands.points}
    assert all(relation.obeyed for relation in bands.compatibility)
    exact = mgo.bands(n_points=60, exact=True)
    assert set(exact.irreps[0]) == {"T1u"}


def test_gamma_of_another_zone_is_split_as_well(mgo):
    """The path from X on into the next zone ends at Γ, approached from there."""
    from engine.phonons.path import BandPath

    there = np.linspace(0, 1, 21)[:, None] * np.array([1.0, 0, 1.0])
    labels = (("Γ", 0), ("X", 10), ("Γ", 20))
    bands = mgo.bands(BandPath(there, np.linspace(0, 4, 21), labels))
    assert np.allclose(bands.frequencies_cm1[0], bands.frequencies_cm1[-1], atol=1e-3)
    assert bands.irreps[0] == bands.irreps[-1]


def test_slabs_and_chains_have_labels():
    sheet = engine.phonons(graphene(vacuum=5), pairs("C", within=3.0), mesh=None)
    bands = sheet.bands(n_points=30)
    assert None not in {label for row in bands.irreps for label in row}
    assert all(relation.obeyed for relation in bands.compatibility)
    groups = {point.name: point.group for point in bands.points}
    assert (groups["Γ"], groups["K"], groups["M"]) == ("D6h", "D3h", "D2h")
    chain = engine.entry("diatomic-chain").result().bands(n_points=12)
    assert None not in {label for row in chain.irreps for label in row}


def test_isotopes_take_labels_away(stillinger_weber):
    atoms = bulk("Si", a=5.431)
    atoms.set_masses([28, 30])
    bands = engine.phonons(atoms, stillinger_weber, mesh=None).bands("Γ-X", 20)
    assert {point.group for point in bands.points} == {"Td", "D2d"}
    assert bands.segments[0].group == "C2v"
    assert bands.symmetry_error < 1e-8


def test_modes_anywhere_have_labels_and_say_how_pure_they_are(ph):
    modes = ph.modes(np.array([0.5, 0.5, 0.5]))
    assert modes.irrep == ("Eg", "Eg", "A2u", "A1g", "Eu", "Eu")
    assert modes.degeneracy.tolist() == [2, 2, 1, 1, 2, 2]
    assert min(modes.symmetry_purity) > 1 - 1e-6
    assert ph.modes(np.array([0.1, 0.23, 0.37])).irrep == ("A",) * 6
