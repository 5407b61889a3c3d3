"""Energy, forces and stress."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms
from jaxtyping import Array, Float

from engine.graph import DOUBLE, System, neighbour_system
from engine.potentials import AtomicEnergies, Potential


@dataclass(frozen=True)
class EnergyResult:
    """First derivatives of the energy.

    Attributes
    ----------
    energy_eV : of the whole cell or molecule.
    forces_eV_A : shape (atoms, 3).
    stress_eV_A3 : shape (3, 3), (1/V) dE/d(strain), positive under tension; None when the
        structure is not periodic in three directions.
    """

    energy_eV: float
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    stress_eV_A3: Float[np.ndarray, "3 3"] | None


def traceable(atoms: Atoms, potential: Potential, dtype: np.dtype = DOUBLE) -> tuple[Any, System]:
    """Parameters and system of a structure in one precision: what every derivative starts from.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    potential.require_elements(atoms)
    system = neighbour_system(atoms, potential.cutoff_A, dtype, potential.layout)
    return potential.astype(dtype).parameters, system


def total_energy(
    atomic_energies: AtomicEnergies,
    parameters: Any,
    system: System,
    strain: Float[Array, "3 3"],
) -> Float[Array, ""]:
    """Energy in eV of a system under strain: the one place where positions and strain enter.

    On the system of a wave it is the sum over the cosine and the sine copy.
    """
    graph, x = system.graph, system.positions
    vectors = graph.gather(x) - x[graph.receivers] + system.lattice_vectors
    vectors = vectors + vectors @ strain
    return jnp.sum(atomic_energies(parameters, vectors, system.species, graph))


def energy_forces_stress(
    atoms: Atoms, potential: Potential, dtype: np.dtype = DOUBLE
) -> EnergyResult:
    """Energy, forces and stress of a structure.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    parameters, system = traceable(atoms, potential, dtype)
    energy, (gradient, virial) = _value_and_gradients(potential.atomic_energies, parameters, system)
    virial = np.asarray(virial)
    return EnergyResult(
        energy_eV=float(energy),
        forces_eV_A=-np.asarray(gradient),
        stress_eV_A3=(virial + virial.T) / (2 * atoms.get_volume()) if atoms.pbc.all() else None,
    )


@partial(jax.jit, static_argnums=0)
def _value_and_gradients(
    atomic_energies: AtomicEnergies, parameters: Any, system: System
) -> tuple[Array, tuple[Array, Array]]:
    def energy(positions: Array, strain: Array) -> Array:
        return total_energy(atomic_energies, parameters, system.at(positions), strain)

    no_strain = jnp.zeros((3, 3), system.positions.dtype)
    return jax.value_and_grad(energy, argnums=(0, 1))(system.positions, no_strain)
