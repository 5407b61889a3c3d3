import re

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from scipy.spatial.transform import Rotation

import engine
from engine import PhonoscopeError
from engine.units import frequency_cm1
from engine.vibrations import rigid_motions, vibrations_from_hessian


@pytest.fixture(scope="module")
def entry():
    return engine.entry("methane")


@pytest.fixture(scope="module")
def methane(entry):
    return entry.result()


def test_methane_is_what_the_textbooks_say(methane):
    assert methane.group.name == "Td"
    assert methane.gamma_vib == "A1+E+2T2"
    levels = [(methane.modes.irrep[level[0]], len(level)) for level in methane.modes.levels()]
    assert levels == [("T2", 3), ("E", 2), ("A1", 1), ("T2", 3)]
    activity = {
        methane.modes.irrep[i]: (methane.modes.ir_active[i], methane.modes.raman_active[i])
        for i in range(9)
    }
    assert activity == {"T2": (True, True), "E": (False, True), "A1": (False, True)}
    assert min(methane.modes.symmetry_purity) > 0.999


def test_selection_rules_agree_with_the_stored_property_derivatives(entry, methane):
    """Activity by symmetry against the computed change of dipole and polarizability."""
    dipole = entry.reference.dipole_derivative_e
    polarizability = entry.reference.polarizability_derivative_A2
    for i, u in enumerate(methane.modes.displacement):
        changes_dipole = np.linalg.norm(np.einsum("cix,ix->c", dipole, u)) > 1e-3
        changes_alpha = np.linalg.norm(np.einsum("cdix,ix->cd", polarizability, u)) > 1e-2
        assert changes_dipole == methane.modes.ir_active[i]
        assert changes_alpha == methane.modes.raman_active[i]


def test_frequencies_without_any_symmetry_or_projection_are_the_same(entry, methane):
    root_mass = np.repeat(np.sqrt(entry.atoms.get_masses()), 3)
    plain = np.linalg.eigvalsh(entry.reference.hessian_eV_A2 / np.outer(root_mass, root_mass))
    assert np.allclose(frequency_cm1(plain)[6:], methane.modes.frequency_cm1, atol=0.5)
    assert methane.hessian_symmetry_error < 1e-3


def test_modes_carry_neither_translation_nor_rotation(methane):
    masses = methane.atoms.get_masses()
    for rigid in rigid_motions(methane.atoms.positions, masses):
        momenta = methane.modes.displacement.reshape(9, -1) * np.repeat(np.sqrt(masses), 3)
        assert np.abs(momenta @ rigid).max() < 1e-6


def test_breathing_mode_moves_hydrogen_only(methane):
    breathing = methane.modes.irrep.index("A1")
    assert np.isclose(methane.modes.reduced_mass_amu[breathing], methane.atoms.get_masses()[1])
    assert np.allclose(methane.modes.displacement[breathing][0], 0.0, atol=1e-9)
    assert np.allclose(np.linalg.norm(methane.modes.displacement, axis=(1, 2)), 1.0)


def test_partners_of_t2_point_along_the_axes(methane):
    carbon = methane.modes.displacement[methane.modes.levels()[0]][:, 0]
    assert np.allclose(carbon / np.linalg.norm(carbon, axis=1)[:, None], np.eye(3), atol=1e-6)


def test_orientation_of_the_molecule_changes_nothing(entry, methane):
    rotation = Rotation.random(rng=7).as_matrix()
    turned = entry.atoms.copy()
    turned.positions = turned.positions @ rotation.T
    turn = np.kron(np.eye(5), rotation)
    result = vibrations_from_hessian(
        turned, turn @ entry.reference.hessian_eV_A2 @ turn.T, "turned", 0.0, np.zeros((5, 3))
    )
    assert np.allclose(result.modes.frequency_cm1, methane.modes.frequency_cm1, atol=1e-3)
    assert result.modes.irrep == methane.modes.irrep


def test_imaginary_modes_are_kept_as_negative_numbers(entry):
    result = vibrations_from_hessian(
        entry.atoms, -entry.reference.hessian_eV_A2, "upside down", 0.0, np.zeros((5, 3))
    )
    assert len(result.modes) == 9
    assert (result.modes.frequency_cm1 < -1000).all()


def test_cluster_under_a_potential(stillinger_weber):
    # A bent silicon trimer at its minimum would be C2v; any geometry has 3N - 6 modes.
    trimer = Atoms("Si3", positions=[[0, 0, 0], [1.9, 1.4, 0], [-1.9, 1.4, 0]])
    result = engine.vibrations(trimer, stillinger_weber)
    assert len(result.modes) == 3
    assert result.group.name == "C2v"
    assert result.residual_translation_cm1 < 1e-3


def test_crystals_and_foreign_hessians_are_refused(entry, silicon, stillinger_weber):
    with pytest.raises(PhonoscopeError, match="crystal"):
        engine.vibrations(silicon, stillinger_weber)
    with pytest.raises(PhonoscopeError, match="does not belong"):
        vibrations_from_hessian(entry.atoms, np.eye(3), "x", 0.0, np.zeros((5, 3)))


def test_isotopologues_from_the_same_hessian(entry, methane):
    """Labels follow the masses, and frequencies the product rule of Teller and Redlich."""
    heavy = engine.with_isotopes(entry.atoms, "2=2H")
    stored = entry.reference
    result = vibrations_from_hessian(
        heavy, stored.hessian_eV_A2, stored.method, stored.energy_eV, stored.forces_eV_A
    )
    assert (result.group.name, result.gamma_vib) == ("C3v", "3A1+3E")
    assert min(result.modes.symmetry_purity) > 0.999
    assert result.parent_group.name == "Td"
    assert result.correlation["T2"] == "A1+E" and result.correlation["E"] == "E"
    assert methane.correlation is None and methane.parent_group.name == "Td"
    assert result.modes.frequency_cm1[-1] == pytest.approx(methane.modes.frequency_cm1[-1], abs=3)

    # Product of squared frequencies: masses once an axis, total mass and inertia the other way
    # (E. B. Wilson, J. C. Decius, P. C. Cross, Molecular Vibrations, 1955, section 8-5).
    def product(atoms):
        masses = atoms.get_masses()
        return masses.sum() ** 3 * atoms.get_moments_of_inertia().prod() / (masses**3).prod()

    ratio = (result.modes.frequency_cm1 / methane.modes.frequency_cm1).prod() ** 2
    assert ratio == pytest.approx(product(heavy) / product(entry.atoms), rel=2e-4)


def test_results_say_how_their_derivatives_were_taken(methane, stillinger_weber):
    trimer = Atoms("Si3", positions=[[0, 0, 0], [1.9, 1.4, 0], [-1.9, 1.4, 0]])
    assert methane.derivatives == "stored"
    assert engine.vibrations(trimer, stillinger_weber).derivatives == "automatic"


def sprung(atoms):
    """Hessian of springs between all atoms of a line, and of what holds it straight."""
    n = len(atoms)
    blocks = np.zeros((n, n, 3, 3))
    for i in range(n):
        for j in range(i):
            d = atoms.positions[i] - atoms.positions[j]
            r = np.linalg.norm(d)
            spring = 40 * np.exp(-((r / 1.2) ** 2)) * np.outer(d, d) / r**2
            blocks[i, j] = blocks[j, i] = -spring
            blocks[i, i] += spring
            blocks[j, j] += spring
    return blocks.transpose(0, 2, 1, 3).reshape(3 * n, 3 * n) + bending(atoms)


def bending(atoms):
    """Second derivatives of k (u_i - 2 u_j + u_k)^2 / 2 across the line of three neighbours."""
    n = len(atoms)
    order = np.argsort(atoms.positions @ np.linalg.svd(atoms.positions)[2][0])
    along = np.linalg.svd(atoms.positions - atoms.positions.mean(0))[2][0]
    across = np.eye(3) - np.outer(along, along)
    total = np.zeros((3 * n, 3 * n))
    for i, j, k in zip(order, order[1:], order[2:], strict=False):
        second = np.zeros((n, 1))
        second[[i, j, k], 0] = 1, -2, 1
        total += np.kron(second @ second.T, 2.0 * across)
    return total


@pytest.mark.parametrize(
    ("name", "group", "gamma_vib"),
    [
        ("H2", "D∞h", "Σg+"),
        ("N2", "D∞h", "Σg+"),
        ("CO", "C∞v", "Σ+"),
        ("CO2", "D∞h", "Σg++Σu++Πu"),
        ("HCN", "C∞v", "2Σ++Π"),
        ("C2H2", "D∞h", "2Σg++Σu++Πg+Πu"),
    ],
)
def test_linear_molecules_in_any_orientation_with_noise(name, group, gamma_vib):
    atoms = molecule(name)
    n = len(atoms)
    hessian = sprung(atoms)
    rng = np.random.default_rng(9)
    rotation = Rotation.random(rng=rng).as_matrix()
    turn = np.kron(np.eye(n), rotation)
    atoms.positions = atoms.positions @ rotation.T
    clean = vibrations_from_hessian(
        atoms, turn @ hessian @ turn.T, "springs", 0.0, np.zeros((n, 3))
    )
    assert (clean.group.name, clean.gamma_vib, clean.linear) == (group, gamma_vib, True)
    assert len(clean.modes) == 3 * n - 5
    assert clean.residual_translation_cm1 < 1e-2
    kinds = [clean.modes.irrep[level[0]] for level in clean.modes.levels()]
    assert sorted(kinds) == sorted(
        irrep for irrep, count in expanded(gamma_vib).items() for _ in range(count)
    )
    for i, irrep in enumerate(clean.modes.irrep):
        assert clean.modes.degeneracy[i] == (2 if irrep[0] == "Π" else 1)
        along = clean.modes.displacement[i] @ rotation @ np.array([0, 0, 1.0])
        moves_along = np.linalg.norm(along) > 0.5
        assert moves_along == (irrep[0] == "Σ")

    atoms.positions += 0.01 * rng.normal(size=(n, 3))
    noise = rng.normal(size=hessian.shape)
    noise = 1e-3 * np.abs(hessian).max() * (noise + noise.T) / 2
    noisy = vibrations_from_hessian(
        atoms, turn @ hessian @ turn.T + noise, "springs", 0.0, np.zeros((n, 3))
    )
    assert noisy.modes.irrep == clean.modes.irrep
    assert np.allclose(noisy.modes.frequency_cm1, clean.modes.frequency_cm1, atol=40)


def expanded(gamma):
    """Σg++2Πu as counts of irreps."""
    terms = re.findall(r"(\d*)([ΣΠΔ][gu]?[+-]?)(?:\+|$)", gamma)
    return {irrep: int(count or 1) for count, irrep in terms}


def test_deuterated_acetylene_loses_its_centre():
    atoms = molecule("C2H2")
    masses = atoms.get_masses()
    masses[np.flatnonzero(atoms.numbers == 1)[0]] = 2.014
    atoms.set_masses(masses)
    result = vibrations_from_hessian(atoms, sprung(atoms), "springs", 0.0, np.zeros((4, 3)))
    assert (result.group.name, result.parent_group.name) == ("C∞v", "D∞h")
    assert result.gamma_vib == "3Σ++2Π"
    assert result.correlation["Σu+"] == "Σ+" and result.correlation["Πg"] == "Π"
    assert len(result.modes) == 7


@pytest.mark.parametrize("seed", range(3))
def test_labels_of_methane_at_noisy_positions_with_a_noisy_hessian(entry, methane, seed):
    """0.01 angstrom and 0.1 % of the largest element, in any orientation."""
    rng = np.random.default_rng(seed)
    atoms = entry.atoms.copy()
    rotation = Rotation.random(rng=rng).as_matrix()
    turn = np.kron(np.eye(5), rotation)
    atoms.positions = atoms.positions @ rotation.T + 0.01 * rng.normal(size=(5, 3))
    hessian = turn @ entry.reference.hessian_eV_A2 @ turn.T
    noise = rng.normal(size=hessian.shape)
    hessian += 1e-3 * np.abs(hessian).max() * (noise + noise.T) / 2
    result = vibrations_from_hessian(atoms, hessian, "noisy", 0.0, np.zeros((5, 3)))
    assert result.modes.irrep == methane.modes.irrep
    assert 0 < result.hessian_symmetry_error < 0.01
    assert min(result.modes.irrep_confidence) > 0.9
    assert all(result.modes.irrep_certain)
    assert np.allclose(result.modes.frequency_cm1, methane.modes.frequency_cm1, atol=15)


@pytest.mark.parametrize("positions", [np.zeros((5, 3)), np.array([[np.nan] * 3] * 5)])
def test_positions_that_make_no_molecule_are_told(entry, positions):
    atoms = entry.atoms.copy()
    atoms.positions = positions
    with pytest.raises(PhonoscopeError):
        vibrations_from_hessian(atoms, entry.reference.hessian_eV_A2, "x", 0.0, np.zeros((5, 3)))


def test_single_atoms_and_useless_hessians_are_told(entry):
    with pytest.raises(PhonoscopeError, match="single atom"):
        vibrations_from_hessian(Atoms("He"), np.zeros((3, 3)), "x", 0.0, np.zeros((1, 3)))
    with pytest.raises(PhonoscopeError, match="not numbers"):
        vibrations_from_hessian(entry.atoms, np.full((15, 15), np.nan), "x", 0.0, np.zeros((5, 3)))


def test_the_tolerance_decides_between_a_distortion_and_noise():
    atoms = molecule("C6H6")
    atoms.positions[0] *= 1.02  # one carbon atom outwards by 0.028 angstrom
    hessian = np.eye(36)
    wide, close = (
        vibrations_from_hessian(atoms, hessian, "unit", 0.0, np.zeros((12, 3)), tolerance_A=t)
        for t in (0.06, 0.01)
    )
    assert (wide.group.name, close.group.name) == ("D6h", "C2v")
    assert wide.group.largest_A > 0.01 > close.group.largest_A
