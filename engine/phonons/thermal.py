"""Thermal properties of independent harmonic oscillators.

With x = h nu / kT, each mode adds (A. A. Maradudin et al., Theory of Lattice Dynamics in the
Harmonic Approximation (1971), chapter II)

    heat capacity  k x^2 e^x / (e^x - 1)^2
    entropy        k (x / (e^x - 1) - ln(1 - e^-x))
    free energy    h nu / 2 + kT ln(1 - e^-x)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int
from scipy import constants

from engine.errors import PhonoscopeError
from engine.phonons.stars import Mesh

KELVIN_PER_CM1 = float(100 * constants.h * constants.c / constants.k)
"""Temperature at which kT is the energy of 1 cm^-1: about 1.44."""

GAS_CONSTANT = float(constants.R)
"""In J/(mol K)."""

ZERO_CM1 = 0.01
"""Modes below this have no restoring force, and no harmonic free energy."""


@dataclass(frozen=True)
class Thermal:
    """Thermal properties per mole of the cell computed (not of atoms or formula units).

    Attributes
    ----------
    temperature_K : shape (temperatures,).
    heat_capacity_J_mol_K : shape (temperatures,), at constant volume.
    entropy_J_mol_K : shape (temperatures,).
    free_energy_kJ_mol : shape (temperatures,), Helmholtz, zero-point energy included.
    zero_point_kJ_mol : zero-point energy.
    imaginary_modes : number of modes of the mesh with imaginary frequencies. They are left out.
    zero_modes : number of modes within 0.01 cm^-1 of zero, such as the three translations where the
        mesh contains Γ. They are left out, too.
    left_out_weight : share of all modes that is left out, 0 to 1; anything much above zero makes
        the numbers those of another crystal.
    mesh : the mesh of interpolated frequencies they rest on.
    """

    temperature_K: Float[np.ndarray, " temperatures"]
    heat_capacity_J_mol_K: Float[np.ndarray, " temperatures"]
    entropy_J_mol_K: Float[np.ndarray, " temperatures"]
    free_energy_kJ_mol: Float[np.ndarray, " temperatures"]
    zero_point_kJ_mol: float
    imaginary_modes: int
    zero_modes: int
    left_out_weight: float
    mesh: Mesh


def thermal_properties(
    frequencies_cm1: Float[np.ndarray, "q branches"],
    multiplicity: Int[np.ndarray, " q"],
    mesh: Mesh,
    temperature_K: float | Sequence[float] | Float[np.ndarray, " temperatures"],
) -> Thermal:
    """Thermal properties at one or several temperatures, from the modes of a mesh.

    Parameters
    ----------
    multiplicity : points of the mesh that each q stands for.

    Raises
    ------
    PhonoscopeError
        for a negative temperature.
    """
    temperatures = np.atleast_1d(np.asarray(temperature_K, float))
    if temperatures.ndim != 1 or not (temperatures >= 0).all() or np.isinf(temperatures).any():
        raise PhonoscopeError(
            "This is not a temperature",
            f"{temperature_K} was given",
            "Give one or more temperatures in kelvin, zero or above.",
        )
    counts = np.broadcast_to(multiplicity[:, None], frequencies_cm1.shape)
    real = frequencies_cm1 > ZERO_CM1
    share = counts[real] / multiplicity.sum()
    energy_K = frequencies_cm1[real] * KELVIN_PER_CM1  # h nu / k
    zero_point = GAS_CONSTANT * float(share @ energy_K) / 2
    table = np.array([_at(energy_K, share, float(t)) for t in temperatures]).reshape(-1, 3)
    return Thermal(
        temperature_K=temperatures,
        heat_capacity_J_mol_K=GAS_CONSTANT * table[:, 0],
        entropy_J_mol_K=GAS_CONSTANT * table[:, 1],
        free_energy_kJ_mol=(zero_point + GAS_CONSTANT * table[:, 2]) / 1000,
        zero_point_kJ_mol=zero_point / 1000,
        imaginary_modes=int(counts[frequencies_cm1 < -ZERO_CM1].sum()),
        zero_modes=int(counts[np.abs(frequencies_cm1) <= ZERO_CM1].sum()),
        left_out_weight=float(counts[~real].sum() / counts.sum()),
        mesh=mesh,
    )


def per_formula_unit(thermal: Thermal, atoms: Atoms) -> Thermal:
    """The same per mole of formula units, of which the cell computed may have several."""
    units = formula_units(atoms)
    return replace(
        thermal,
        heat_capacity_J_mol_K=thermal.heat_capacity_J_mol_K / units,
        entropy_J_mol_K=thermal.entropy_J_mol_K / units,
        free_energy_kJ_mol=thermal.free_energy_kJ_mol / units,
        zero_point_kJ_mol=thermal.zero_point_kJ_mol / units,
    )


def formula_units(atoms: Atoms) -> int:
    """How many formula units the cell has, such as 2 of Si in silicon."""
    return math.gcd(*np.unique(atoms.numbers, return_counts=True)[1].tolist())


def dulong_petit_J_mol_K(atoms: Atoms) -> float:
    """The heat capacity of one formula unit of N atoms at high temperature, 3NR, in J/(mol K)."""
    return 3 * GAS_CONSTANT * len(atoms) / formula_units(atoms)


def _at(
    energy_K: Float[np.ndarray, " modes"], share: Float[np.ndarray, " modes"], temperature_K: float
) -> tuple[float, float, float]:
    """Sums of C/k, S/k and (F - zero point)/k in kelvin; all zero at 0 K."""
    if temperature_K == 0:
        return 0.0, 0.0, 0.0
    x = energy_K / temperature_K
    decay = np.exp(-x)
    rest = -np.expm1(-x)  # 1 - e^-x, without cancellation for soft modes
    logarithm = np.log(rest)
    capacity = x**2 * decay / rest**2
    entropy = x * decay / rest - logarithm
    return float(share @ capacity), float(share @ entropy), float(temperature_K * share @ logarithm)
