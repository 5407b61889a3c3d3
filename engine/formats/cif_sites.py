"""The atom sites that a CIF file lists: their elements, coordinates and occupancies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ase.data import chemical_symbols

from engine.errors import PhonoscopeError

FULL_OCCUPANCY = 0.002
"""How far from 1 an occupancy may be: 0.9999 is what a refinement leaves of 1."""

ELEMENTS = frozenset(chemical_symbols[1:])
ISOTOPES = {"D": ("H", 2), "T": ("H", 3)}
HYDRATED = re.compile(r"(Wat|OH|H2O|H3O|NH[2-4]|CH[1-4])\d*[+-]?$", re.IGNORECASE)
"""Types of old entries that mean a group of atoms at one site."""

NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\(\d*\)?)?$")


@dataclass(frozen=True)
class Site:
    """A fully occupied site of the asymmetric unit.

    Attributes
    ----------
    label : its name in the file.
    symbol : the element.
    isotope : number of nucleons, None for the natural mixture.
    scaled : coordinates in units of the cell's vectors.
    """

    label: str
    symbol: str
    isotope: int | None
    scaled: tuple[float, float, float]


def sites(tags: dict[str, list[str]], file: str) -> list[Site]:
    """All sites of a data block.

    Raises
    ------
    PhonoscopeError
        if a site is occupied in part, holds no element, or has no coordinates.
    """
    columns = [tags.get(f"_atom_site_fract_{x}", []) for x in "xyz"]
    n = len(columns[0])
    types = tags.get("_atom_site_type_symbol") or tags.get("_atom_site_label") or ["?"] * n
    labels = tags.get("_atom_site_label") or types
    if n == 0 or any(len(column) != n for column in (*columns, types, labels)):
        raise PhonoscopeError(
            f"The file {file} holds no usable structure",
            "its atom sites lack fractional coordinates, or their labels",
            "Use a CIF of a crystal with _atom_site_fract_x, y, z and _atom_site_label.",
        )
    _check_hydrogen(tags, labels, file)
    formula = count(tags.get("_chemical_formula_sum", [""])[0])
    typed = "_atom_site_type_symbol" in tags
    elements = [
        _element(kind, label, typed, formula, file)
        for kind, label in zip(types, labels, strict=True)
    ]
    _check_occupancy(tags, labels, [symbol for symbol, _ in elements], file)
    found, without = [], []
    for label, (symbol, isotope), *texts in zip(labels, elements, *columns, strict=True):
        x, y, z = (fraction(text) for text in texts)
        if x is None or y is None or z is None:
            without.append(f"{label} ({', '.join(texts)})")
        else:
            found.append(Site(label, symbol, isotope, (x, y, z)))
    if without:
        raise PhonoscopeError(
            f"Atoms of {file} have no usable coordinates",
            f"the positions of {few(without)} are not all numbers",
            "Complete their coordinates, or use another entry.",
        )
    return found


def _element(
    kind: str, label: str, typed: bool, formula: dict[str, float], file: str
) -> tuple[str, int | None]:
    """Element and isotope of a type like Si4+, or of a label like SI1, O1W or Ca(2)."""
    # Nb,Zr and the like hold two elements.
    pattern = r"([A-Za-z]+)[\d.+-]*" if typed else r"([A-Za-z]+)[^,/+]*"
    letters = re.fullmatch(pattern, kind)
    name = letters[1] if letters else ""
    # A label like OH1 only tells what an oxygen belongs to; Wat would pass for tungsten.
    if HYDRATED.match(kind) and (typed or kind[:3].lower() == "wat"):
        raise PhonoscopeError(
            f"The structure of {file} is not complete",
            f"the site {label} stands for a group of atoms, {kind}, of which hydrogen has no place",
            "Use an entry in which every atom has coordinates.",
        )
    candidates = []
    known = ELEMENTS | set(ISOTOPES)
    two = name[:2].capitalize()
    # Si, but also SI: a second letter in capitals may begin something else (CA: carbon alpha).
    if len(name) >= 2 and two in known and (not typed or len(name) == 2):
        candidates.append(two)
    sure = candidates and (typed or name[1].islower())
    if not sure and name[:1].upper() in known and (not typed or len(name) == 1):
        candidates.append(name[0].upper())
    if len(candidates) > 1 and formula:
        candidates = [c for c in candidates if ISOTOPES.get(c, (c, 0))[0] in formula] or candidates
    dummy = re.fullmatch(r"(X|Xx|Va|Vac|Du|Dum|Q|Cg|Cnt)[\d+-]*", kind, re.IGNORECASE)
    if len(candidates) != 1 or (dummy and name.capitalize() not in ELEMENTS):
        raise PhonoscopeError(
            f"The element of the site {label} in {file} is not known",
            f"'{kind}' is a dummy or no element"
            if dummy or not candidates
            else f"'{kind}' may be {' or '.join(candidates)}",
            "Name the element in a column _atom_site_type_symbol, or take the site out.",
        )
    symbol, isotope = ISOTOPES.get(candidates[0], (candidates[0], None))
    return symbol, isotope


def _check_occupancy(
    tags: dict[str, list[str]], labels: list[str], symbols: list[str], file: str
) -> None:
    given = tags.get("_atom_site_occupancy", [])
    partial = []
    for label, symbol, text in zip(labels, symbols, given, strict=False):
        # Unknown and inapplicable mean the default of the dictionary, which is 1.
        occupancy = 1.0 if text in ("?", ".") else number(text)
        if occupancy is None or abs(occupancy - 1) > FULL_OCCUPANCY:
            partial.append(f"{label} ({symbol} {text})")
    if partial:
        raise PhonoscopeError(
            f"The crystal of {file} is disordered",
            f"sites are not occupied by one atom each: {few(partial)}",
            "Use an ordered structure, such as a supercell in which every site has one atom.",
        )
    flags = tags.get("_atom_site_calc_flag", [])
    dummies = [label for label, flag in zip(labels, flags, strict=False) if flag == "dum"]
    if dummies:
        raise PhonoscopeError(
            f"The structure of {file} has dummy sites",
            f"{few(dummies)} are marked as such",
            "Take them out of the file.",
        )


def _check_hydrogen(tags: dict[str, list[str]], labels: list[str], file: str) -> None:
    attached = tags.get("_atom_site_attached_hydrogens", [])
    lacking = [
        f"{label} ({text})"
        for label, text in zip(labels, attached, strict=False)
        if (number(text) or 0) > 0
    ]
    if lacking:
        raise PhonoscopeError(
            f"The structure of {file} is not complete",
            f"hydrogen atoms are counted but have no coordinates, at {few(lacking)}",
            "Use an entry in which every atom has coordinates.",
        )


def count(formula: str) -> dict[str, float]:
    """Elements of a formula like 'Si1 O2' with their numbers; D counts as H. Empty if unclear."""
    parts = re.findall(r"([A-Z][a-z]?)\s*(\d*\.?\d*)", formula)
    if not parts or re.sub(r"([A-Z][a-z]?)\s*(\d*\.?\d*)|[\s,]", "", formula):
        return {}
    found: dict[str, float] = {}
    for name, n in parts:
        symbol = ISOTOPES.get(name, (name, 0))[0]
        if symbol not in ELEMENTS:
            return {}
        found[symbol] = found.get(symbol, 0) + (float(n) if n not in ("", ".") else 1)
    return {symbol: n for symbol, n in found.items() if n > 0}


def number(text: str) -> float | None:
    """A number without its uncertainty, like 5.431(2); None if it is none."""
    match = NUMBER.match(text.strip().replace("\N{MINUS SIGN}", "-"))
    return float(match[1]) if match else None


def fraction(text: str) -> float | None:
    """A number as :func:`number` reads it, or a fraction like 1/3."""
    match = re.fullmatch(r"([+-]?\d+)/([1-9]\d*)", text.strip())
    return int(match[1]) / int(match[2]) if match else number(text)


def few(names: Iterable[str], at_most: int = 6) -> str:
    """The first of some names, and how many more there are."""
    every = list(names)
    more = len(every) - at_most
    return ", ".join(every[:at_most]) + (f" and {more} more" if more > 0 else "")
