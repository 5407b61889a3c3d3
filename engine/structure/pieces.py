"""The finite piece of a crystal that is drawn, with its bonds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int

from engine.structure.bonds import bonds
from engine.structure.cells import conventional_vectors

BOX_MARGIN_A = 1.2
"""Width left around a chain or slab where its box is drawn."""

EDGE = 1e-3
"""An atom this part of a box outside it still lies on its face."""


@dataclass(frozen=True)
class OpenBonds:
    """Bonds that lead out of a piece, to atoms that are not part of it.

    Attributes
    ----------
    atom : shape (open,), the end within the piece.
    source : shape (open,), which atom of the cell the other end is an image of.
    lattice : shape (open, 3), integer lattice vector by which it is shifted from that atom.
    positions : shape (open, 3), where it is at rest, in angstrom.
    """

    atom: Int[np.ndarray, " open"]
    source: Int[np.ndarray, " open"]
    lattice: Int[np.ndarray, "open 3"]
    positions: Float[np.ndarray, "open 3"]


@dataclass(frozen=True)
class Piece:
    """A finite piece of a crystal, or a molecule whole.

    Attributes
    ----------
    numbers : shape (atoms,), atomic numbers.
    positions : shape (atoms, 3), in angstrom.
    source : shape (atoms,), which atom of the cell each one is an image of.
    lattice : shape (atoms, 3), integer lattice vector R by which it is shifted from that atom.
    bonds : shape (bonds, 2), pairs of atoms within the piece.
    open_bonds : those that lead out of it.
    box : shape (3, 3), vectors of the box that is repeated, in angstrom; None for a molecule.
        Across a direction that is not periodic it is as wide as the atoms need.
    box_origin : shape (3,), its corner in angstrom; None for a molecule.
    """

    numbers: Int[np.ndarray, " atoms"]
    positions: Float[np.ndarray, "atoms 3"]
    source: Int[np.ndarray, " atoms"]
    lattice: Int[np.ndarray, "atoms 3"]
    bonds: Int[np.ndarray, "bonds 2"]
    open_bonds: OpenBonds
    box: Float[np.ndarray, "3 3"] | None
    box_origin: Float[np.ndarray, "3"] | None


def piece(
    atoms: Atoms,
    repeats: tuple[int, int, int] = (1, 1, 1),
    vectors: Int[np.ndarray, "3 3"] | None = None,
) -> Piece:
    """So many boxes along each periodic direction, with their bonds.

    Atoms on the faces of the whole are drawn on both sides, as crystal drawings do.

    Parameters
    ----------
    vectors : the box as integer combinations (rows) of the vectors of the cell, such as a
        supercell; None for the conventional cell.
    """
    if not atoms.pbc.any():
        source, lattice = np.arange(len(atoms)), np.zeros((len(atoms), 3), int)
        box = origin = None
    else:
        vectors = conventional_vectors(atoms) if vectors is None else vectors
        source, lattice = _within(atoms, vectors, np.where(atoms.pbc, repeats, 1))
        box, origin = _box(atoms, vectors)
    inner, outer = _bonds(atoms, source, lattice)
    return Piece(
        numbers=atoms.numbers[source],
        positions=_places(atoms, source, lattice),
        source=source,
        lattice=lattice,
        bonds=inner,
        open_bonds=outer,
        box=box,
        box_origin=origin,
    )


def _places(
    atoms: Atoms, source: Int[np.ndarray, " some"], lattice: Int[np.ndarray, "some 3"]
) -> Float[np.ndarray, "some 3"]:
    return atoms.positions[source] + lattice @ atoms.cell.complete().array


def _within(
    atoms: Atoms, vectors: Int[np.ndarray, "3 3"], counts: Int[np.ndarray, "3"]
) -> tuple[Int[np.ndarray, " some"], Int[np.ndarray, "some 3"]]:
    """Source and lattice vector of the atoms in and on so many boxes."""
    scaled = atoms.get_scaled_positions(wrap=False)
    into_boxes = np.linalg.inv(vectors.astype(float))
    corners = np.array(np.meshgrid(*[(0, n) for n in counts])).reshape(3, -1).T @ vectors
    margin = 1 + np.ceil(np.abs(scaled).max(0)).astype(int)
    ranges = [
        np.arange(low - m, high + m + 1) if periodic else np.array([0])
        for low, high, m, periodic in zip(
            corners.min(0), corners.max(0), margin, atoms.pbc, strict=True
        )
    ]
    lattice = np.array(np.meshgrid(*ranges, indexing="ij")).reshape(3, -1).T
    in_boxes = (lattice[:, None] + scaled) @ into_boxes
    inside = ((in_boxes > -EDGE) & (in_boxes < counts + EDGE)) | ~atoms.pbc
    image, source = np.nonzero(inside.all(2))
    return source, lattice[image]


def _bonds(
    atoms: Atoms, source: Int[np.ndarray, " some"], lattice: Int[np.ndarray, "some 3"]
) -> tuple[Int[np.ndarray, "bonds 2"], OpenBonds]:
    """Bonds of the cell carried to every atom of a piece, and those that find no other end."""
    cell = bonds(atoms)
    drawn, bond = np.nonzero(source[:, None] == cell.first)
    end_source, end_lattice = cell.second[bond], lattice[drawn] + cell.lattice[bond]

    low = end_lattice.min(0, initial=0) + lattice.min(0, initial=0)
    width = end_lattice.max(0, initial=0) + lattice.max(0, initial=0) - low + 1

    def key(source: np.ndarray, lattice: np.ndarray) -> np.ndarray:
        x, y, z = (lattice - low).T
        return ((x * width[1] + y) * width[2] + z) * len(atoms) + source

    keys = key(source, lattice)
    order = np.argsort(keys)
    sought = key(end_source, end_lattice)
    place = np.minimum(np.searchsorted(keys[order], sought), len(keys) - 1)
    end = order[place]
    found = keys[end] == sought
    once = found & (drawn < end)
    out = ~found
    return np.stack([drawn[once], end[once]], 1), OpenBonds(
        drawn[out],
        end_source[out],
        end_lattice[out],
        _places(atoms, end_source[out], end_lattice[out]),
    )


def _box(
    atoms: Atoms, vectors: Int[np.ndarray, "3 3"]
) -> tuple[Float[np.ndarray, "3 3"], Float[np.ndarray, "3"]]:
    """The box that is repeated and its corner, narrow where the structure is not periodic."""
    box, origin = vectors @ atoms.cell.complete().array, np.zeros(3)
    scaled = atoms.get_scaled_positions(wrap=False)
    for axis in np.flatnonzero(~atoms.pbc):
        margin = BOX_MARGIN_A / np.linalg.norm(box[axis])
        low, high = scaled[:, axis].min() - margin, scaled[:, axis].max() + margin
        origin = origin + low * box[axis]
        box[axis] = (high - low) * box[axis]
    return box, origin
