"""Isotopes named by a user, as masses of atoms."""

from __future__ import annotations

import re

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from engine.errors import PhonoscopeError

RADIOACTIVE = {("H", 3): 3.01604928132, ("C", 14): 14.00324198862}
"""Masses in amu of what is used as a label but not found in nature; AME2020, M. Wang et al.,
Chinese Phys. C 45, 030003 (2021)."""

SAME_MASS_AMU = 1e-4
"""No two isotopes of an element are as near."""

NICKNAMES = {"D": "2H", "T": "3H"}


def with_isotopes(atoms: Atoms, text: str) -> Atoms:
    """A copy of a structure with isotopes in the places given, like ``2=2H,3=2H``.

    Parameters
    ----------
    text : see :func:`parse_isotopes`; empty for none.

    Raises
    ------
    PhonoscopeError
        if the text cannot be understood, there is no such atom or isotope, or the atom is of
        another element.
    """
    changed = atoms.copy()
    masses = atoms.get_masses()
    for number, (symbol, nucleons) in parse_isotopes(text).items():
        if not 1 <= number <= len(atoms):
            raise PhonoscopeError(
                f"There is no atom {number}",
                f"{atoms.get_chemical_formula()} has {len(atoms)} atoms, counted from 1",
                "Give isotopes like 2=2H,3=2H.",
            )
        if atoms[number - 1].symbol != symbol:
            raise PhonoscopeError(
                f"Atom {number} cannot be {nucleons}{symbol}",
                f"it is {atoms[number - 1].symbol}",
                "Choose an isotope of its own element.",
            )
        masses[number - 1] = isotope_mass_amu(symbol, nucleons)
    changed.set_masses(masses)
    return changed


def isotopes_text(atoms: Atoms, plain: Atoms) -> str:
    """The isotopes by which a structure differs from another, as :func:`with_isotopes` takes them.

    Masses that no isotope has are left out.

    Parameters
    ----------
    plain : the same atoms with other masses.
    """
    items = []
    for i in np.flatnonzero(~np.isclose(atoms.get_masses(), plain.get_masses(), rtol=1e-6)):
        symbol, mass = atoms.symbols[i], atoms.get_masses()[i]
        for nucleons, known in isotopes_of(symbol).items():
            if abs(known - mass) < SAME_MASS_AMU:
                items.append(f"{i + 1}={nucleons}{symbol}")
    return ",".join(items)


def parse_isotopes(text: str) -> dict[int, tuple[str, int]]:
    """Atoms, counted from 1, and their isotopes: ``2=2H,3=D`` is {2: (H, 2), 3: (H, 2)}.

    Raises
    ------
    PhonoscopeError
        if the text cannot be understood, or names an atom twice.
    """
    found: dict[int, tuple[str, int]] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        place, _, isotope = (part.strip() for part in item.partition("="))
        match = re.fullmatch(r"(\d{1,3})([A-Z][a-z]?)", NICKNAMES.get(isotope, isotope))
        if not (place.isascii() and place.isdigit()) or not match:
            raise PhonoscopeError(
                f"The isotope '{item}' cannot be understood",
                "it is not an atom's number and an isotope",
                "Give isotopes like 2=2H,3=2H; atoms count from 1.",
            )
        if int(place) in found:
            raise PhonoscopeError(
                f"Atom {int(place)} is given two isotopes",
                f"'{text}' names it twice",
                "Give each atom one.",
            )
        found[int(place)] = (match[2], int(match[1]))
    return found


def isotope_mass_amu(symbol: str, nucleons: int) -> float:
    """Mass of a natural isotope (IUPAC 2000, as phonopy holds it), or of tritium or carbon-14.

    Raises
    ------
    PhonoscopeError
        if there is no such element, or its isotope is not known.
    """
    masses = isotopes_of(symbol)
    if nucleons not in masses:
        raise PhonoscopeError(
            f"The isotope {nucleons}{symbol} is not known",
            f"known are {', '.join(f'{number}{symbol}' for number in masses) or 'none'}",
            "Choose one of these.",
        )
    return masses[nucleons]


def isotopes_of(symbol: str) -> dict[int, float]:
    """Natural isotopes of an element, and tritium and carbon-14: nucleons and masses in amu.

    Raises
    ------
    PhonoscopeError
        if there is no such element.
    """
    # phonopy takes long to import, and few ask for isotopes.
    from phonopy.structure.atomic_data import get_atomic_data

    if symbol not in atomic_numbers or symbol == "X":
        raise PhonoscopeError(
            f"There is no element '{symbol}'", "it has no place in the periodic table",
            "Give isotopes like 2=2H,3=2H.",
        )  # fmt: skip
    natural = get_atomic_data().isotope_data.get(symbol) or ()
    masses = {number: float(mass) for number, mass, _ in natural}
    masses |= {number: mass for (name, number), mass in RADIOACTIVE.items() if name == symbol}
    return dict(sorted(masses.items()))
