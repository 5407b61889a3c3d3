"""The Hessian of a molecule, or of a whole cell at q = 0."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms
from jaxtyping import Array, Float

from engine.derivatives.energy import total_energy, traceable
from engine.graph import DOUBLE, System
from engine.potentials import AtomicEnergies, Potential


def hessian(
    atoms: Atoms, potential: Potential, dtype: np.dtype = DOUBLE, columns_at_once: int = 64
) -> Float[np.ndarray, "3*atoms 3*atoms"]:
    """Second derivatives of the energy, d^2 E / dx_ia dx_jb, in eV/angstrom^2.

    Atom by atom, x, y, z within an atom. In a periodic cell the images move along.

    Parameters
    ----------
    columns_at_once : columns differentiated together; bounds the memory.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    parameters, system = traceable(atoms, potential, dtype)
    return np.asarray(_hessian(potential.atomic_energies, columns_at_once, parameters, system))


@partial(jax.jit, static_argnums=(0, 1))
def _hessian(
    atomic_energies: AtomicEnergies, columns_at_once: int, parameters: Any, system: System
) -> Float[Array, "3*atoms 3*atoms"]:
    x = system.positions
    no_strain = jnp.zeros((3, 3), x.dtype)
    gradient = jax.grad(lambda x: total_energy(atomic_energies, parameters, system, x, no_strain))
    _, differential = jax.linearize(gradient, x)  # the work all columns share, done once

    def column(direction: Float[Array, "3*atoms"]) -> Float[Array, "3*atoms"]:
        return differential(direction.reshape(x.shape)).ravel()

    unit_vectors = jnp.eye(x.size, dtype=x.dtype)
    return jax.lax.map(column, unit_vectors, batch_size=columns_at_once).T
