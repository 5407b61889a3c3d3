"""Space groups by the names and numbers under which CIF files know them."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import spglib

from engine.formats.cif_expansion import Operations

NAMES = (
    "_space_group_name_h-m_alt",
    "_symmetry_space_group_name_h-m",
    "_space_group_name_h-m_full",
    "_space_group_name_h-m",
)
HALL = ("_space_group_name_hall", "_symmetry_space_group_name_hall")
NUMBERS = ("_space_group_it_number", "_symmetry_int_tables_number")

CHOICE = {"s": "1", "z": "2", "h": "h", "r": "r", "1": "1", "2": "2", "hr": "h", "rs": "r"}
"""What is written behind a name, by databases or after a colon, as spglib calls it."""

DOUBLE_GLIDES = {"abm2": "aem2", "aba2": "aea2", "cmca": "cmce", "cmma": "cmme", "ccca": "ccce"}
"""Names before 1992 and those of today; spglib has the former."""

MODERN = {new: old for old, new in DOUBLE_GLIDES.items()}


def named_settings(tags: dict[str, list[str]]) -> list[Operations] | None:
    """Operations in every setting that the name or number of a space group can mean.

    The settings differ in their axes, or in the origin. Empty for a name that is not known; None if
    no group is named.
    """
    hall = _first(tags, HALL)
    name = _first(tags, NAMES)
    it_number = _first(tags, NUMBERS)
    found: list[int] = []
    if hall:
        found = [h for h, each in _table().items() if each["hall"] == _squeezed(hall)]
    if not found and name:
        found = _by_name(name)
    if not found and it_number and re.fullmatch(r"\d{1,3}", it_number):
        usual = ("", "1", "2", "h", "r", "b", "b1", "c", "c1")
        found = [
            h
            for h, each in _table().items()
            if each["number"] == it_number.lstrip("0") and each["choice"] in usual
        ]
    if not found:
        return [] if hall or name or it_number else None
    # Of axes, the first that fit the cell are meant (b is the unique one); origins stay open.
    first = _axes(found[0])
    return [_operations(h) for h in found if _axes(h) == first or _axes(h) in ("h", "r")] + [
        ]
