"""LO-TO splitting against the closed formulas of Born and Huang."""

import numpy as np
import pytest
from ase.build import bulk, graphene
from phonopy.file_IO import get_BORN_lines
from phonopy.structure.atoms import PhonopyAtoms
from scipy import constants

import engine
from engine import PhonoscopeError
from engine.phonons import born_charges, brillouin_zone
from engine.phonons.mesh import check_points
from engine.phonons.operations import operations
from engine.phonons.polar import polarization
from tests.engine.phonons.test_mesh import pairs, wurtzite

E2 = constants.e / (4 * np.pi * constants.epsilon_0) * 1e10  # eV angstrom
CM1 = 521.4708983
Z, EPSILON = 1.9, 3.0


@pytest.fixture(scope="module")
def mgo():
    atoms = bulk("MgO", "rocksalt", a=4.21)
    charges = np.array([Z * np.eye(3), -Z * np.eye(3)])
    return engine.phonons(
        atoms, pairs("Mg", "O", within=2.5), (3, 3, 3), (charges, EPSILON * np.eye(3))
    )


@pytest.mark.parametrize("direction", [(1, 0, 0), (1, 1, 1), (0.3, -2, 0.7)])
def test_splitting_of_a_cubic_crystal_is_that_of_born_and_huang(mgo, direction):
    """omega_LO^2 - omega_TO^2 = 4 pi e^2 Z^2 / (V mu eps), in any direction."""
    to = mgo.gamma.frequency_cm1[-1]
    mu = 1 / (1 / mgo.atoms.get_masses()).sum()
    expected = 4 * np.pi * E2 * Z**2 / (mgo.atoms.get_volume() * mu * EPSILON)
    optical = mgo.modes(np.zeros(3), direction).frequency_cm1[3:]
    assert np.allclose(optical[:2], to, atol=1e-6)
    assert np.isclose((optical[2] ** 2 - to**2) / CM1**2, expected, rtol=1e-6)


def test_longitudinal_mode_moves_along_the_direction(mgo):
    direction = np.array([0.6, 0.0, 0.8])
    u = mgo.modes(np.zeros(3), direction).displacement[-1]
    assert np.allclose(np.abs(u @ direction), np.linalg.norm(u, axis=1))


def test_bands_approach_the_split_modes(mgo):
    bands = mgo.bands(n_points=2000)
    lo = mgo.modes(np.zeros(3), [1, 0, 0]).frequency_cm1[-1]
    at_gamma = np.flatnonzero(~bands.q.any(1))
    assert len(at_gamma) == 3  # the start, and both sides of the Γ between K and L
    for i in at_gamma:
        near = i + 1 if i == 0 or bands.distance[i] == bands.distance[i - 1] else i - 1
        assert abs(bands.frequencies_cm1[i, -1] - lo) < 1e-3
        assert abs(bands.frequencies_cm1[near, -1] - lo) < 1.0
    for name, point in bands.labels:
        assert (name == "Γ") == (not bands.q[point].any())
    exact = mgo.bands(n_points=50, exact=True)
    assert abs(exact.frequencies_cm1[0, -1] - mgo.gamma.frequency_cm1[-1]) < 1e-3


def test_splitting_of_a_uniaxial_crystal_depends_on_the_direction():
    atoms = wurtzite()
    al = np.diag([2.5, 2.5, 2.7])
    epsilon = np.diag([4.2, 4.2, 4.6])
    charges = np.array([al if s == "Al" else -al for s in atoms.get_chemical_symbols()])
    ph = engine.phonons(atoms, pairs("Al", "N", within=2.8), (2, 2, 2), (charges, epsilon))
    masses = np.repeat(atoms.get_masses(), 3)
    highest = []
    for direction in np.array([[1, 0, 0], [0, 0, 1], [0.6, 0, 0.8]]):
        field = np.einsum("a,iab->ib", direction, charges).ravel() / np.sqrt(masses)
        strength = 4 * np.pi * E2 / atoms.get_volume() / (direction @ epsilon @ direction)
        matrix = ph.dynamical_matrix(np.zeros(3)).real + strength * np.outer(field, field)
        expected = np.linalg.eigvalsh(matrix)
        found = ph.modes(np.zeros(3), direction).frequency_cm1
        assert np.allclose(np.sign(found) * (found / CM1) ** 2, expected, atol=1e-6)
        highest.append(found[-1])
    assert np.ptp(highest) > 5


def test_exact_matrices_stay_the_models_own(mgo):
    plain = engine.phonons(mgo.atoms, mgo.potential, mesh=None)
    q = np.array([0.1, 0.0, 0.1])
    assert np.allclose(mgo.dynamical_matrix(q), plain.dynamical_matrix(q))
    assert mgo.modes(q).frequency_cm1[-1] > mgo.modes(q, exact=True).frequency_cm1[-1] + 10


def test_what_is_shown_between_the_points_is_held_against_the_model(mgo):
    """These springs have no field at all: the error is large, and not hidden."""
    off = [
        np.abs(mgo.modes(q).frequency_cm1 - mgo.modes(q, exact=True).frequency_cm1).max()
        for q in mgo.sample.check_q
    ]
    assert np.isclose(mgo.trust.interpolation_error_cm1, max(off), atol=1e-6)
    assert max(off) > 50


def test_short_waves_are_checked_where_long_ones_belong_to_the_charges(mgo):
    zone, group = brillouin_zone(mgo.atoms), operations(mgo.atoms)
    near, far = (
        [np.linalg.norm(zone.cartesian(zone.folded(q))) for q in found]
        for found in (check_points((4, 4, 4), mgo.atoms.pbc, group, far) for far in (False, True))
    )
    assert min(far) > 2 * max(near)


def test_density_of_states_knows_the_longitudinal_modes(mgo):
    dos = mgo.dos()
    top = dos.frequency_cm1[dos.total > 0].max()
    assert top > mgo.gamma.frequency_cm1[-1] + 100
    assert np.isclose(dos.total.sum() * np.diff(dos.frequency_cm1)[0], 6)


def test_born_file_is_read(mgo, tmp_path):
    atoms, path = mgo.atoms, tmp_path / "BORN"
    cell = PhonopyAtoms(numbers=atoms.numbers, cell=atoms.cell.array, positions=atoms.positions)
    path.write_text("\n".join(get_BORN_lines(cell, mgo.born.charges_e, mgo.born.dielectric)))
    read = born_charges(path, atoms)
    assert np.allclose(read.charges_e, mgo.born.charges_e)
    assert np.allclose(read.dielectric, EPSILON * np.eye(3))
    path.write_text("nonsense\n1 2 3\n")
    with pytest.raises(PhonoscopeError, match="not a BORN file"):
        born_charges(str(path), atoms)
    with pytest.raises(PhonoscopeError, match="cannot be read"):
        born_charges(tmp_path / "nowhere", atoms)


def test_small_violations_of_neutrality_are_mended_and_told():
    atoms = bulk("MgO", "rocksalt", a=4.21)
    charges = np.array([1.95 * np.eye(3), -1.90 * np.eye(3)])
    born = born_charges((charges, np.eye(3) * 3), atoms)
    assert np.allclose(born.charges_e.sum(0), 0)
    assert np.isclose(born.neutrality_error_e, 0.05)
    ph = engine.phonons(atoms, pairs("Mg", "O", within=2.5), (2, 2, 2), born)
    assert ph.trust.neutrality_error_e == born.neutrality_error_e
    assert any("Born charges" in text for text in ph.trust.warnings)


@pytest.mark.parametrize(
    ("charges", "dielectric", "said"),
    [
        (np.zeros((3, 3, 3)), np.eye(3), "do not belong"),
        (np.array([np.eye(3), np.eye(3)]), np.eye(3), "not neutral"),
        (np.array([np.eye(3), -np.eye(3)]), -np.eye(3), "dielectric"),
        (np.array([np.eye(3), -np.eye(3)]), np.full((3, 3), np.nan), "dielectric"),
        (np.array([np.eye(3), -np.eye(3)]), np.eye(3) + np.eye(3, k=1), "dielectric"),
        ("a", "b", "cannot be read"),
    ],
)
def test_charges_without_sense_are_told(charges, dielectric, said):
    with pytest.raises(PhonoscopeError, match=said):
        born_charges((charges, dielectric), bulk("MgO", "rocksalt", a=4.21))


def test_where_charges_and_directions_have_no_place(mgo, silicon, stillinger_weber):
    charges = (mgo.born.charges_e, mgo.born.dielectric)
    with pytest.raises(PhonoscopeError, match="crystals only"):
        born_charges(charges, graphene(vacuum=5))
    with pytest.raises(PhonoscopeError, match="without a mesh"):
        engine.phonons(mgo.atoms, mgo.potential, None, charges)
    plain = engine.phonons(silicon, stillinger_weber, mesh=None)
    for ph, q, direction in [
        (plain, (0, 0, 0), (1, 0, 0)),
        (mgo, (0.1, 0, 0), (1, 0, 0)),
        (mgo, (0, 0, 0), (0, 0, 0)),
    ]:
        with pytest.raises(PhonoscopeError, match="direction"):
            ph.modes(np.array(q), direction)


def test_modes_are_told_apart_as_longitudinal_and_transverse(mgo):
    towards = mgo.modes(np.zeros(3), [1, 2, 0])
    assert towards.polarization == (None, None, None, "TO", "TO", "LO")
    assert mgo.gamma.polarization is None


def test_an_oblique_dipole_is_neither():
    born = born_charges(
        (np.array([np.eye(3), -np.eye(3)]), np.eye(3)), bulk("MgO", "rocksalt", a=4)
    )
    u = np.array([[[1, 1, 0], [-1, -1, 0]], [[0, 0, 1], [0, 0, -1]], [[1, 1, 0], [1, 1, 0]]]) / 2.0
    assert polarization(u, born, np.array([3.0, 0, 0])) == (None, "TO", None)
    assert polarization(u, born, np.array([1.0, 1, 0]))[0] == "LO"
