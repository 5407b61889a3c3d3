import numpy as np
from ase.build import bulk

import engine
from engine.phonons.trust import measured
from tests.engine.phonons.test_mesh import pairs


def test_a_good_result_says_nothing(silicon, stillinger_weber):
    trust = engine.phonons(silicon, stillinger_weber).trust
    assert trust.warnings == ()
    assert trust.interpolation_error_cm1 < 1e-6  # the mesh holds the whole range of the model
    assert trust.symmetry_error < 1e-12
    assert trust.acoustic_sum_error < 1e-10
    assert trust.max_force_eV_A < 1e-8
    assert not trust.unstable


def test_coarse_meshes_are_told_and_measured(silicon):
    far = pairs("Si", within=6.0)
    ph = engine.phonons(silicon, far, (2, 2, 2))
    error = ph.trust.interpolation_error_cm1
    assert error > 5
    assert any("finer mesh" in text for text in ph.trust.warnings)
    for q in ph.sample.check_q:
        exact, between = ph.modes(q, exact=True), ph.modes(q)
        assert np.abs(exact.frequency_cm1 - between.frequency_cm1).max() < error + 1e-6
    finer = engine.phonons(silicon, far, (4, 4, 4)).trust
    assert finer.interpolation_error_cm1 < error / 2


def test_forces_stress_and_instability_are_told(rattled_silicon, stillinger_weber):
    for mesh in (None, (1, 1, 1)):
        ph = engine.phonons(rattled_silicon, stillinger_weber, mesh)
        expected = np.linalg.norm(ph.state.forces_eV_A, axis=1).max()
        assert np.isclose(ph.trust.max_force_eV_A, expected)
        said = " ".join(ph.trust.warnings)
        assert "force" in said and "stress" in said
    squeezed = engine.phonons(bulk("Na", "sc", a=1.6), pairs("Na", within=2.0))
    assert squeezed.trust.unstable and squeezed.trust.lowest_cm1 < -10
    assert any("imaginary" in text for text in squeezed.trust.warnings)


def test_exact_matrices_alone_are_measured_at_gamma(silicon, stillinger_weber):
    trust = engine.phonons(silicon, stillinger_weber, mesh=None).trust
    assert trust.interpolation_error_cm1 is None
    assert trust.symmetry_error < 1e-12
    bent = bulk("Si", a=5.431, cubic=True)
    bent.positions[0, 0] += 2e-4
    assert engine.phonons(bent, stillinger_weber, mesh=None).trust.symmetry_error > 1e-5


def test_rounding_breaks_no_symmetry():
    single = bulk("Na", "bcc", a=4.29)  # the only matrix, at Γ, vanishes
    ph = engine.phonons(single, pairs("Na", within=6.0), mesh=None)
    noise = np.random.default_rng(0).normal(size=(3, 3))

    def error(size_eV_A2):
        gamma = size_eV_A2 * noise
        return measured(single, ph.state, gamma, None, lambda q: gamma, None).symmetry_error

    assert error(1e-7) == 0
    assert error(1.0) > 0.1
