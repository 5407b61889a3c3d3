"""Units of the engine: angstrom, eV, amu; wavenumbers in cm^-1. Constants are CODATA (scipy)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy import constants

SPEED_OF_LIGHT_CM_S = 100.0 * constants.c

PLANCK_EV_S = float(constants.h / constants.e)
"""h in eV s."""

CM1_PER_ROOT = float(
    np.sqrt(constants.e / constants.atomic_mass * 1e20) / (2 * np.pi * SPEED_OF_LIGHT_CM_S)
)
"""Wavenumber of an oscillator with omega^2 = 1 eV/(angstrom^2 amu): about 521.5 cm^-1."""

GPA_PER_EV_A3 = float(constants.e * 1e30 / 1e9)
"""1 eV/angstrom^3 in GPa: about 160.2."""


def frequency_cm1(eigenvalues: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Wavenumbers of the eigenvalues of a dynamical matrix.

    Parameters
    ----------
    eigenvalues : omega^2 in eV/(angstrom^2 amu), any shape.

    Returns
    -------
    sign(omega^2) sqrt(|omega^2|) / (2 pi c) in cm^-1: imaginary frequencies are negative numbers.
    """
    return np.sign(eigenvalues) * np.sqrt(np.abs(eigenvalues)) * CM1_PER_ROOT
