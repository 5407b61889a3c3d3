"""Periodic neighbour graphs, and the one operation in which atoms meet: the gather along edges.

A potential sees other atoms only through :meth:`Graph.gather`. That is where a phonon of wave
vector q enters: on the graph of a wave (:func:`wave_system`) every array on the atoms exists twice,
as the amplitude of cos(2 pi q.R) and of sin(2 pi q.R), and the *derivative* of a gather turns the
two into each other by the phase of the edge, while its value stays what it was. Everything else, in
any potential, is ordinary differentiable code.

The phases belong to the displacement, not to the crystal at rest. They therefore travel with the
tangents: what is linearised once, at rest, serves every wave vector.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms
from jaxtyping import Array, Float, Int, Shaped

from engine.errors import PhonoscopeError
from engine.neighbours import Layout, neighbour_layout

DOUBLE = np.dtype(np.float64)


@partial(jax.tree_util.register_dataclass, data_fields=["phases", "displacements"], meta_fields=[])
@dataclass(frozen=True)
class Wave:
    """A displacement of the whole crystal, u_j(R) = a_j cos(2 pi q.R) + b_j sin(2 pi q.R).

    At rest both fields are zero; only their tangents mean something.

    Attributes
    ----------
    phases : shape (edges, 2). Tangent: cos and sin of 2 pi q.R, R the cell of the sender.
    displacements : shape (twice the atoms, 3), in angstrom. Tangent: a, then b.
    """

    phases: Float[Array, "edges 2"]
    displacements: Float[Array, "atoms 3"]


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["senders", "receivers", "wave"],
    meta_fields=["n_atoms", "images", "complete", "single"],
)
@dataclass(frozen=True)
class Graph:
    """Directed edges between atoms within the cutoff; each pair appears once in either direction.

    Edges that join the same two atoms through different periodic images stand together, the same
    number for every pair; edges longer than the cutoff fill the rest and mean nothing.

    Attributes
    ----------
    senders, receivers : shape (edges,), atom numbers. The sender may be a periodic image.
    n_atoms : number of atoms (twice that of the cell on the graph of a wave).
    images : consecutive edges that join the same two atoms.
    complete : whether every atom is paired with every atom, in the order of (receiver, sender).
    wave : the displacement that derivatives are taken along; None on an ordinary graph.
    single : whether that is one wave or two, as in a step of training, rather than all the columns
        of D(q): then nothing is prepared that would serve many.
    """

    senders: Int[Array, " edges"]
    receivers: Int[Array, " edges"]
    n_atoms: int
    images: int = 1
    complete: bool = False
    wave: Wave | None = None
    single: bool = False

    def gather(self, values: Shaped[Array, "atoms ..."]) -> Shaped[Array, "edges ..."]:
        """The senders' values, one for each edge.

        For the derivative along a wave this is the Bloch gather
        d(gather h) = cos(2 pi q.R) (a, b) + sin(2 pi q.R) (b, -a), dh = (a, b).
        """
        if self.wave is None:
            return values[self.senders]
        return _gather(self.n_atoms, values, self.senders, self.wave)

    def sum_over_edges(self, values: Shaped[Array, "edges ..."]) -> Shaped[Array, "atoms ..."]:
        """Sum edge values at their receivers; an atom without edges gets zero."""
        if self.complete and self.wave is None:
            return values.reshape(self.n_atoms, -1, *values.shape[1:]).sum(1)
        return jax.ops.segment_sum(values, self.receivers, num_segments=self.n_atoms)


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["positions", "species", "shifts", "lattice_vectors", "graph"],
    meta_fields=[],
)
@dataclass(frozen=True)
class System:
    """What a derivative is taken of: atoms, and the edges between them.

    Attributes
    ----------
    positions : shape (atoms, 3), in angstrom.
    species : shape (atoms,), atomic numbers.
    shifts : shape (edges, 3), R of the sender's image, in units of the cell vectors (integers).
    lattice_vectors : shape (edges, 3), the same in angstrom.
    graph : the edges.
    """

    positions: Float[Array, "atoms 3"]
    species: Int[Array, " atoms"]
    shifts: Float[Array, "edges 3"]
    lattice_vectors: Float[Array, "edges 3"]
    graph: Graph

    def at(self, positions: Float[Array, "atoms 3"]) -> System:
        """The same edges between atoms that have moved."""
        return replace(self, positions=positions)

    def along(self, wave: Wave) -> System:
        """The system of a wave, moved along it."""
        graph = replace(self.graph, wave=wave)
        return replace(self, positions=self.positions + wave.displacements, graph=graph)


def neighbour_system(
    atoms: Atoms, cutoff_A: float, dtype: np.dtype = DOUBLE, layout: Layout = "auto"
) -> System:
    """The atoms and all their edges up to a cutoff, over as many periodic images as it reaches.

    Parameters
    ----------
    layout : how edges are arranged, see :func:`engine.neighbours.neighbour_layout`.

    Raises
    ------
    PhonoscopeError
        if two atoms coincide, or a periodic cell has no volume.
    """
    _check(atoms)
    edges = neighbour_layout(atoms, cutoff_A, layout)
    return System(
        positions=jnp.asarray(atoms.positions, dtype),
        species=jnp.asarray(atoms.numbers, jnp.int32),
        shifts=jnp.asarray(edges.shifts, dtype),
        lattice_vectors=jnp.asarray(edges.lattice_vectors_A, dtype),
        graph=Graph(
            senders=jnp.asarray(edges.senders, jnp.int32),
            receivers=jnp.asarray(edges.receivers, jnp.int32),
            n_atoms=len(atoms),
            images=edges.images,
            complete=edges.complete,
        ),
    )


def wave_system(system: System, single: bool = False) -> System:
    """The same cell twice, as cosine and sine copy, at rest: see :class:`Wave`.

    Parameters
    ----------
    single : see :class:`Graph`.
    """
    graph, n = system.graph, system.graph.n_atoms
    n_edges, dtype = len(graph.senders), system.positions.dtype

    def twice(values: Shaped[Array, "edges ..."]) -> Shaped[Array, "twice ..."]:
        return jnp.concatenate([values, values])

    return System(
        positions=twice(system.positions),
        species=twice(system.species),
        shifts=twice(system.shifts),
        lattice_vectors=twice(system.lattice_vectors),
        graph=Graph(
            senders=jnp.concatenate([graph.senders, graph.senders + n]),
            receivers=jnp.concatenate([graph.receivers, graph.receivers + n]),
            n_atoms=2 * n,
            images=graph.images,
            complete=graph.complete,
            wave=Wave(jnp.zeros((2 * n_edges, 2), dtype), jnp.zeros((2 * n, 3), dtype)),
            single=single,
        ),
    )


def bloch_phases(system: System, q: Float[Array, "3"]) -> Float[Array, "edges 2"]:
    """Cos and sin of 2 pi q.R on the edges of the wave system of this system.

    Parameters
    ----------
    q : wave vector in units of the reciprocal vectors of the cell.
    """
    phase = 2 * jnp.pi * (system.shifts @ q.astype(system.shifts.dtype))
    phases = jnp.stack([jnp.cos(phase), jnp.sin(phase)], axis=1)
    return jnp.concatenate([phases, phases])


def _check(atoms: Atoms) -> None:
    if len(atoms) == 0:
        raise PhonoscopeError(
            "The structure is empty", "it contains no atoms", "Check the file it was read from."
        )
    lengths = atoms.cell.lengths()[atoms.pbc]
    if atoms.pbc.any() and (lengths.min() < 1e-6 or abs(atoms.cell.complete().volume) < 1e-6):
        raise PhonoscopeError(
            "The cell has no volume",
            f"its vectors are {atoms.cell.array.tolist()} with pbc {atoms.pbc.tolist()}",
            "Give cell vectors that are not coplanar for every periodic direction.",
        )


# --- the rule of derivatives along a wave ---------------------------------------------------------
# The first derivative (forces) is that of an ordinary gather, its transpose a sum at the senders:
# custom_vjp. What differentiates those two again is a displacement wave: custom_jvp, with the
# phases taken from the tangents. What differentiates a third time are the parameters in training:
# by then both rules are used up, and what they leave behind is ordinary code. All of them take the
# wave as an argument, so that they belong to these two derivatives even where their values do not
# depend on the displacement.


def at_rest(values: Shaped[Array, "..."], wave: Wave) -> Shaped[Array, "..."]:
    """Values that no displacement changes, while derivatives by parameters pass."""
    return _at_rest(values, wave)


@jax.custom_vjp
def _at_rest(values: Array, wave: Wave) -> Array:
    return _unmoved(values, wave.phases)


def _at_rest_forward(values: Array, wave: Wave) -> tuple[Array, None]:
    return _unmoved(values, wave.phases), None


def _at_rest_backward(kept: None, cotangent: Array) -> tuple[None, None]:
    return None, None


_at_rest.defvjp(_at_rest_forward, _at_rest_backward)


@jax.custom_jvp
def _unmoved(values: Array, phases: Array) -> Array:
    return values


@_unmoved.defjvp
def _unmoved_along_wave(
    primals: tuple[Array, Array], tangents: tuple[Array, Array]
) -> tuple[Array, Array]:
    return primals[0], jnp.zeros_like(primals[0])


def quarter_turn(values: Shaped[Array, "atoms ..."]) -> Shaped[Array, "atoms ..."]:
    """(a, b) -> (b, -a) for the cosine and sine halves of an array on the atoms."""
    a, b = jnp.split(values, 2)
    return jnp.concatenate([b, -a])


def _column(phases: Array, which: int, like: Array) -> Array:
    return phases[:, which].reshape(-1, *(1,) * (like.ndim - 1))


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _gather_at_rest(n_atoms: int, values: Array, senders: Array, phases: Array) -> Array:
    return values[senders]


@_gather_at_rest.defjvp
def _gather_wave(
    n_atoms: int, primals: tuple[Array, ...], tangents: tuple[Array, ...]
) -> tuple[Array, Array]:
    values, senders, _ = primals
    wave, _, phase = tangents
    cosine, sine = (_column(phase, which, values) for which in (0, 1))
    change = cosine * wave[senders] + sine * quarter_turn(wave)[senders]
    return values[senders], change


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _scatter_at_rest(n_atoms: int, values: Array, senders: Array, phases: Array) -> Array:
    return jax.ops.segment_sum(values, senders, num_segments=n_atoms)


@_scatter_at_rest.defjvp
def _scatter_wave(
    n_atoms: int, primals: tuple[Array, ...], tangents: tuple[Array, ...]
) -> tuple[Array, Array]:
    values, senders, _ = primals
    wave, _, phase = tangents
    cosine, sine = (_column(phase, which, values) for which in (0, 1))
    plain = jax.ops.segment_sum(cosine * wave, senders, num_segments=n_atoms)
    turned = jax.ops.segment_sum(sine * wave, senders, num_segments=n_atoms)
    at_senders = jax.ops.segment_sum(values, senders, num_segments=n_atoms)
    return at_senders, plain - quarter_turn(turned)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _gather(n_atoms: int, values: Array, senders: Array, wave: Wave) -> Array:
    return _gather_at_rest(n_atoms, values, senders, wave.phases)


def _gather_forward(
    n_atoms: int, values: Array, senders: Array, wave: Wave
) -> tuple[Array, tuple[Array, Array]]:
    return _gather_at_rest(n_atoms, values, senders, wave.phases), (senders, wave.phases)


def _gather_backward(
    n_atoms: int, kept: tuple[Array, Array], cotangent: Array
) -> tuple[Array, None, None]:
    return _scatter_at_rest(n_atoms, cotangent, *kept), None, None


_gather.defvjp(_gather_forward, _gather_backward)
