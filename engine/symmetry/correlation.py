"""What becomes of the irreps of a group in one of its subgroups.

Heavier isotopes take operations away from a molecule: the force constants keep the symmetry of the
parent, the vibrations have only that of the subgroup which carries each mass to an equal one. An
irrep of the parent, taken on the operations that are left, is a representation of the subgroup and
falls into its irreps (E. B. Wilson, J. C. Decius, P. C. Cross, Molecular Vibrations, 1955, section
6-5): T2 of Td becomes A1 + E of C3v.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from engine.symmetry.character_table import character_table
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.labels import representation

SAME = 1e-6
"""Largest difference of matrix elements of one operation in both groups."""


def correlation(parent: SymmetryGroup, subgroup: SymmetryGroup) -> dict[str, str] | None:
    """Irreps of the parent, in table order, as sums of irreps of the subgroup.

    None where one of the groups has no table or a label depends on a choice of axes.

    Raises
    ------
    ValueError
        if the operations of the subgroup are not among those of the parent.
    """
    table = character_table(parent)
    if table is None:
        return None
    kept = _kept_operations(parent, subgroup)
    found = {}
    for name, row in zip(table.labels, table.characters, strict=True):
        restricted = representation(subgroup, row[kept])
        if name is None or restricted is None:
            return None
        found[name] = restricted
    return found


def _kept_operations(parent: SymmetryGroup, subgroup: SymmetryGroup) -> Int[np.ndarray, " order"]:
    """The number in the parent of every operation of the subgroup."""
    turned = np.abs(subgroup.rotations[:, None] - parent.rotations).max((2, 3)) < SAME
    moved = (subgroup.permutations[:, None] == parent.permutations).all(2)
    if not (turned & moved).any(1).all():
        raise ValueError(f"{subgroup.name} is not a subgroup of this {parent.name}")
    return (turned & moved).argmax(1)
