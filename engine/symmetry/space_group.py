"""The space group of a crystal and, for its vibrations at Γ, the factor group.

At q = 0 all cells move alike, so that a space-group operation acts on the atoms of one cell by its
rotation and a permutation modulo lattice vectors; translations drop out and what remains is a
group isomorphic to the crystal's point group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import spglib
from ase import Atoms
from jaxtyping import Float, Int

from engine.errors import PhonoscopeError
from engine.symmetry.group import SymmetryGroup, exact_group

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
    """Symmetry of a crystal.

    Attributes
    ----------
    symbol : Hermann-Mauguin, short, like ``Fd-3m``.
    number : 1 to 230.
    point_group : Schoenflies symbol of the crystal class.
    factor_group : action on the atoms of the cell at q = 0; None if the cell is not primitive.
    primitive_cells : number of primitive cells in the given cell.
    """

    symbol: str
    number: int
    point_group: str
    factor_group: SymmetryGroup | None
    primitive_cells: int


def space_group(atoms: Atoms, tolerance_A: float = 1e-3) -> SpaceGroup:
    """Space group by spglib at the given tolerance.

    A chain or slab is treated as the crystal its cell makes of it, with the empty space included.

    Raises
    ------
    PhonoscopeError
        if spglib finds no group, because atoms are too close or the tolerance too large.
    """
    scaled = atoms.get_scaled_positions(wrap=False)
    dataset = symmetry_dataset(atoms.cell.complete().array, scaled, atoms.numbers, tolerance_A)
    if dataset is None:
        raise PhonoscopeError(
            "No space group was found",
            f"spglib failed at a tolerance of {tolerance_A} angstrom",
            "Check that no two atoms coincide, or choose a smaller tolerance.",
        )
    identities = int((dataset.rotations == np.eye(3, dtype=int)).all((1, 2)).sum())
    schoenflies = SCHOENFLIES[dataset.pointgroup]
    return SpaceGroup(
        symbol=dataset.international,
        number=int(dataset.number),
        point_group=schoenflies,
        factor_group=_factor_group(schoenflies, atoms, dataset) if identities == 1 else None,
        primitive_cells=identities,
    )


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
    kinds = np.frombuffer(numbers).astype(int).tolist()
    return spglib.get_symmetry_dataset((vectors, positions, kinds), symprec=tolerance_A)


def _factor_group(name: str, atoms: Atoms, dataset: spglib.SpglibDataset) -> SymmetryGroup | None:
    lattice = atoms.cell.complete().array
    scaled = atoms.get_scaled_positions(wrap=False)
    inverse = np.linalg.inv(lattice)
    rotations = exact_group(
        np.array([lattice.T @ rotation @ inverse.T for rotation in dataset.rotations])
    )
    if rotations is None:
        return None
    permutations, deviations = [], []
    for rotation, translation in zip(dataset.rotations, dataset.translations, strict=True):
        carried = scaled @ rotation.T + translation
        offset = scaled[None] - carried[:, None]
        distance = np.linalg.norm((offset - np.rint(offset)) @ lattice, axis=2)
        distance[atoms.numbers[:, None] != atoms.numbers] = np.inf
        permutations.append(distance.argmin(1))
        deviations.append(distance.min(1))
    rms_A = float(np.sqrt(np.mean(np.square(deviations))))
    return SymmetryGroup(name, rotations, np.array(permutations), rms_A)
