import numpy as np
from ase import units

from engine.units import CM1_PER_ROOT, GPA_PER_EV_A3, frequency_cm1


def test_conversion_agrees_with_ase():
    # ase: one unit of sqrt(eV/amu)/angstrom as an energy hbar omega, in units of 1 cm^-1.
    hbar_omega_eV = units._hbar * 1e10 / np.sqrt(units._e * units._amu)
    assert np.isclose(CM1_PER_ROOT, hbar_omega_eV / units.invcm, rtol=1e-6)
    assert np.isclose(GPA_PER_EV_A3, 1 / units.GPa, rtol=1e-6)


def test_imaginary_frequencies_are_negative_numbers():
    assert np.allclose(
        frequency_cm1(np.array([-4.0, 0.0, 1.0])), np.array([-2.0, 0.0, 1.0]) * CM1_PER_ROOT
    )
