"""Which atoms are neighbours, and how their edges are laid out in arrays of few different shapes.

Compiled programs depend on the shape of their arrays. Numbers of edges are therefore rounded up,
so that a relaxation, or the next crystal of the same size, finds its program already compiled; the
places left over hold edges beyond the cutoff, which no potential sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int
from vesin import NeighborList

from engine.errors import PhonoscopeError

Layout = Literal["auto", "roomy", "pairs", "edges"]


@dataclass(frozen=True)
class Edges:
    """Directed edges, each pair of atoms in either direction; arrays as in engine.graph.

    Attributes
    ----------
    receivers, senders : shape (edges,), atom numbers.
    shifts : shape (edges, 3), cell of the sender, in units of the cell vectors.
    lattice_vectors_A : shape (edges, 3), the same in angstrom; where an edge fills a place, the
        vector that makes it longer than the cutoff.
    images : consecutive edges that join the same two atoms.
    complete : whether every atom is paired with every atom.
    """

    receivers: Int[np.ndarray, " edges"]
    senders: Int[np.ndarray, " edges"]
    shifts: Int[np.ndarray, "edges 3"]
    lattice_vectors_A: Float[np.ndarray, "edges 3"]
    images: int
    complete: bool


def neighbour_layout(atoms: Atoms, cutoff_A: float, layout: Layout = "auto") -> Edges:
    """All edges up to a cutoff, over as many periodic images as it reaches.

    Parameters
    ----------
    layout : ``pairs``: every atom with every atom, images of a pair side by side, so that sums
        over images are sums over an axis. ``edges``: a plain list. ``auto``: pairs unless that
        leaves most places empty, as in large cells. ``roomy``: pairs with many places left over,
        so that very many crystals share a few programs.

    Raises
    ------
    PhonoscopeError
        if two atoms coincide.
    """
    cell = np.asarray(atoms.cell.complete() if atoms.pbc.any() else atoms.cell.array)
    search = NeighborList(cutoff=cutoff_A, full_list=True, sorted=True)
    receivers, senders, shifts, distances = search.compute(
        points=atoms.positions, box=cell, periodic=list(atoms.pbc), quantities="ijSd"
    )
    receivers, senders = receivers.astype(int), senders.astype(int)
    _refuse_coincidence(receivers, senders, distances)
    n = len(atoms)
    pair = receivers * n + senders
    if layout == "auto" and n * n > 2 * max(len(pair), 256):
        layout = "edges"  # most atoms do not see one another
    images = int(np.bincount(pair).max(initial=1)) if layout != "edges" else 1
    images = power_of_two(images) if layout == "roomy" else rounded_up(images)
    if layout == "auto":
        layout = "pairs" if n * n * images <= max(2 * len(pair), 512) else "edges"

    complete = layout in ("pairs", "roomy")
    if complete:
        order = np.argsort(pair, kind="stable")
        first = np.searchsorted(pair[order], pair[order])
        place = pair[order] * images + np.arange(len(pair)) - first
        all_receivers = np.repeat(np.arange(n), n * images)
        all_senders = np.tile(np.repeat(np.arange(n), images), n)
        shifts = shifts[order]
    else:
        images = 1
        place = np.arange(len(pair))
        fill = np.zeros(rounded_up(len(pair)) - len(pair), int)
        all_receivers = np.concatenate([receivers, fill])
        all_senders = np.concatenate([senders, fill])
    total = len(all_receivers)
    all_shifts = np.zeros((total, 3), int)
    all_shifts[place] = shifts
    lattice = atoms.positions[all_receivers] - atoms.positions[all_senders]
    lattice[:, 0] += 2 * cutoff_A
    lattice[place] = shifts @ cell
    return Edges(all_receivers, all_senders, all_shifts, lattice, images, complete)


def rounded_up(number: int) -> int:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, ...: four steps an octave."""
    if number <= 4:
        return max(int(number), 1)
    step = 2 ** (int(number).bit_length() - 3)
    return -(-number // step) * step


def power_of_two(number: int) -> int:
    """The next of 1, 2, 4, 8, ..."""
    return 1 << (number - 1).bit_length()


def _refuse_coincidence(
    receivers: Int[np.ndarray, " edges"],
    senders: Int[np.ndarray, " edges"],
    distances: Float[np.ndarray, " edges"],
) -> None:
    if len(distances) and distances.min() < 1e-3:
        edge = int(np.argmin(distances))
        raise PhonoscopeError(
            "Two atoms stand in the same place",
            f"atoms {receivers[edge] + 1} and {senders[edge] + 1} are "
            f"{distances[edge]:.4f} angstrom apart",
            "Remove the duplicate, or resolve partial occupancies into one atom a site.",
        )
