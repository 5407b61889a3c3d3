"""Infrared and Raman intensities of a molecule's vibrations, and the spectra drawn from them.

Intensities come from derivatives of the dipole moment and of the polarizability, and from nothing
else; symmetry alone gives none. All is double-harmonic: anharmonic shifts, overtones and
combinations are left out, and molecules are turned all ways.

Sources: E. B. Wilson, J. C. Decius, P. C. Cross, Molecular Vibrations (1955), sections 3-6 and 3-7;
D. Porezag, M. R. Pederson, Phys. Rev. B 54, 7830 (1996), equations 8 to 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from scipy import constants
from scipy.special import erf

from engine.errors import PhonoscopeError
from engine.modes import Modes
from engine.symmetry.group import SymmetryGroup
from engine.vibrations import Vibrations

KM_MOL = (
    constants.N_A
    * constants.e**2
    / (12 * constants.epsilon_0 * constants.c**2 * constants.atomic_mass)
    / 1e3
)
"""Infrared intensity in km/mol of |dmu/dQ|^2 = 1 e^2/amu: N_A / (12 eps_0 c^2), about 974.9."""

Shape = Literal["Lorentzian", "Gaussian"]


def infrared_intensities(
    modes: Modes, dipole_derivative_e: Float[np.ndarray, "3 atoms 3"]
) -> Float[np.ndarray, " modes"]:
    """Integrated absorption of each mode in km/mol, N_A/(12 eps_0 c^2) |dmu/dQ|^2.

    Exactly zero where symmetry forbids it. Of a level only the sum over partners has a meaning.

    Parameters
    ----------
    dipole_derivative_e : dmu_c/dr of [c, atom, xyz] in e, in the frame of the modes.
    """
    change = np.einsum("cix,mix->mc", dipole_derivative_e, _along(modes))
    return KM_MOL * (change**2).sum(1) * _allowed(modes.ir_active)


def raman_activities(
    modes: Modes, polarizability_derivative_A2: Float[np.ndarray, "3 3 atoms 3"]
) -> Float[np.ndarray, " modes"]:
    """Raman scattering activity of each mode in angstrom^4/amu, 45 a'^2 + 7 gamma'^2.

    a' = tr(alpha') / 3 is the mean of alpha' = dalpha/dQ, gamma' its anisotropy. Exactly zero where
    symmetry forbids it.

    Parameters
    ----------
    polarizability_derivative_A2 : dalpha_cd/dr of [c, d, atom, xyz] in angstrom^2.
    """
    mean2, anisotropy2 = _invariants(modes, polarizability_derivative_A2)
    return 45 * mean2 + 7 * anisotropy2


@dataclass(frozen=True)
class Intensities:
    """Intensities of the levels of a molecule, ascending; partners of a level are added up.

    What symmetry forbids is exactly zero.

    Attributes
    ----------
    modes : numbers (from 0) of the modes of each level, in the result's ``modes``.
    frequency_cm1 : shape (levels,); imaginary frequencies are negative.
    infrared_km_mol : shape (levels,), integrated absorption in km/mol.
    raman_A4_amu : shape (levels,), Raman activity 45 a'^2 + 7 gamma'^2 in angstrom^4/amu; None
        where the polarizability's derivatives are not known.
    depolarization : shape (levels,), of linearly polarised light, 3 gamma'^2 / (45 a'^2 + 4
        gamma'^2), from 0 to 3/4; nan where nothing is scattered. None like the activity.
    """

    modes: tuple[Int[np.ndarray, " level"], ...]
    frequency_cm1: Float[np.ndarray, " levels"]
    infrared_km_mol: Float[np.ndarray, " levels"]
    raman_A4_amu: Float[np.ndarray, " levels"] | None
    depolarization: Float[np.ndarray, " levels"] | None

    def by_mode(self) -> dict[str, Float[np.ndarray, " modes"]]:
        """Each mode's share of its level, by the names of the attributes that are known.

        Partners share equally, as those of one irrep do whatever their orientation, so that
        intensities of modes add up to those of the levels. The depolarization is the level's.
        """
        partners = np.array([len(level) for level in self.modes])
        order = np.argsort(np.concatenate(self.modes))
        levels = {
            "infrared_km_mol": self.infrared_km_mol / partners,
            "raman_A4_amu": None if self.raman_A4_amu is None else self.raman_A4_amu / partners,
            "depolarization": self.depolarization,
        }
        return {
            name: np.repeat(values, partners)[order]
            for name, values in levels.items()
            if values is not None
        }


def intensities(
    vibrations: Vibrations,
    dipole_derivative_e: Float[np.ndarray, "3 atoms 3"],
    polarizability_derivative_A2: Float[np.ndarray, "3 3 atoms 3"] | None = None,
) -> Intensities:
    """Infrared and Raman intensities of every level.

    The derivatives are first made to have the molecule's symmetry, from which the electronic
    structure departs by what grids and differences do.

    Parameters
    ----------
    dipole_derivative_e : dmu_c/dr of [c, atom, xyz] in e, in the frame of the vibrations' atoms.
    polarizability_derivative_A2 : dalpha_cd/dr of [c, d, atom, xyz] in angstrom^2; None if unknown.

    Raises
    ------
    PhonoscopeError
        if the derivatives are of another number of atoms.
    """
    n, group, modes = len(vibrations.atoms), vibrations.parent_group, vibrations.modes
    if dipole_derivative_e.shape != (3, n, 3):
        raise PhonoscopeError(
            "The dipole derivatives do not belong to this molecule",
            f"their shape is {dipole_derivative_e.shape}, the molecule has {n} atoms",
            "Give an array of shape (3, N, 3).",
        )
    absorbed = infrared_intensities(modes, _vector_average(dipole_derivative_e, group))
    levels = modes.levels()
    raman, depolarization = None, None
    if polarizability_derivative_A2 is not None:
        symmetric = _tensor_average(polarizability_derivative_A2, group)
        isotropic, anisotropy = (_summed(x, levels) for x in _invariants(modes, symmetric))
        raman = 45 * isotropic + 7 * anisotropy
        scattering = raman > 1e-9
        depolarization = np.full(len(levels), np.nan)
        total = 45 * isotropic + 4 * anisotropy
        depolarization[scattering] = 3 * anisotropy[scattering] / total[scattering]
    return Intensities(
        modes=tuple(levels),
        frequency_cm1=np.array([modes.frequency_cm1[level].mean() for level in levels]),
        infrared_km_mol=_summed(absorbed, levels),
        raman_A4_amu=raman,
        depolarization=depolarization,
    )


def raman_cross_section(
    frequency_cm1: Float[np.ndarray, " levels"],
    activity_A4_amu: Float[np.ndarray, " levels"],
    laser_nm: float = 532.0,
    temperature_K: float = 298.15,
) -> Float[np.ndarray, " levels"]:
    """Stokes scattering at right angles to the laser, in 1e-36 m^2 per steradian and molecule.

    (2 pi)^4/45 (nu_0 - nu)^4 h / (8 pi^2 c nu (1 - exp(-h c nu / k T))) S, for light of both
    polarisations (Porezag and Pederson, equation 13). Zero for imaginary frequencies, and where the
    laser has no energy for the vibration.

    Raises
    ------
    PhonoscopeError
        for a wavelength or temperature below zero.
    """
    if not laser_nm > 0 or not temperature_K >= 0:
        raise PhonoscopeError(
            "This Raman experiment cannot be done",
            f"the laser has {laser_nm:g} nm, the temperature is {temperature_K:g} K",
            "Give a wavelength above 0 nm and a temperature of 0 K or more.",
        )
    laser, found = 1e9 / laser_nm, np.zeros(len(frequency_cm1))  # wavenumbers in 1/m
    real = (frequency_cm1 > 0) & (frequency_cm1 * 100 < laser)
    wave = frequency_cm1[real] * 100
    excited = np.ones_like(wave)
    if temperature_K > 0:
        exponent = constants.h * constants.c * wave / (constants.k * temperature_K)
        excited = -np.expm1(-exponent)
    activity = activity_A4_amu[real] * 1e-40 / constants.atomic_mass
    quantum = constants.h / (8 * np.pi**2 * constants.c * wave * excited)
    found[real] = (2 * np.pi) ** 4 / 45 * (laser - wave) ** 4 * quantum * activity * 1e36
    return found


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


def spectrum(
    grid_cm1: Float[np.ndarray, " points"],
    frequencies_cm1: Float[np.ndarray, " lines"],
    intensities: Float[np.ndarray, " lines"],
    width_cm1: float = 10.0,
    shape: Shape = "Lorentzian",
) -> Float[np.ndarray, " points"]:
    """Lines of a given area: intensity per cm^-1 on an even grid, as measured spectra have it.

    Each value is the mean over one step, so that the sum times the step is the sum of the
    intensities however coarse the grid; only what lies outside of it is missing.

    Parameters
    ----------
    grid_cm1 : evenly spaced, ascending.
    width_cm1 : full width at half maximum.

    Raises
    ------
    PhonoscopeError
        for a width that is not positive, or a shape of another name.
    """
    if not width_cm1 > 0:
        raise PhonoscopeError(
            "Lines cannot be so narrow", f"the width is {width_cm1:g} cm-1", "Give one above zero."
        )
    step = grid_cm1[1] - grid_cm1[0]
    edges = np.append(grid_cm1 - step / 2, grid_cm1[-1] + step / 2)
    away = (edges[:, None] - np.asarray(frequencies_cm1)[None]) / (width_cm1 / 2)
    if shape == "Lorentzian":
        below = np.arctan(away) / np.pi
    elif shape == "Gaussian":
        below = erf(np.sqrt(np.log(2)) * away) / 2
    else:
        raise PhonoscopeError(
            f"There is no line shape '{shape}'",
            "known are Lorentzian and Gaussian",
            "Choose one of them.",
        )
    return np.diff(below @ np.asarray(intensities, float)) / step


def _allowed(active: tuple[bool | None, ...]) -> Float[np.ndarray, " modes"]:
    """0 where symmetry forbids; where nothing is known of it, 1."""
    return np.array([0.0 if allowed is False else 1.0 for allowed in active])


def _summed(
    values: Float[np.ndarray, " modes"], levels: list[Int[np.ndarray, " level"]]
) -> Float[np.ndarray, " levels"]:
    return np.array([values[level].sum() for level in levels])


def _along(modes: Modes) -> Float[np.ndarray, "modes atoms 3"]:
    """dr/dQ = e / sqrt(m) of the mass-weighted eigenvectors e, in amu^-1/2."""
    return modes.displacement.real / np.sqrt(modes.reduced_mass_amu)[:, None, None]


def _invariants(
    modes: Modes, polarizability_derivative_A2: Float[np.ndarray, "3 3 atoms 3"]
) -> tuple[Float[np.ndarray, " modes"], Float[np.ndarray, " modes"]]:
    """a'^2 and gamma'^2 of every mode, in angstrom^4/amu."""
    tensors = np.einsum("cdix,mix->mcd", polarizability_derivative_A2, _along(modes))
    mean = np.trace(tensors, axis1=1, axis2=2) / 3
    deviation = tensors - mean[:, None, None] * np.eye(3)
    allowed = _allowed(modes.raman_active)
    return mean**2 * allowed, 1.5 * (deviation**2).sum((1, 2)) * allowed


def _vector_average(
    derivative: Float[np.ndarray, "3 atoms 3"], group: SymmetryGroup
) -> Float[np.ndarray, "3 atoms 3"]:
    """The part that the group allows: the mean of R (dmu/dr) R^T, atoms carried along."""
    total = np.zeros_like(derivative)
    for rotation, permutation in zip(group.rotations, group.permutations, strict=True):
        total[:, permutation] += np.einsum("cd,diy,xy->cix", rotation, derivative, rotation)
    return total / group.order


def _tensor_average(
    derivative: Float[np.ndarray, "3 3 atoms 3"], group: SymmetryGroup
) -> Float[np.ndarray, "3 3 atoms 3"]:
    """The part that the group allows, and of it that which is symmetric."""
    total = np.zeros_like(derivative)
    symmetric = (derivative + derivative.swapaxes(0, 1)) / 2
    for rotation, permutation in zip(group.rotations, group.permutations, strict=True):
        moved = np.einsum("ac,bd,cdiy,xy->abix", rotation, rotation, symmetric, rotation)
        total[:, :, permutation] += moved
    return total / group.order
