"""Structures in arrays of few different shapes, so that few programs are compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np
from ase import Atoms
from jaxtyping import Bool, Float

from engine.graph import Graph, System
from engine.neighbours import Edges, Layout, neighbour_layout


class Shape(NamedTuple):
    """Room for a structure.

    Attributes
    ----------
    atoms : places for atoms.
    images : places for edges between the same two atoms; 0 on a plain list of edges.
    edges : places for edges on a plain list; 0 where every atom is paired with every atom.
    """

    atoms: int
    images: int
    edges: int

    @property
    def cost(self) -> int:
        """Number of edges, real or not."""
        return self.edges or self.atoms**2 * self.images

    def holding(self, other: Shape) -> Shape:
        """Room for what either has room for."""
        return Shape(*map(max, self, other))


@dataclass(frozen=True)
class Connected:
    """A structure and its edges, not padded yet."""

    atoms: Atoms
    edges: Edges
    cutoff_A: float

    @property
    def shape(self) -> Shape:
        """The room it takes."""
        if self.edges.complete:
            return Shape(len(self.atoms), self.edges.images, 0)
        return Shape(len(self.atoms), 0, len(self.edges.receivers))


def connected(atoms: Atoms, cutoff_A: float) -> Connected:
    """The structure with its edges: a list in a molecule, and in a large cell, else all pairs.

    Raises
    ------
    PhonoscopeError
        if two atoms coincide.
    """
    layout: Layout = "auto" if atoms.pbc.any() else "edges"
    return Connected(atoms, neighbour_layout(atoms, cutoff_A, layout), cutoff_A)


def few_shapes(shapes: Sequence[Shape], most: int) -> list[Shape]:
    """For each shape one to pad it to, of at most ``most`` different ones.

    Structures that list their edges and those that pair all atoms never share one, whatever that
    takes.

    Two shapes at a time are merged, those whose merging adds the fewest edges.
    """
    count: dict[Shape, int] = {}
    for shape in shapes:
        count[shape] = count.get(shape, 0) + 1
    padded = {shape: shape for shape in count}

    def added(a: Shape, b: Shape) -> int:
        joint = a.holding(b).cost
        return count[a] * (joint - a.cost) + count[b] * (joint - b.cost)

    while len(count) > most:
        pairs = [(a, b) for a in count for b in count if a < b and bool(a.edges) == bool(b.edges)]
        if not pairs:
            break
        a, b = min(pairs, key=lambda pair: (added(*pair), pair))
        joint, number = a.holding(b), count.pop(a) + count.pop(b)
        count[joint] = count.get(joint, 0) + number
        padded = {s: joint if p in (a, b) else p for s, p in padded.items()}
    return [padded[shape] for shape in shapes]


def padded_system(
    structure: Connected, shape: Shape, species: int, dtype: np.dtype
) -> tuple[System, Bool[np.ndarray, " atoms"]]:
    """The structure in a larger room: further atoms, of a given species, that nothing reaches.

    Arrays are NumPy's; :func:`jax.device_put` takes them where they are wanted.

    Returns
    -------
    The system, and which of its atoms are real.
    """
    atoms, edges, n = structure.atoms, structure.edges, len(structure.atoms)
    positions = np.zeros((shape.atoms, 3))
    positions[:n] = atoms.positions
    numbers = np.full(shape.atoms, species)
    numbers[:n] = atoms.numbers
    shifts, lattice = _in_room(structure, shape, positions)
    if shape.edges:
        fill = np.zeros(shape.edges - len(edges.receivers), int)
        receivers = np.concatenate([edges.receivers, fill])
        senders = np.concatenate([edges.senders, fill])
    else:
        receivers = np.repeat(np.arange(shape.atoms), shape.atoms * shape.images)
        senders = np.tile(np.repeat(np.arange(shape.atoms), shape.images), shape.atoms)
    system = System(
        positions=positions.astype(dtype),  # type: ignore[arg-type]
        species=numbers.astype(np.int32),  # type: ignore[arg-type]
        shifts=shifts.astype(dtype),  # type: ignore[arg-type]
        lattice_vectors=lattice.astype(dtype),  # type: ignore[arg-type]
        graph=Graph(
            senders=senders.astype(np.int32),  # type: ignore[arg-type]
            receivers=receivers.astype(np.int32),  # type: ignore[arg-type]
            n_atoms=shape.atoms,
            images=shape.images or 1,
            complete=not shape.edges,
        ),
    )
    return system, np.arange(shape.atoms) < n


def _in_room(
    structure: Connected, shape: Shape, positions: Float[np.ndarray, "atoms 3"]
) -> tuple[Float[np.ndarray, "edges 3"], Float[np.ndarray, "edges 3"]]:
    """Shifts and lattice vectors; places left over hold edges beyond the cutoff."""
    edges, n, m = structure.edges, len(structure.atoms), shape.atoms
    beyond = np.array([2 * structure.cutoff_A, 0.0, 0.0])
    if shape.edges:
        k = len(edges.receivers)
        shifts = np.zeros((shape.edges, 3))
        lattice = np.tile(beyond, (shape.edges, 1))
        shifts[:k], lattice[:k] = edges.shifts, edges.lattice_vectors_A
        return shifts, lattice
    shifts = np.zeros((m, m, shape.images, 3))
    apart = positions[:, None] - positions[None] + beyond
    lattice = np.repeat(apart[:, :, None], shape.images, axis=2)
    given = n, n, edges.images, 3
    shifts[:n, :n, : edges.images] = edges.shifts.reshape(given)
    lattice[:n, :n, : edges.images] = edges.lattice_vectors_A.reshape(given)
    return shifts.reshape(-1, 3), lattice.reshape(-1, 3)


def stacked(systems: Sequence[System]) -> System:
    """Systems of one shape, one after the other on a new first axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *systems)
