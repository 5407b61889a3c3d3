"""Character tables of all point groups in their standard orientation, built from mathematics."""

from __future__ import annotations

from functools import lru_cache

from engine.symmetry.tables.axial import axial_table
from engine.symmetry.tables.linear import linear_table
from engine.symmetry.tables.polyhedral import polyhedral_table
from engine.symmetry.tables.standard import ConjugacyClass, StandardTable

__all__ = ["POINT_GROUPS", "ConjugacyClass", "StandardTable", "standard_table"]

LARGEST_AXIS = 12

# fmt: off
POINT_GROUPS = (
    "C1", "Ci", "Cs",
    *(f"C{n}" for n in range(2, LARGEST_AXIS + 1)),
    *(f"C{n}{plane}" for plane in "vh" for n in range(2, LARGEST_AXIS + 1)),
    *(f"D{n}{plane}" for plane in ("", "h", "d") for n in range(2, LARGEST_AXIS + 1)),
    *(f"S{2 * n}" for n in range(2, LARGEST_AXIS + 1)),
    "T", "Td", "Th", "O", "Oh", "I", "Ih", "C∞v", "D∞h",
)
# fmt: on
"""Schoenflies symbols of all groups that have a table."""


@lru_cache
def standard_table(name: str) -> StandardTable:
    """The table of a point group by its Schoenflies symbol.

    Raises
    ------
    KeyError
        for a symbol that is not among ``POINT_GROUPS``.
    """
    if name not in POINT_GROUPS:
        raise KeyError(name)
    if "∞" in name:
        return linear_table(name)
    return polyhedral_table(name) if name[0] in "TOI" else axial_table(name)
