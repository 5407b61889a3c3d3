from collections import Counter

import numpy as np
import pytest
from ase.build import bulk, graphene, molecule

import engine
from engine import PhonoscopeError
from engine.potentials.springs import springs
from tests.engine.phonons.test_mesh import pairs
from tests.helpers import message_passing_potential


@pytest.fixture(scope="module")
def ph(silicon, stillinger_weber):
    return engine.phonons(silicon, stillinger_weber)


def test_silicon_at_gamma(ph):
    assert (ph.space_group.symbol, ph.space_group.point_group) == ("Fd-3m", "Oh")
    assert ph.gamma_optical == "T2g"
    assert ph.gamma.irrep == ("T1u",) * 3 + ("T2g",) * 3
    assert ph.gamma.acoustic.tolist() == [True] * 3 + [False] * 3
    assert ph.gamma.ir_active == (False,) * 6
    assert ph.gamma.raman_active == (False,) * 3 + (True,) * 3


@pytest.mark.parametrize("kind", ["stillinger-weber", "network"])
def test_acoustic_modes_at_gamma_are_zero_and_rigid(rattled_silicon, stillinger_weber, kind):
    potential = stillinger_weber if kind == "stillinger-weber" else message_passing_potential()
    atoms = rattled_silicon.copy()
    atoms.set_masses([28.0, 29.0, 30.0, 28.0])
    result = engine.phonons(atoms, potential)
    acoustic = result.gamma.acoustic
    assert acoustic.sum() == 3
    assert np.abs(result.gamma.frequency_cm1[acoustic]).max() < 1e-2
    for u in result.gamma.displacement[acoustic]:
        assert np.allclose(u, u[0])  # every atom moves alike, whatever its mass
    force_constants = np.abs(result.dynamical_matrix(np.zeros(3))).max()
    assert result.acoustic_sum_error < 1e-10 * max(1, force_constants * 30)


def test_bands_are_the_exact_matrices_along_the_path(ph):
    bands = ph.bands(n_points=30, exact=True)
    for point in (0, 7, 20):
        expected = ph.modes(bands.q[point], exact=True).frequency_cm1
        assert np.allclose(bands.frequencies_cm1[point], expected, atol=1e-3)
    assert bands.exact and not bands.unstable


def test_interpolated_bands_are_the_same_where_the_mesh_holds_all_force_constants(ph):
    exact, interpolated = ph.bands(n_points=40, exact=True), ph.bands(n_points=40)
    assert not interpolated.exact
    assert np.abs(exact.frequencies_cm1 - interpolated.frequencies_cm1).max() < 1e-3
    q = np.array([0.2, 0.1, -0.3])
    one, other = ph.modes(q), ph.modes(q, exact=True)
    assert np.allclose(one.frequency_cm1, other.frequency_cm1)
    overlap = np.abs(np.einsum("mix,mix->m", one.displacement.conj(), other.displacement))
    assert np.allclose(overlap, 1)  # the same gauge, too


def test_without_a_mesh_everything_is_exact(silicon, stillinger_weber, ph):
    alone = engine.phonons(silicon, stillinger_weber, mesh=None)
    assert alone.mesh is None and ph.mesh == (4, 4, 4)
    assert alone.bands(n_points=10).exact
    assert np.allclose(alone.gamma.frequency_cm1, ph.gamma.frequency_cm1, atol=1e-4)
    assert alone.gamma.irrep == ph.gamma.irrep
    with pytest.raises(PhonoscopeError, match="mesh=\\(4, 4, 4\\)"):
        alone.bands(exact=False)


def test_phonopy_takes_over(ph):
    q = np.array([0.2, 0.4, 0.1])
    ph.phonopy.dynamical_matrix.run(q)
    theirs = ph.phonopy.dynamical_matrix.dynamical_matrix
    assert np.allclose(theirs, ph.dynamical_matrix(q, gauge="atom"), atol=1e-8)


def test_group_velocities_are_slopes(ph):
    q, h = np.array([0.1, 0.05, 0.02]), 1e-4
    cell = ph.atoms.cell.array
    found = ph.group_velocities(np.array([q, -q, np.zeros(3)]))
    for axis in range(3):
        ends = [ph.modes(q + sign * h * cell[:, axis]).frequency_cm1 for sign in (1, -1)]
        km_s = (ends[0] - ends[1]) / (2 * h) * 2.99792458e-3
        assert np.allclose(found[0, :, axis], km_s, atol=1e-3)
    assert np.allclose(found[1], -found[0], atol=1e-6)
    assert np.abs(found[2]).max() < 1e-3
    assert 4 < np.linalg.norm(found[0, 0]) < 7  # transverse sound in silicon, 5 km/s


def test_imaginary_branches_have_slopes_too():
    ph = engine.phonons(bulk("Na", "sc", a=1.6), pairs("Na", within=2.0))
    q, h = np.array([0.21, 0.05, 0.12]), 1e-4
    assert ph.modes(q).frequency_cm1[0] < 0
    ends = [ph.modes(q + np.array([sign * h * 1.6, 0, 0])).frequency_cm1 for sign in (1, -1)]
    km_s = (ends[0] - ends[1]) / (2 * h) * 2.99792458e-3
    assert np.allclose(ph.group_velocities(q)[:, 0], km_s, atol=1e-3)


def test_single_precision_is_good_enough(silicon, stillinger_weber, ph):
    single = engine.phonons(silicon, stillinger_weber, dtype=np.dtype(np.float32))
    assert np.abs(single.gamma.frequency_cm1 - ph.gamma.frequency_cm1).max() < 0.5
    q = np.array([0.3, 0.1, 0.2])
    assert np.abs(single.modes(q).frequency_cm1 - ph.modes(q).frequency_cm1).max() < 0.1
    assert single.trust.warnings == ()


def test_model_that_reaches_over_many_cells():
    """One atom a cell and springs over three of them: nothing is lost in folding."""
    atoms = bulk("Na", "bcc", a=2.6)
    atoms.set_cell(np.array([[1, 0, 0], [1, 1, 0], [-1, 2, 1]]) @ atoms.cell.array)  # skewed
    ph = engine.phonons(atoms, pairs("Na", within=6.5), (8, 8, 8))
    assert ph.gamma.acoustic.all() and ph.gamma_optical == ""
    assert ph.trust.interpolation_error_cm1 < 0.01 * ph.bands(n_points=20).frequencies_cm1.max()


def test_slabs_have_bands_and_densities():
    ph = engine.phonons(graphene(a=2.46, vacuum=6), pairs("C", within=3.0))
    assert ph.mesh == (4, 4, 1)
    bands = ph.bands(n_points=30)
    assert [name for name, _ in bands.labels] == ["Γ", "M", "K", "Γ"]
    exact = ph.bands(n_points=30, exact=True)
    assert np.abs(bands.frequencies_cm1 - exact.frequencies_cm1).max() < 5
    dos = ph.dos()
    assert np.isclose(dos.total.sum() * np.diff(dos.frequency_cm1)[0], 6)


@pytest.mark.parametrize("q", ["x", (0, 0), (0, 0, np.nan), None])
def test_wave_vectors_without_sense_are_told(ph, q):
    for use in (ph.dynamical_matrix, ph.modes, ph.group_velocities):
        with pytest.raises(PhonoscopeError, match="wave vector"):
            use(q)


def test_modes_solve_the_equation_of_motion(ph):
    """sum_Rj Phi(0i, Rj) u_j(R) = m_i omega^2 u_i(0), for the displacement as documented."""
    q = np.array([0.2, 0.1, -0.3])
    modes = ph.modes(q)
    masses = np.repeat(ph.atoms.get_masses(), 3)
    root = np.sqrt(masses)
    force_constants = ph.dynamical_matrix(q) * np.outer(root, root)
    for f, u in zip(modes.frequency_cm1, modes.displacement, strict=True):
        force = force_constants @ u.ravel()
        assert np.allclose(force, (f / 521.4708983) ** 2 * masses * u.ravel(), atol=1e-6)


def test_known_frequencies_of_the_potential(ph):
    # Optical mode at Γ: 17.8 THz for Stillinger-Weber silicon (many authors), 15.5 in experiment.
    assert np.isclose(ph.gamma.frequency_cm1[-1] * 0.0299792458, 17.83, atol=0.02)


def test_atom_gauge_is_the_same_operator_with_other_phases(ph):
    q = np.array([0.2, 0.4, 0.1])
    cell, atom = ph.dynamical_matrix(q), ph.dynamical_matrix(q, gauge="atom")
    assert np.allclose(np.linalg.eigvalsh(cell), np.linalg.eigvalsh(atom))
    scaled = ph.atoms.get_scaled_positions()
    phase = np.exp(2j * np.pi * q @ (scaled[1] - scaled[0]))
    assert np.allclose(atom[:3, 3:], phase * cell[:3, 3:])
    with pytest.raises(PhonoscopeError, match="gauge"):
        ph.dynamical_matrix(q, gauge="phonopy")


def test_conventional_cell_folds_the_same_frequencies(ph, stillinger_weber):
    cubic = bulk("Si", a=5.43095, cubic=True)
    folded = engine.phonons(cubic, stillinger_weber)
    assert len(folded.gamma) == 24
    # Four primitive cells: those of Γ have labels, those folded there from X do not.
    assert Counter(folded.gamma.irrep) == {"T1u": 3, "T2g": 3, None: 18}
    x = ph.modes(np.array([0.5, 0, 0.5])).frequency_cm1
    for f in (*ph.gamma.frequency_cm1, *x):
        assert np.abs(folded.gamma.frequency_cm1 - f).min() < 1e-3


def test_unstable_crystals_keep_their_imaginary_modes():
    # Compressed springs push: a straight chain under pressure buckles.
    pushed = [
        {"between": ["Na", "Cl"], "within_A": [2, 3], "rest_length_A": 3.0, "stiffness_eV_A2": 4.0}
    ]
    result = engine.phonons(engine.read("diatomic-chain"), springs(pushed))
    bands = result.bands(n_points=20)
    assert bands.unstable
    assert bands.frequencies_cm1.shape == (21, 6)
    assert (bands.frequencies_cm1[-1] < -10).sum() == 4


def test_molecules_are_refused(stillinger_weber):
    with pytest.raises(PhonoscopeError, match="molecule"):
        engine.phonons(molecule("SiH4"), stillinger_weber)
