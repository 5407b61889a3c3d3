"""The space group of a crystal and, for its vibrations at Γ, the factor group.

At q = 0 all cells move alike, so that a space-group operation acts on the atoms of one cell by its
rotation and a permutation modulo lattice vectors; translations drop out and what remains is a
group isomorphic to the crystal's point group. Atoms of different mass are different: isotopes
lower the group, as they do that of the vibrations.

The axes that decide labels such as B1 and B2 are those of the standard setting of the space group
in the International Tables for Crystallography A, as spglib finds it, see :func:`crystal_axes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import spglib
from ase import Atoms
from jaxtyping import Bool, Float, Int

from engine.errors import PhonoscopeError
from engine.symmetry.crystals.axes import crystal_axes
from engine.symmetry.group import SymmetryGroup, exact_group

EMPTY_A = 10.0
"""Width of the empty space beside a slab or chain whose cell says none."""

TOLERANCE_A = 1e-3
"""Largest distance in angstrom of an atom from its place under the group, unless said otherwise."""

# fmt: off
SCHOENFLIES = {
    "1": "C1", "-1": "Ci", "2": "C2", "m": "Cs", "2/m": "C2h", "222": "D2", "mm2": "C2v",
    "mmm": "D2h", "4": "C4", "-4": "S4", "4/m": "C4h", "422": "D4", "4mm": "C4v", "-42m": "D2d",
    "4/mmm": "D4h", "3": "C3", "-3": "S6", "32": "D3", "3m": "C3v", "-3m": "D3d", "6": "C6",
    "-6": "C3h", "6/m": "C6h", "622": "D6", "6mm": "C6v", "-6m2": "D3h", "6/mmm": "D6h",
    "23": "T", "m-3": "Th", "432": "O", "-43m": "Td", "m-3m": "Oh",
}
# fmt: on
"""Schoenflies symbols of the 32 crystal classes by their Hermann-Mauguin symbols."""


@dataclass(frozen=True)
class SpaceGroup:
    """Symmetry of a crystal, slab or chain.

    Attributes
    ----------
    symbol : Hermann-Mauguin, short, like ``Fd-3m``. Of a slab or chain: that of the crystal which
        its cell makes of it, with the empty space included.
    number : 1 to 230.
    point_group : Schoenflies symbol of the crystal class; of a slab or chain, that of its layer or
        rod group as far as the cell shows it.
    factor_group : action on the atoms of the cell at q = 0; None if the cell is not primitive.
    primitive_cells : number of primitive cells in the given cell.
    tolerance_A : distance in angstrom within which atoms count as symmetric.
    hermann_mauguin : symbol of ``point_group`` like ``m-3m``.
    layer_group : Hermann-Mauguin symbol of a slab's layer group, like ``p-6m2``; else None.
    folded_group : action on those displacements of the given cell that all its primitive cells
        share, one operation for each rotation; the factor group itself in a primitive cell. None
        if the operations make no exact group.
    translations : shape (primitive_cells, atoms): the atom to whose place each translation that is
        within the cell carries atom i.
    """

    symbol: str
    number: int
    point_group: str
    factor_group: SymmetryGroup | None
    primitive_cells: int
    tolerance_A: float
    hermann_mauguin: str
    layer_group: str | None
    folded_group: SymmetryGroup | None
    translations: Int[np.ndarray, "primitive_cells atoms"]


def space_group(atoms: Atoms, tolerance_A: float = TOLERANCE_A) -> SpaceGroup:
    """Space group by spglib at the given tolerance.

    spglib knows crystals only. Of what it finds for a slab or chain, those operations make up the
    group that do not mix the directions with a lattice and those without, and that carry no atom
    across the empty space.

    Raises
    ------
    PhonoscopeError
        if spglib finds no group, because atoms are too close or the tolerance too large; or if the
        tolerance makes no sense.
    """
    if not 0 < tolerance_A < np.inf:
        raise PhonoscopeError(
            f"{tolerance_A} is not a tolerance",
            "it is a distance in angstrom, larger than zero",
            "Choose something like 0.001.",
        )
    found = cell_operations(atoms, tolerance_A)
    if found is None:
        raise PhonoscopeError(
            "No space group was found",
            f"spglib failed at a tolerance of {tolerance_A} angstrom",
            "Check that no two atoms coincide, or choose a smaller tolerance.",
        )
    pure = (found.rotations == np.eye(3, dtype=int)).all((1, 2))
    folded = _group_at_gamma(atoms, found)
    return SpaceGroup(
        symbol=found.dataset.international,
        number=int(found.dataset.number),
        point_group=SCHOENFLIES[found.hermann_mauguin],
        factor_group=folded if pure.sum() == 1 else None,
        primitive_cells=int(pure.sum()),
        tolerance_A=tolerance_A,
        hermann_mauguin=found.hermann_mauguin,
        layer_group=found.layer_group,
        folded_group=folded,
        translations=found.permutations[pure],
    )


@dataclass(frozen=True)
class CellOperations:
    """What spglib finds for a cell, without what a slab or chain does not have.

    Attributes
    ----------
    dataset : all that spglib says.
    layer_group : Hermann-Mauguin symbol of a slab's layer group, if spglib finds it.
    hermann_mauguin : symbol of the class that the operations below make up.
    standard : shape (3, 3), rows: vectors of the standard setting in units of the cell's; of the
        layer group for a slab, with c along the chain for a chain.
    rotations, translations : shapes (order, 3, 3) and (order, 3), in units of the cell.
    permutations : shape (order, atoms): the atom to whose place each operation carries atom i.
    distances_A : shape (order, atoms): how far from that place it arrives, in angstrom.
    """

    dataset: spglib.SpglibDataset
    layer_group: str | None
    hermann_mauguin: str
    standard: Float[np.ndarray, "3 3"]
    rotations: Int[np.ndarray, "order 3 3"]
    translations: Float[np.ndarray, "order 3"]
    permutations: Int[np.ndarray, "order atoms"]
    distances_A: Float[np.ndarray, "order atoms"]


def cell_operations(atoms: Atoms, tolerance_A: float) -> CellOperations | None:
    """The operations of a crystal, slab or chain; None where spglib finds nothing."""
    lattice, scaled = lattice_and_places(atoms)
    dataset = symmetry_dataset(lattice, scaled, kinds(atoms), tolerance_A)
    if dataset is None:
        return None
    rotations, translations = dataset.rotations.astype(int), dataset.translations
    permutations, distances_A = _permutations(atoms, rotations, translations)
    keep = _within_material(atoms, rotations, translations, permutations)
    layer = _layer_dataset(atoms, int(keep.sum()), tolerance_A)
    symbol, to_standard = dataset.pointgroup, (layer or dataset).transformation_matrix
    if not keep.all() and layer is None:
        reduced = spglib.get_pointgroup(rotations[keep])
        if reduced is None:
            return None
        symbol, to_standard = reduced[0], np.linalg.inv(reduced[2])
    elif layer is not None:
        symbol = layer.pointgroup
    standard = np.linalg.inv(to_standard).T
    if atoms.pbc.sum() == 1:  # c along the chain, as in rod groups, where the class leaves it open
        standard = np.roll(standard, 2 - int(np.abs(standard[:, atoms.pbc]).argmax()), axis=0)
    return CellOperations(
        dataset=dataset,
        layer_group=None if layer is None else layer.international,
        hermann_mauguin=symbol.strip(),
        standard=standard,
        rotations=rotations[keep],
        translations=translations[keep],
        permutations=permutations[keep],
        distances_A=distances_A[keep],
    )


def lattice_and_places(
    atoms: Atoms,
) -> tuple[Float[np.ndarray, "3 3"], Float[np.ndarray, "atoms 3"]]:
    """Rows of the cell in angstrom, and the atoms in its units.

    An open direction without a vector gets one, which leaves empty space between images.
    """
    lattice = atoms.cell.complete().array.copy()
    for axis in np.flatnonzero(~atoms.cell.array.any(1)):
        lattice[axis] *= np.ptp(atoms.positions @ lattice[axis]) + EMPTY_A
    return lattice, atoms.positions @ np.linalg.inv(lattice)


def kinds(atoms: Atoms) -> Int[np.ndarray, " atoms"]:
    """A number for each kind of atom: those of one element and one mass have the same."""
    isotopes = np.stack([atoms.numbers, atoms.get_masses().round(6)], axis=1)
    return np.unique(isotopes, axis=0, return_inverse=True)[1].ravel() + 1


def symmetry_dataset(
    lattice: Float[np.ndarray, "3 3"],
    scaled: Float[np.ndarray, "atoms 3"],
    numbers: Int[np.ndarray, " atoms"],
    tolerance_A: float,
) -> spglib.SpglibDataset | None:
    """What spglib finds, kept for the next who asks; None where it finds nothing."""
    arrays = (np.ascontiguousarray(x, float).tobytes() for x in (lattice, scaled, numbers))
    return _symmetry_dataset(*arrays, tolerance_A)


@lru_cache(maxsize=64)
def _symmetry_dataset(
    lattice: bytes, scaled: bytes, numbers: bytes, tolerance_A: float
) -> spglib.SpglibDataset | None:
    vectors = np.frombuffer(lattice).reshape(3, 3).tolist()
    positions = np.frombuffer(scaled).reshape(-1, 3).tolist()
    types = np.frombuffer(numbers).astype(int).tolist()
    try:
        return spglib.get_symmetry_dataset((vectors, positions, types), symprec=tolerance_A)
    except spglib.SpglibError:  # or None: that depends on a global setting of spglib's
        return None


def _permutations(
    atoms: Atoms,
    rotations: Int[np.ndarray, "order 3 3"],
    translations: Float[np.ndarray, "order 3"],
) -> tuple[Int[np.ndarray, "order atoms"], Float[np.ndarray, "order atoms"]]:
    """To the place of which atom each operation carries atom i, and how far from it in angstrom."""
    lattice, scaled = lattice_and_places(atoms)
    kind = kinds(atoms)
    different = kind[:, None] != kind
    permutations, lengths = [], []
    for rotation, translation in zip(rotations, translations, strict=True):
        offset = scaled - (scaled @ rotation.T + translation)[:, None]
        distance = np.linalg.norm((offset - np.rint(offset)) @ lattice, axis=2)
        distance[different] = np.inf
        permutations.append(distance.argmin(1))
        lengths.append(distance.min(1))
    return np.array(permutations), np.array(lengths)


def _within_material(
    atoms: Atoms,
    rotations: Int[np.ndarray, "order 3 3"],
    translations: Float[np.ndarray, "order 3"],
    permutations: Int[np.ndarray, "order atoms"],
) -> Bool[np.ndarray, " order"]:
    """Operations that leave the directions without a lattice by themselves (all, in a crystal)."""
    (_, scaled), open_ = lattice_and_places(atoms), ~atoms.pbc
    arrived = np.einsum("gab,jb->gja", rotations, scaled) + translations[:, None]
    cells = np.rint(arrived - scaled[permutations])[:, :, open_]
    mixes = rotations[:, open_][:, :, ~open_].any((1, 2))
    mixes |= rotations[:, ~open_][:, :, open_].any((1, 2))
    return ~mixes & (cells == cells[:, :1]).all((1, 2))


def _layer_dataset(atoms: Atoms, order: int, tolerance_A: float) -> spglib.SpglibDataset | None:
    """What spglib says of a slab's layer group, if that has as many operations as were found."""
    if atoms.pbc.sum() != 2:
        return None
    lattice, scaled = lattice_and_places(atoms)
    try:
        found = spglib.get_symmetry_layerdataset(
            (lattice.tolist(), scaled.tolist(), kinds(atoms).tolist()),
            aperiodic_dir=int(np.flatnonzero(~atoms.pbc)[0]),
            symprec=tolerance_A,
        )
    except spglib.SpglibError:
        return None
    return found if found is not None and len(found.rotations) == order else None


def _group_at_gamma(atoms: Atoms, found: CellOperations) -> SymmetryGroup | None:
    """One operation for each rotation, as an exact group with its axes."""
    lattice, _ = lattice_and_places(atoms)
    first = np.sort(np.unique(found.rotations, axis=0, return_index=True)[1])
    rotations = exact_group(lattice.T @ found.rotations[first] @ np.linalg.inv(lattice.T))
    if rotations is None:
        return None
    name = SCHOENFLIES[found.hermann_mauguin]
    return SymmetryGroup(
        name=name,
        rotations=rotations,
        permutations=found.permutations[first],
        rms_A=float(np.sqrt(np.mean(found.distances_A**2))),
        axes=crystal_axes(name, rotations, found.standard @ lattice),
    )
