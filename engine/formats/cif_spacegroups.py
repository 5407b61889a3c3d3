"""Space groups by the names and numbers under which CIF files know them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

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

TODAY = {"abm2": "aem2", "aba2": "aea2", "cmca": "cmce", "cmma": "cmme", "ccca": "ccce"}
"""Names before 1992 and those of today, for files have either."""


def named_settings(tags: dict[str, list[str]]) -> list[list[Operations]] | None:
    """Operations in every setting that the name or number of a space group can mean.

    A list for each choice of axes, the usual one first, and in it one entry for each origin. Empty
    for a name that is not known; None if no group is named.
    """
    hall, name, it_number = (_first(tags, names) for names in (HALL, NAMES, NUMBERS))
    found: list[int] = []
    if hall:
        found = [h for h, each in _table().items() if each.hall == _spaced(hall)]
    if not found and name:
        found = _by_name(name)
    if not found and it_number and re.fullmatch(r"0*\d{1,3}", it_number):
        usual = ("", "1", "2", "h", "r", "b", "b1", "c", "c1")
        found = [
            h
            for h, each in _table().items()
            if each.number == int(it_number) and each.choice in usual
        ]
    if not found:
        return [] if hall or name or it_number else None
    by_axes: dict[str, dict[str, Operations]] = {}
    for h in found:
        database = spglib.get_symmetry_from_database(h)
        assert database is not None
        setting = _table()[h]
        origin = setting.choice[:1] if setting.choice[:1] in ("1", "2") else ""
        # Where one name stands for two settings of orthorhombic axes, the first is the standard.
        axes = setting.choice.removeprefix(origin) if not 16 <= setting.number <= 74 else ""
        origins = by_axes.setdefault(axes, {})
        origins.setdefault(origin, (database["rotations"], database["translations"]))
    return [list(origins.values()) for origins in by_axes.values()]


@dataclass(frozen=True)
class Setting:
    """What identifies one of spglib's 530 settings.

    Lower case; ``names`` without spaces, ``hall`` with them, for P 32 and P 3 2 differ.
    """

    number: int
    hall: str
    names: frozenset[str]
    choice: str


def _by_name(text: str) -> list[int]:
    body, colon, choice = text.partition(":")
    choices = [(_squeezed(body), choice.strip().lower())]
    words = body.split()
    if not colon and len(words) > 2 and words[-1].lower() in CHOICE and not words[-1].isdecimal():
        choices.append((_squeezed("".join(words[:-1])), words[-1].lower()))
    for name, wanted in choices:
        name = TODAY.get(name, name)
        wanted = CHOICE.get(wanted, wanted)
        found = [
            h
            for h, each in _table().items()
            if name in each.names
            and (wanted in ("", each.choice) or (wanted in "12" and each.choice[:1] == wanted))
        ]
        if found:
            return found
    return []


@cache
def _table() -> dict[int, Setting]:
    """Every setting by its number in spglib."""
    table = {}
    for h in range(1, 531):
        given = spglib.get_spacegroup_type(h)
        assert given is not None
        full = given.international_full
        names = {full, given.international.split("=")[-1]}
        if 3 <= given.number <= 15:
            names.add(" ".join(word for word in full.split() if word != "1"))
        if given.number >= 195:
            # Until 1983 the bar of cubic groups was left away: Fd3m.
            names |= {name.replace("-3", "3") for name in names}
        table[h] = Setting(
            number=given.number,
            hall=_spaced(given.hall_symbol),
            names=frozenset(TODAY.get(_squeezed(name), _squeezed(name)) for name in names),
            choice=given.choice.lower(),
        )
    return table


def _first(tags: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    values = (tags[name][0] for name in names if tags.get(name))
    return next((value for value in values if value.strip() not in ("", "?", ".")), None)


def _squeezed(name: str) -> str:
    return re.sub(r"[\s_()]", "", name.lower())


def _spaced(hall: str) -> str:
    return " ".join(hall.lower().replace("_", " ").split())
