"""Periodic neighbour graphs, and the one operation in which atoms meet: the gather along edges.

A potential sees other atoms only through :meth:`Graph.gather`. That is where a phonon of wave
vector q enters: on a graph made by :func:`bloch_graph` every array on the atoms exists twice, as
the amplitude of cos(2 pi q.R) and of sin(2 pi q.R), and the *derivative* of a gather turns the two
into each other by the phase of the edge, while its value stays what it was. Everything else, in
any potential, is ordinary differentiable code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms
from jaxtyping import Array, Float, Int, Shaped
from vesin import NeighborList

from engine.errors import PhonoscopeError

DOUBLE = np.dtype(np.float64)


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["senders", "receivers", "cosine", "sine"],
    meta_fields=["n_atoms"],
)
@dataclass(frozen=True)
class Graph:
    """Directed edges between atoms within the cutoff; each pair appears once in either direction.

    Attributes
    ----------
    senders, receivers : shape (edges,), atom numbers. The sender may be a periodic image.
    n_atoms : number of atoms (twice that of the cell on a Bloch graph).
    cosine, sine : shape (edges,), of 2 pi q.R, R the lattice vector of the sender's cell;
        None on an ordinary graph.
    """

    senders: Int[Array, " edges"]
    receivers: Int[Array, " edges"]
    n_atoms: int
    cosine: Float[Array, " edges"] | None = None
    sine: Float[Array, " edges"] | None = None

    def gather(self, values: Shaped[Array, "atoms ..."]) -> Shaped[Array, "edges ..."]:
        """The senders' values, one for each edge.

        For a derivative this is the Bloch gather
        d(gather h) = cos(2 pi q.R) (a, b) + sin(2 pi q.R) (b, -a), dh = (a, b).
        """
        if self.cosine is None or self.sine is None:
            return values[self.senders]
        plain, cosine_slot, sine_slot = _split(values)
        column = (slice(None), *(None,) * (values.ndim - 1))
        return (
            plain[self.senders]
            + self.cosine[column] * cosine_slot[self.senders]
            + self.sine[column] * sine_slot[self.senders]
        )

    def sum_over_edges(self, values: Shaped[Array, "edges ..."]) -> Shaped[Array, "atoms ..."]:
        """Sum edge values at their receivers; an atom without edges gets zero."""
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


def neighbour_system(atoms: Atoms, cutoff_A: float, dtype: np.dtype = DOUBLE) -> System:
    """The atoms and all their edges up to a cutoff, over as many periodic images as it reaches.

    Raises
    ------
    PhonoscopeError
        if two atoms coincide, or a periodic cell has no volume.
    """
    _check(atoms)
    cell = np.asarray(atoms.cell.complete() if atoms.pbc.any() else atoms.cell.array)
    search = NeighborList(cutoff=cutoff_A, full_list=True, sorted=True)
    receivers, senders, shifts, distances = search.compute(
        points=atoms.positions, box=cell, periodic=list(atoms.pbc), quantities="ijSd"
    )
    if len(distances) and distances.min() < 1e-3:
        edge = int(np.argmin(distances))
        raise PhonoscopeError(
            "Two atoms stand in the same place",
            f"atoms {receivers[edge] + 1} and {senders[edge] + 1} are "
            f"{distances[edge]:.4f} angstrom apart",
            "Remove the duplicate, or resolve partial occupancies into one atom a site.",
        )
    return System(
        positions=jnp.asarray(atoms.positions, dtype),
        species=jnp.asarray(atoms.numbers, jnp.int32),
        shifts=jnp.asarray(shifts, dtype),
        lattice_vectors=jnp.asarray(shifts @ cell, dtype),
        graph=Graph(
            senders=jnp.asarray(senders, jnp.int32),
            receivers=jnp.asarray(receivers, jnp.int32),
            n_atoms=len(atoms),
        ),
    )


def bloch_system(system: System, q: Float[Array, "3"]) -> System:
    """The same cell twice, as cosine and sine copy, with the Bloch phases of q on its edges.

    Parameters
    ----------
    q : wave vector in units of the reciprocal vectors of the cell.
    """
    graph, n = system.graph, system.graph.n_atoms
    phase = 2 * jnp.pi * (system.shifts @ q.astype(system.shifts.dtype))

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
            cosine=twice(jnp.cos(phase)),
            sine=twice(jnp.sin(phase)),
        ),
    )


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


# --- the rule of derivatives on a Bloch graph -----------------------------------------------------
# _split gives three slots (plain, cosine, sine). Values: (h, 0, 0). Tangents of h = (a, b):
# (0, (a, b), (b, -a)). Its transpose _merge takes the plain slot for values and the transposed
# phases for tangents. Edge sums may be taken in any order, for everything after _split is ordinary.


def _quarter_turn(values: Array) -> Array:
    """(a, b) -> (b, -a) for the cosine and sine halves of an array on the atoms."""
    a, b = jnp.split(values, 2)
    return jnp.concatenate([b, -a])


@jax.custom_jvp
def _split_slots(values: Array) -> tuple[Array, Array, Array]:
    return values, jnp.zeros_like(values), jnp.zeros_like(values)


@_split_slots.defjvp
def _split_slots_jvp(
    primals: tuple[Array], tangents: tuple[Array]
) -> tuple[tuple[Array, Array, Array], tuple[Array, Array, Array]]:
    (tangent,) = tangents
    return _split_slots(*primals), (jnp.zeros_like(tangent), tangent, _quarter_turn(tangent))


@jax.custom_jvp
def _merge_slots(plain: Array, cosine: Array, sine: Array) -> Array:
    return plain


@_merge_slots.defjvp
def _merge_slots_jvp(
    primals: tuple[Array, Array, Array], tangents: tuple[Array, Array, Array]
) -> tuple[Array, Array]:
    _, cosine, sine = tangents
    return _merge_slots(*primals), cosine - _quarter_turn(sine)


@jax.custom_vjp
def _split(values: Array) -> tuple[Array, Array, Array]:
    return _split_slots(values)


def _split_forward(values: Array) -> tuple[tuple[Array, Array, Array], None]:
    return _split_slots(values), None


def _split_backward(_: None, cotangents: tuple[Array, Array, Array]) -> tuple[Array]:
    return (_merge_slots(*cotangents),)


_split.defvjp(_split_forward, _split_backward)
