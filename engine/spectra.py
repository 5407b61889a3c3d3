"""Strengths of infrared and Raman lines, and spectra of lines of some width.

They need derivatives of the dipole and of the polarizability; symmetry alone gives no strength. All
is double-harmonic (E. B. Wilson, J. C. Decius, P. C. Cross, Molecular Vibrations (1955), chapter
7): anharmonic shifts, overtones and combinations are left out.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.constants import Avogadro, atomic_mass, e, epsilon_0, speed_of_light

from engine.modes import Modes

KM_MOL = Avogadro * e**2 / (12 * epsilon_0 * speed_of_light**2 * atomic_mass) * 1e-3
"""km/mol of a line with |d mu/dQ|^2 = 1 e^2/amu: N_A / (12 epsilon_0 c^2), in SI m/mol."""

Shape = Literal["Lorentzian", "Gaussian"]


def infrared_intensities(
    modes: Modes, dipole_derivative_e: Float[np.ndarray, "3 atoms 3"]
) -> Float[np.ndarray, " modes"]:
    """Integrated absorption of each mode in km/mol, N_A/(12 epsilon_0 c^2) |d mu/dQ|^2.

    Parameters
    ----------
    dipole_derivative_e : d mu_c / d x_ia in elementary charges.
    """
    change = np.einsum("cia,kia->kc", dipole_derivative_e, _normal(modes))
    return KM_MOL * (change**2).sum(1)


def raman_activities(
    modes: Modes, polarizability_derivative_A2: Float[np.ndarray, "3 3 atoms 3"]
) -> Float[np.ndarray, " modes"]:
    """Raman scattering activity of each mode in angstrom^4/amu, 45 a'^2 + 7 gamma'^2.

    a' is the mean of the derivative of the polarizability along Q, gamma' its anisotropy.

    Parameters
    ----------
    polarizability_derivative_A2 : d alpha_cd / d x_ia in angstrom^2.
    """
    change = np.einsum("cdia,kia->kcd", polarizability_derivative_A2, _normal(modes))
    mean = np.trace(change, axis1=1, axis2=2) / 3
    anisotropy2 = 1.5 * ((change**2).sum((1, 2)) - 3 * mean**2)
    return 45 * mean**2 + 7 * anisotropy2


def _normal(modes: Modes) -> Float[np.ndarray, "modes atoms 3"]:
    """d x / d Q in amu^-1/2."""
    return modes.displacement.real / np.sqrt(modes.reduced_mass_amu)[:, None, None]


def broadened(
    at_cm1: Float[np.ndarray, " points"],
    lines_cm1: Float[np.ndarray, " lines"],
    heights: Float[np.ndarray, " lines"],
    width_cm1: float,
    shape: Shape = "Lorentzian",
) -> Float[np.ndarray, " points"]:
    """The sum of lines, each as high at its middle as its height.

    Parameters
    ----------
    width_cm1 : full width at half of the height.
    """
    off = (at_cm1[:, None] - lines_cm1) / (width_cm1 / 2)
    profile = 1 / (1 + off**2) if shape == "Lorentzian" else np.exp(-np.log(2) * off**2)
    return profile @ heights
