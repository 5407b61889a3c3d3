"""The dynamical matrix of a crystal at any wave vector, exactly, from the primitive cell.

Displace the crystal by u_j(R) = a_j cos(2 pi q.R) + b_j sin(2 pi q.R). To first order every
quantity on the atoms changes in the same form, so that two copies of the cell, one for the cosine
and one for the sine amplitude, hold all of it (see :mod:`engine.graph`). The derivative of the
gradient along a unit cosine displacement (e_k, 0) is again a pair (a, b), and

    column k of  sum_R Phi(0i, Rj) exp(2 pi i q.R)  is  a - i b .

No supercell, no extended cluster, no interpolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms
from jaxtyping import Array, Complex, Float

from engine.derivatives.energy import total_energy, traceable
from engine.graph import DOUBLE, System, bloch_system
from engine.potentials import AtomicEnergies, Potential

Q_BUCKET = 64
"""Numbers of q above one are rounded up to a multiple of this before compiling."""


def dynamical_matrices(
    atoms: Atoms,
    potential: Potential,
    q: Float[np.ndarray, "n_q 3"],
    dtype: np.dtype = DOUBLE,
    columns_at_once: int = 64,
) -> Complex[np.ndarray, "n_q 3*atoms 3*atoms"]:
    """D_ij(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R) / sqrt(m_i m_j), in eV/(angstrom^2 amu).

    R are lattice vectors of the given cell and q is in units of its reciprocal vectors (the cell
    gauge: D(q + G) = D(q)). The matrices are what differentiation gives; that they are Hermitian
    is a property, not a correction.

    Parameters
    ----------
    columns_at_once : columns differentiated together at each q; bounds the memory.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    parameters, system = traceable(atoms, potential, dtype)
    q = np.asarray(q, dtype).reshape(-1, 3)
    cosine, sine = _force_constants_at(
        potential.atomic_energies,
        min(columns_at_once, 3 * len(atoms)),
        parameters,
        system,
        jnp.asarray(_padded(q)),
    )
    force_constants = (np.asarray(cosine) - 1j * np.asarray(sine))[: len(q)]
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    return force_constants / np.outer(root_mass, root_mass)


def bloch_products(
    atoms: Atoms,
    potential: Potential,
    q: Float[np.ndarray, "n_q 3"],
    displacements: Sequence[Float[np.ndarray, "k 3*atoms"]],
    dtype: np.dtype = DOUBLE,
) -> list[Complex[np.ndarray, "k 3*atoms"]]:
    """Force constants times displacements, Phi(q) u, for a few displacements at each q.

    Phi(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R), in eV/angstrom^2, without masses; cell gauge as in
    :func:`dynamical_matrices`. Where symmetry gives the rest of the matrix, a few products suffice.

    Parameters
    ----------
    displacements : for each q an array of shape (k, 3*atoms), real; k may differ from q to q.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    matrices = dynamical_matrices(atoms, potential, q, dtype)
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    matrices = matrices * np.outer(root_mass, root_mass)
    return [u @ phi.T for u, phi in zip(displacements, matrices, strict=True)]


def _padded(q: Float[np.ndarray, "n_q 3"]) -> Float[np.ndarray, "bucket 3"]:
    """Repeat the last q up to a multiple of the bucket, so that few shapes are ever compiled."""
    bucket = 1 if len(q) == 1 else Q_BUCKET
    return np.pad(q, ((0, -len(q) % bucket), (0, 0)), mode="edge")


@partial(jax.jit, static_argnums=(0, 1))
def _force_constants_at(
    atomic_energies: AtomicEnergies,
    columns_at_once: int,
    parameters: Any,
    system: System,
    q: Float[Array, "n_q 3"],
) -> tuple[Float[Array, "n_q 3*atoms 3*atoms"], Float[Array, "n_q 3*atoms 3*atoms"]]:
    n_coordinates = system.positions.size
    no_strain = jnp.zeros((3, 3), system.positions.dtype)

    def at(q: Float[Array, "3"]) -> tuple[Array, Array]:
        doubled = bloch_system(system, q)
        x = doubled.positions
        gradient = jax.grad(
            lambda x: total_energy(atomic_energies, parameters, doubled, x, no_strain)
        )
        _, differential = jax.linearize(gradient, x)  # once per q, shared by its columns

        def column(direction: Float[Array, "3*atoms"]) -> tuple[Array, Array]:
            cosine_only = jnp.concatenate([direction, jnp.zeros_like(direction)])
            a, b = jnp.split(differential(cosine_only.reshape(x.shape)).ravel(), 2)
            return a, b

        unit_vectors = jnp.eye(n_coordinates, dtype=x.dtype)
        a, b = jax.lax.map(column, unit_vectors, batch_size=columns_at_once)
        return a.T, b.T

    return jax.lax.map(at, q)
