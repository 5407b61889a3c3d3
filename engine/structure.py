"""Cells and pieces of crystals: the primitive cell, and the finite piece one looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import spglib
from ase import Atoms
from ase.data import covalent_radii
from jaxtyping import Float, Int
from vesin import NeighborList

from engine.errors import PhonoscopeError

BOND_TOLERANCE = 1.25
"""Atoms nearer than this multiple of the sum of their covalent radii are drawn as bonded."""

BOX_MARGIN_A = 1.2
"""Width left around a chain or slab where its box is drawn."""


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
    box : shape (3, 3), vectors of the box that is repeated, in angstrom; None for a molecule.
        Across a direction that is not periodic it is as wide as the atoms need.
    box_origin : shape (3,), its corner in angstrom; None for a molecule.
    """

    numbers: Int[np.ndarray, " atoms"]
    positions: Float[np.ndarray, "atoms 3"]
    source: Int[np.ndarray, " atoms"]
    lattice: Int[np.ndarray, "atoms 3"]
    bonds: Int[np.ndarray, "bonds 2"]
    box: Float[np.ndarray, "3 3"] | None
    box_origin: Float[np.ndarray, "3"] | None


def primitive_cell(atoms: Atoms, tolerance_A: float = 1e-3) -> Atoms:
    """The primitive cell of a crystal, in the orientation of the cell given.

    A cell that is primitive already, and a chain or slab, come back unchanged. Isotopes are kept,
    and taken for different atoms.

    Raises
    ------
    PhonoscopeError
        if spglib cannot make sense of the cell.
    """
    if not atoms.pbc.all():
        return atoms
    isotopes = np.stack([atoms.numbers, atoms.get_masses().round(6)], 1)
    kinds, kind = np.unique(isotopes, axis=0, return_inverse=True)
    cell = (atoms.cell.array, atoms.get_scaled_positions(wrap=False), kind.ravel().tolist())
    try:
        found = spglib.standardize_cell(
            cell, to_primitive=True, no_idealize=True, symprec=tolerance_A
        )
    except spglib.SpglibError:  # or None: that depends on a global setting of spglib's
        found = None
    if found is None:
        raise PhonoscopeError(
            "No primitive cell was found",
            f"spglib failed at a tolerance of {tolerance_A} angstrom",
            "Check that no two atoms coincide.",
        )
    lattice, scaled, kept = found
    if len(kept) == len(atoms):
        return atoms
    numbers, masses = kinds[np.array(kept)].T
    return Atoms(
        numbers=numbers.astype(int), masses=masses, scaled_positions=scaled, cell=lattice, pbc=True
    )


def conventional_vectors(atoms: Atoms, tolerance_A: float = 1e-3) -> Int[np.ndarray, "3 3"]:
    """The conventional cell as integer combinations (rows) of the vectors of a primitive cell."""
    if not atoms.pbc.all():
        return np.eye(3, dtype=int)
    cell = (atoms.cell.array, atoms.get_scaled_positions(wrap=False), atoms.numbers)
    try:
        dataset = spglib.get_symmetry_dataset(cell, symprec=tolerance_A)
    except spglib.SpglibError:
        dataset = None
    if dataset is None:
        return np.eye(3, dtype=int)
    # spglib: columns of the standard lattice = columns of the given lattice @ inverse(P).
    vectors = np.linalg.inv(dataset.transformation_matrix).T
    whole = np.rint(vectors).astype(int)
    return whole if np.abs(vectors - whole).max() < 1e-4 else np.eye(3, dtype=int)


def piece(atoms: Atoms, repeats: tuple[int, int, int] = (1, 1, 1)) -> Piece:
    """So many conventional cells along each periodic direction, with their bonds.

    Atoms on the faces of the box are drawn on both sides, as crystal drawings do.
    """
    if not atoms.pbc.any():
        n = len(atoms)
        return Piece(
            numbers=atoms.numbers,
            positions=atoms.positions,
            source=np.arange(n),
            lattice=np.zeros((n, 3), int),
            bonds=_bonds(atoms.numbers, atoms.positions),
            box=None,
            box_origin=None,
        )
    cell = atoms.cell.complete().array
    vectors = conventional_vectors(atoms)
    counts = np.where(atoms.pbc, repeats, 1)
    within = np.linalg.inv(vectors.astype(float))
    corners = np.array(np.meshgrid(*[(0, n) for n in counts])).reshape(3, -1).T @ vectors
    margin = 1 + np.ceil(np.abs(atoms.get_scaled_positions(wrap=False)).max(0)).astype(int)
    ranges = [
        np.arange(low - m, high + m + 1) if periodic else np.array([0])
        for low, high, m, periodic in zip(
            corners.min(0), corners.max(0), margin, atoms.pbc, strict=True
        )
    ]
    lattice = np.array(np.meshgrid(*ranges, indexing="ij")).reshape(3, -1).T
    scaled = lattice[:, None] + atoms.get_scaled_positions(wrap=False)
    in_boxes = scaled @ within
    edge = 1e-3
    inside = ((in_boxes > -edge) & (in_boxes < counts + edge)) | ~atoms.pbc
    image, source = np.nonzero(inside.all(2))
    positions = scaled[image, source] @ cell
    numbers = atoms.numbers[source]
    box, origin = _box(atoms, vectors)
    return Piece(
        numbers=numbers,
        positions=positions,
        source=source,
        lattice=lattice[image],
        bonds=_bonds(numbers, positions),
        box=box,
        box_origin=origin,
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


def _bonds(
    numbers: Int[np.ndarray, " atoms"], positions: Float[np.ndarray, "atoms 3"]
) -> Int[np.ndarray, "bonds 2"]:
    radii = covalent_radii[numbers]
    reach = float(2 * radii.max() * BOND_TOLERANCE)
    search = NeighborList(cutoff=reach, full_list=False)
    first, second, distance = search.compute(
        points=positions, box=np.zeros((3, 3)), periodic=False, quantities="ijd"
    )
    first, second = first.astype(int), second.astype(int)
    bonded = distance < BOND_TOLERANCE * (radii[first] + radii[second])
    return np.stack([first[bonded], second[bonded]], 1)
