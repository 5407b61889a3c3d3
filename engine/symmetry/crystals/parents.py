"""The space groups of higher symmetry that a structure nearly has.

A ferroelectric is a slightly distorted perovskite, a relaxed or measured crystal has noise: at a
looser tolerance spglib finds a larger group. How far the structure is from it is measured by making
it symmetric, averaging the metric of the cell and the positions over the operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int

from engine.symmetry.crystals.space_group import (
    SCHOENFLIES,
    CellOperations,
    SpaceGroup,
    cell_operations,
    lattice_and_places,
)

LADDER_A = (0.003, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5)
"""Tolerances at which spglib is asked, in angstrom."""


@dataclass(frozen=True)
class ParentGroup:
    """A space group that a structure would have but for a distortion.

    Attributes
    ----------
    symbol : Hermann-Mauguin, short, like ``Pm-3m``.
    number : 1 to 230.
    point_group : Schoenflies symbol of its crystal class.
    tolerance_A : the smallest tolerance in angstrom, of a few tried, at which it was found.
    rms_A, largest_A : root mean square and largest distance in angstrom of the atoms from their
        symmetric places, the structure as a whole being shifted to where it fits best.
    strain : the largest relative change of a length, from the symmetric cell to this one.
    """

    symbol: str
    number: int
    point_group: str
    tolerance_A: float
    rms_A: float
    largest_A: float
    strain: float


def parent_groups(atoms: Atoms, own: SpaceGroup) -> tuple[ParentGroup, ...]:
    """Larger groups up to a tolerance of 0.5 angstrom, each once, the nearest first.

    Parameters
    ----------
    own : the group of the same atoms.
    """
    smaller = cell_operations(atoms, own.tolerance_A)
    parents: list[ParentGroup] = []
    for tolerance_A in (t for t in LADDER_A if t > own.tolerance_A):
        found = cell_operations(atoms, tolerance_A)
        if found is None or smaller is None or not _contains(found, smaller):
            continue
        displacements, strain = from_symmetric(atoms, found)
        lengths = np.linalg.norm(displacements, axis=1)
        if lengths.max() > tolerance_A:  # the operations do not belong together
            continue
        smaller = found
        parents.append(
            ParentGroup(
                symbol=found.dataset.international,
                number=int(found.dataset.number),
                point_group=SCHOENFLIES[found.hermann_mauguin],
                tolerance_A=tolerance_A,
                rms_A=float(np.sqrt(np.mean(lengths**2))),
                largest_A=float(lengths.max()),
                strain=strain,
            )
        )
    return tuple(parents)


def from_symmetric(
    atoms: Atoms, operations: CellOperations
) -> tuple[Float[np.ndarray, "atoms 3"], float]:
    """How far a structure is from one that has the operations exactly.

    Returns
    -------
    Displacements of the atoms in angstrom, Cartesian, without their mean; and the strain of largest
    size among the principal ones.
    """
    lattice, scaled = lattice_and_places(atoms)
    metric = lattice @ lattice.T
    rotations = operations.rotations
    symmetric = np.mean(rotations.swapaxes(1, 2) @ metric @ rotations, axis=0)
    inverse = np.linalg.inv(lattice)
    # Squares of the principal stretches from this cell to the symmetric one.
    stretches = np.linalg.eigvalsh(inverse @ symmetric @ inverse.T)
    strains = 1 / np.sqrt(stretches) - 1

    offsets = np.zeros_like(scaled)
    for rotation, translation, permutation in zip(
        rotations, operations.translations, operations.permutations, strict=True
    ):
        offset = scaled @ rotation.T + translation - scaled[permutation]
        offsets[permutation] += offset - np.rint(offset)
    displacements = -offsets @ lattice / len(rotations)
    return displacements - displacements.mean(0), float(strains[np.abs(strains).argmax()])


def _contains(larger: CellOperations, smaller: CellOperations) -> bool:
    """Whether a group has all operations of another on the atoms, and more."""

    def named(operations: CellOperations) -> set[tuple[bytes, bytes]]:
        pairs: list[tuple[Int[np.ndarray, "3 3"], Int[np.ndarray, " atoms"]]] = list(
            zip(operations.rotations, operations.permutations, strict=True)
        )
        return {(rotation.tobytes(), places.tobytes()) for rotation, places in pairs}

    return named(larger) > named(smaller)
