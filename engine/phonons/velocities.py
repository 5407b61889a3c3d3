"""Group velocities from force constants, by phonopy's analytic derivatives."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from phonopy import Phonopy
from phonopy.phonon.group_velocity import GroupVelocity
from scipy import constants

from engine.phonons.force_constants import polar_matrices
from engine.units import CM1_PER_ROOT, frequency_cm1

KM_S_PER_CM1_A = float(constants.c * 100 * 1e-10 / 1e3)
"""d(wavenumber)/d(1/wavelength) in cm^-1 angstrom, as a velocity in km/s."""

RESTING_CM1 = 0.1
"""Below this a frequency is zero within rounding, and has no slope."""


def group_velocities(
    ph: Phonopy, q: Float[np.ndarray, "n_q 3"]
) -> Float[np.ndarray, "n_q branches 3"]:
    """d omega / dk in km/s, Cartesian, of every branch in ascending order.

    Partners of a degenerate level are told apart along a direction without symmetry. Frequencies
    that are zero, as three at Γ, get zero. Where a frequency is imaginary, hence negative, it is
    the slope of that negative number.
    """
    assert ph.dynamical_matrix is not None
    slopes = GroupVelocity(
        ph.dynamical_matrix, frequency_factor_to_THz=CM1_PER_ROOT, cutoff_frequency=-np.inf
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes.run(q)
    assert slopes.group_velocities is not None
    frequencies = frequency_cm1(np.linalg.eigvalsh(polar_matrices(ph, q)))[:, :, None]
    # phonopy divides by the signed frequency, which turns the slopes of imaginary ones round.
    velocities = np.sign(frequencies) * slopes.group_velocities * KM_S_PER_CM1_A
    return np.where(np.abs(frequencies) > RESTING_CM1, velocities, 0.0)
