"""The dynamical matrix of a crystal at any wave vector, exactly, from the primitive cell.

Displace the crystal by u_j(R) = a_j cos(2 pi q.R) + b_j sin(2 pi q.R). To first order every
quantity on the atoms changes in the same form, so that two copies of the cell, one for the cosine
and one for the sine amplitude, hold all of it (see :mod:`engine.graph`). The derivative of the
gradient along a displacement (u, 0) is again a pair (a, b), and

    sum_R Phi(0i, Rj) exp(2 pi i q.R) u_j  is  a - i b .

No supercell, no extended cluster, no interpolation. The gradient is linearised once, at rest; a
wave vector only enters when that linear map is applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms
from jaxtyping import Array, Bool, Complex, Float

from engine.derivatives.energy import total_energy, traceable
from engine.graph import DOUBLE, System, Wave, bloch_phases, wave_system
from engine.potentials import AtomicEnergies, Potential
from engine.progress import COMPILING, DERIVATIVES, Report, tell

TASKS = 96
"""Sets of columns handed to one call of the compiled program; fewer cost no more than they need."""

EDGES_AT_ONCE = 40_000
"""Edges times columns that are differentiated together, unless a caller says how many columns."""

SMALL = 72
"""Amplitudes, of all columns together, that are differentiated at once in small cells."""

TELL_S = 1.0
"""About how often progress is told. Each part of the work linearises the gradient anew, so that
shorter parts would cost more than they tell."""


def dynamical_matrices(
    atoms: Atoms,
    potential: Potential,
    q: Float[np.ndarray, "n_q 3"],
    dtype: np.dtype = DOUBLE,
    columns_at_once: int | None = None,
    progress: Report | None = None,
) -> Complex[np.ndarray, "n_q 3*atoms 3*atoms"]:
    """D_ij(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R) / sqrt(m_i m_j), in eV/(angstrom^2 amu).

    R are lattice vectors of the given cell and q is in units of its reciprocal vectors (the cell
    gauge: D(q + G) = D(q)). The matrices are what differentiation gives; that they are Hermitian
    is a property, not a correction.

    Parameters
    ----------
    columns_at_once : columns differentiated together at most; bounds the memory. None: 24, fewer in
        large cells, where the messages of a single column fill it.
    progress : is told how far it is.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    q = np.asarray(q, float).reshape(-1, 3)
    every_column = [np.eye(3 * len(atoms))] * len(q)
    columns = bloch_products(atoms, potential, q, every_column, dtype, columns_at_once, progress)
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    return np.swapaxes(np.stack(columns), 1, 2) / np.outer(root_mass, root_mass)


def bloch_products(
    atoms: Atoms,
    potential: Potential,
    q: Float[np.ndarray, "n_q 3"],
    displacements: Sequence[Float[np.ndarray, "k 3*atoms"]],
    dtype: np.dtype = DOUBLE,
    columns_at_once: int | None = None,
    progress: Report | None = None,
) -> list[Complex[np.ndarray, "k 3*atoms"]]:
    """Force constants times displacements, Phi(q) u, for a few displacements at each q.

    Phi(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R), in eV/angstrom^2, without masses; cell gauge as in
    :func:`dynamical_matrices`. Where symmetry gives the rest of the matrix, a few products suffice.

    Parameters
    ----------
    displacements : for each q an array of shape (k, 3*atoms), real; k may differ from q to q.
    columns_at_once : displacements differentiated together at most, see above.
    progress : is told how far it is.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    parameters, system = traceable(atoms, potential, dtype)
    q = np.asarray(q, float).reshape(-1, 3)
    if columns_at_once is None:
        columns_at_once = max(1, min(24, EDGES_AT_ONCE // max(1, len(system.graph.senders))))
    tasks = _Tasks(q, [np.asarray(u, float) for u in displacements], columns_at_once)

    def compute(part: slice) -> float:
        """Do some of the tasks; returns how many seconds it took."""
        start = perf_counter()
        products = _products(
            potential.atomic_energies,
            parameters,
            system,
            jnp.asarray(_filled(tasks.q[part]), dtype),
            jnp.asarray(_filled(tasks.waves[part]), dtype),
            len(tasks.q[part]),
        )
        tasks.results[part] = np.asarray(products)[: len(tasks.q[part])]
        return perf_counter() - start

    done, at_once = 0, TASKS
    if progress is not None:
        tell(progress, COMPILING)
        compute(slice(0, 0))
        at_once = 1
        tell(progress, DERIVATIVES, 0.0, tasks.told(0))
    while done < len(tasks.q):
        part = slice(done, min(done + at_once, len(tasks.q)))
        seconds = compute(part)
        done = part.stop
        if progress is not None:
            at_once = int(np.clip(at_once * TELL_S / seconds, 1, min(4 * at_once, TASKS)))
            tell(progress, DERIVATIVES, done / len(tasks.q), tasks.told(done))
    return tasks.products()


class _Tasks:
    """Displacements in sets of equal size, each set at one q.

    Where 2q is a reciprocal lattice vector the cosine and the sine amplitude do not meet, and two
    displacements travel together, one in each. A q within rounding of such a point is that point.
    """

    def __init__(
        self,
        q: Float[np.ndarray, "n_q 3"],
        displacements: Sequence[Float[np.ndarray, "k 3*atoms"]],
        columns_at_once: int,
    ) -> None:
        self.paired: Bool[np.ndarray, " n_q"] = (np.abs(2 * q - np.rint(2 * q)) < 1e-12).all(1)
        q = np.where(self.paired[:, None], np.rint(2 * q) / 2, q)
        self.counts = [len(u) for u in displacements]
        n = displacements[0].shape[1]
        waves = []
        for u, paired in zip(displacements, self.paired, strict=True):
            if paired:
                waves.append(np.concatenate([u, np.zeros((len(u) % 2, n))]).reshape(-1, 2, n))
            else:
                waves.append(np.stack([u, np.zeros_like(u)], axis=1))
        size = _set_size([len(w) for w in waves], columns_at_once)
        self.sets = [-(-len(w) // size) for w in waves]
        self.q = np.repeat(q, self.sets, axis=0)
        self.waves = np.concatenate(
            [np.pad(w, ((0, -len(w) % size), (0, 0), (0, 0))) for w in waves]
        ).reshape(-1, size, 2, n)
        self.results = np.empty_like(self.waves)

    def told(self, done: int) -> str:
        """What of the whole is done with so many sets, in words."""
        if len(self.sets) > 1:
            finished = int((np.cumsum(self.sets) <= done).sum())
            return f"{finished} of {len(self.sets)} wave vectors"
        count = self.counts[0]
        return f"{count * done // self.sets[0]} of {count} displacements"

    def products(self) -> list[Complex[np.ndarray, "k 3*atoms"]]:
        ends = np.cumsum(self.sets)
        found = []
        for end, sets, paired, count in zip(ends, self.sets, self.paired, self.counts, strict=True):
            ab = self.results[end - sets : end].reshape(-1, *self.results.shape[2:])
            flat = ab.reshape(-1, ab.shape[2]) + 0j if paired else ab[:, 0] - 1j * ab[:, 1]
            found.append(flat[:count])
        return found


def _set_size(counts: list[int], largest: int) -> int:
    """How many displacements to differentiate together, with few places left empty.

    A set costs about two displacements for what all of its columns share.
    """
    sizes = [size for size in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64) if size <= largest]
    return min(sizes, key=lambda size: sum(-(-count // size) for count in counts) * (size + 2))


def _filled(values: Float[np.ndarray, "tasks ..."]) -> Float[np.ndarray, "TASKS ..."]:
    return np.concatenate([values, np.zeros((TASKS - len(values), *values.shape[1:]))])


@partial(jax.jit, static_argnums=0)
def _products(
    atomic_energies: AtomicEnergies,
    parameters: Any,
    system: System,
    q: Float[Array, "TASKS 3"],
    waves: Float[Array, "TASKS size 2 3*atoms"],
    n_tasks: int,
) -> Float[Array, "TASKS size 2 3*atoms"]:
    crystal = wave_system(system)
    at_rest, no_strain = crystal.graph.wave, jnp.zeros((3, 3), system.positions.dtype)
    assert at_rest is not None

    def gradient(wave: Wave) -> Array:
        def energy(displacements: Array) -> Array:
            moved = Wave(wave.phases, displacements)
            return total_energy(atomic_energies, parameters, crystal.along(moved), no_strain)

        return jax.grad(energy)(wave.displacements)

    _, differential = jax.linearize(gradient, at_rest)

    def task(
        q: Float[Array, "3"], waves: Float[Array, "size 2 3*atoms"]
    ) -> Float[Array, "size 2 3*atoms"]:
        phases = bloch_phases(system, q)

        def product(wave: Float[Array, "2 3*atoms"]) -> Float[Array, "2 3*atoms"]:
            return differential(Wave(phases, wave.reshape(-1, 3))).reshape(wave.shape)

        return jax.vmap(product)(waves)

    def some_tasks(i: Array, found: Array) -> Array:
        here = (jax.lax.dynamic_slice_in_dim(x, i * at_once, at_once) for x in (q, waves))
        return jax.lax.dynamic_update_slice_in_dim(found, jax.vmap(task)(*here), i * at_once, 0)

    # In a small cell a single task is over before its many small operations have paid.
    fitting = [n for n in range(1, TASKS) if TASKS % n == 0 and n * waves[0].size <= SMALL]
    at_once = max(fitting, default=1)
    rounds = (n_tasks + at_once - 1) // at_once
    return jax.lax.fori_loop(0, rounds, some_tasks, jnp.zeros_like(waves))
