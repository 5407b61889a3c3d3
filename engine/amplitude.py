"""How far atoms swing in one mode at a temperature."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Shaped
from scipy import constants

from engine.errors import PhonoscopeError
from engine.modes import Modes
from engine.units import SPEED_OF_LIGHT_CM_S

SOFTEST_CM1 = 1.0
"""Below this wavenumber a harmonic amplitude means nothing: it diverges as 1/omega."""


def mean_square_coordinate(frequency_cm1: float, temperature_K: float) -> float:
    """Mean square <Q^2> of a normal coordinate in thermal equilibrium, in amu angstrom^2.

    <Q^2> = hbar / (2 omega) coth(hbar omega / 2 k T), the quantum harmonic oscillator (Born and
    Huang, Dynamical Theory of Crystal Lattices, 1954, section 16): the zero-point motion
    hbar / (2 omega) at T = 0, the classical k T / omega^2 where k T exceeds hbar omega.

    Raises
    ------
    PhonoscopeError
        for an imaginary frequency, one below ``SOFTEST_CM1``, or a negative temperature.
    """
    if temperature_K < 0:
        raise PhonoscopeError(
            "There is no such temperature",
            f"{temperature_K:g} K is below absolute zero",
            "Give a temperature of 0 K or more.",
        )
    if frequency_cm1 < SOFTEST_CM1:
        found = (
            f"{-frequency_cm1:.1f}i cm^-1 is imaginary: the structure is not at a minimum along it"
            if frequency_cm1 < -SOFTEST_CM1
            else f"nothing holds the atoms at {abs(frequency_cm1):.1f} cm^-1"
        )
        raise PhonoscopeError(
            "This mode has no thermal amplitude", found, "Give the amplitude in angstrom."
        )
    omega = 2 * np.pi * SPEED_OF_LIGHT_CM_S * frequency_cm1
    zero_point = constants.hbar / (2 * omega) / (constants.atomic_mass * 1e-20)
    if temperature_K == 0:
        return float(zero_point)
    return float(zero_point / np.tanh(constants.hbar * omega / (2 * constants.k * temperature_K)))


def rms_displacement_A(
    modes: Modes, branch: int, temperature_K: float
) -> Float[np.ndarray, " atoms"]:
    """Root mean square displacement of every atom in one mode alone, in angstrom.

    sqrt(<Q^2> / mu) |d_j|, with the reduced mass mu that belongs to the normalised displacement d.
    For a molecule that is the mode's part in the mean square displacements. In a crystal of N
    primitive cells it is sqrt(N) times larger than the part of one phonon: the mode is taken to
    hold the energy of one oscillator in every primitive cell.

    Raises
    ------
    PhonoscopeError
        where the mode has none (:func:`mean_square_coordinate`).
    """
    mean_square = mean_square_coordinate(float(modes.frequency_cm1[branch]), temperature_K)
    size = np.linalg.norm(modes.displacement[branch], axis=1)
    return np.sqrt(mean_square / modes.reduced_mass_amu[branch]) * size


def ellipse(
    displacement: Shaped[np.ndarray, "3"],
) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3"]]:
    """Semi-axes of the path Re[u exp(-i omega t)] of one atom, the longer first.

    With u = (a + ib) exp(i theta), a and b real and at right angles, theta = arg(u.u) / 2. A real
    displacement has a second semi-axis of zero: its path is a line.
    """
    u = np.asarray(displacement, complex)
    turned = u * np.exp(-0.5j * np.angle(u @ u))
    return turned.real, turned.imag
