"""posym's tables, carried to the standard orientation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from posym.pointgroup import PointGroup

from engine.symmetry.axes import fitting_axes
from engine.symmetry.tables import POINT_GROUPS, standard_table
from engine.symmetry.tables.operations import closure, numbers_of, turn
from engine.symmetry.tables.standard import StandardTable

# fmt: off
UNUSABLE = frozenset({
    "C1",  # IndexError
    "C6h", "C8h", "C9h", "C10h",  # operations are missing
    "D8d", "D9d", "D10d", "S16", "S18", "S20", "S22", "S24",  # products of operations fail
    *(name for name in POINT_GROUPS if "11" in name or ("12" in name and name != "S12")),  # exit()
    "C∞v", "D∞h",  # unknown
})
# fmt: on
"""Groups whose table posym 1.3.2 does not have, or has wrong."""

RENAMED = {("D2", "A1"): "A"}
"""Labels of posym that differ from the standard tables."""

SETTING = {"sv_xz": "σv", "C2'": "C2'"}
"""Classes by which posym tells its orientation, and their names here."""


@lru_cache
def posym_characters(name: str) -> dict[str, Float[np.ndarray, " order"]] | None:
    """Characters by irrep on the operations of ``standard_table(name)``; None if unusable.

    posym gives one operation of each class, and joins a class with that of its inverses.
    """
    if name in UNUSABLE:
        return None
    table = PointGroup(name).ir_table
    standard = standard_table(name)
    numbers = _numbers_in(
        standard,
        [operation.label for operation in table.operations],
        np.array([operation.matrix_representation for operation in table.operations]),
    )
    rows = np.asarray(table.values, float).T
    characters = np.empty((len(rows), len(standard.operations)))
    inverse = numbers_of(standard.operations.transpose(0, 2, 1), standard.operations)
    assert inverse is not None
    for conjugate in standard.classes:
        both = {*conjugate.members, *inverse[list(conjugate.members)].tolist()}
        [column] = [i for i, number in enumerate(numbers) if number in both]
        characters[:, conjugate.members] = rows[:, [column]]
    names = [RENAMED.get((name, irrep), irrep) for irrep in table.columns]
    return dict(zip(names, characters, strict=True))


def _numbers_in(
    standard: StandardTable, labels: list[str], operations: Float[np.ndarray, "classes 3 3"]
) -> list[int]:
    """The standard operation that each of posym's is, in the frame where their names agree.

    posym puts σv and C2' where its names of classes say; C2v and D2 are in place. In D2h it names
    the irreps B2 and B3 as if its x were y (B2u holds x), so that the frame is turned.
    """
    named = {c.name.lstrip("0123456789"): c.members for c in standard.classes}
    known = {"C2v": turn(0), "D2": turn(0), "D2h": turn(1 / 4)}.get(standard.name)
    frames = fitting_axes(standard.name, closure(operations)) if known is None else [known]
    for frame in frames:
        numbers = numbers_of(frame.T @ operations @ frame, standard.operations)
        if numbers is not None and all(
            number in named[SETTING[label]]
            for number, label in zip(numbers, labels, strict=True)
            if SETTING.get(label) in named
        ):
            return numbers.tolist()
    raise ValueError(f"posym's operations of {standard.name} are not those of the standard table")
