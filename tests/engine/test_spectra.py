"""Strengths of lines against sums that hold for any molecule."""

import numpy as np

import engine
from engine.spectra import KM_MOL, broadened, infrared_intensities, raman_activities


def test_unit_of_infrared_intensities():
    """42.256 km/mol per (D/angstrom)^2/amu, and 1 e = 4.80320 D/angstrom."""
    assert np.isclose(KM_MOL, 42.2561 * 4.80320**2, rtol=1e-4)


def test_methane_absorbs_and_scatters_as_symmetry_allows():
    entry = engine.entry("methane")
    modes = entry.result().modes
    infrared = infrared_intensities(modes, entry.source.dipole_derivative_e)
    raman = raman_activities(modes, entry.source.polarizability_derivative_A2)
    for values, active in ((infrared, modes.ir_active), (raman, modes.raman_active)):
        assert (values[~np.array(active, bool)] < 1e-6 * values.max()).all()
        assert (values[np.array(active, bool)] > 1e-3 * values.max()).all()
    # Breathing scatters most (experiment and theory alike), 145 angstrom^4/amu with this method.
    breathing = raman[modes.irrep.index("A1")]
    assert 120 < breathing < 170 and breathing == raman.max()
    for level in modes.levels():
        assert np.allclose(infrared[level], infrared[level[0]], atol=1e-4)


def test_the_sum_over_all_modes_is_that_over_the_atoms():
    """Sum rule of B. Crawford, J. Chem. Phys. 20, 977 (1952).

    sum_Q |d mu/dQ|^2 = sum_a |d mu/dx_a|^2 / m_a,
    less what translations and rotations take, which is nothing for a neutral tetrahedron.
    """
    entry = engine.entry("methane")
    derivative, masses = entry.source.dipole_derivative_e, entry.atoms.get_masses()
    derivative = derivative - derivative.mean(1, keepdims=True)
    modes = entry.result().modes
    total = infrared_intensities(modes, derivative).sum()
    weighted = (derivative**2 / masses[:, None]).sum()
    along = derivative.sum(1)
    assert np.isclose(total, KM_MOL * (weighted - (along**2).sum() / masses.sum()), rtol=1e-3)


def test_lines_are_as_high_as_they_are_given_and_as_wide():
    at = np.array([990.0, 1000.0, 1010.0])
    for shape in ("Lorentzian", "Gaussian"):
        curve = broadened(at, np.array([1000.0]), np.array([3.0]), 20.0, shape)
        assert np.allclose(curve, [1.5, 3.0, 1.5])
