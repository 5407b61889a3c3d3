"""Crystals that nobody listed: listed ones with elements exchanged for others of their kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase.data import atomic_numbers, covalent_radii
from numpy.random import Generator

from engine.potentials.periodic_table import place
from engine.training.data.crystal_list import Crystal

SIZES = (1, 6)
"""Fewest and most atoms of a primitive cell."""
TRIES = 100
"""Draws for each crystal that is wanted."""


def decorations(
    listed: Sequence[Crystal], count: int, seed: int = 0, sizes: tuple[int, int] = SIZES
) -> tuple[Crystal, ...]:
    """Structure types of the list with other elements; as many as asked for, or as are found.

    An element gives its place to one of its group, or a transition metal to one of a neighbouring
    group; only elements of the list take part. What brings together all elements of a compound
    that is held out is left out, so that these stay unknown. The same seed gives the same
    crystals, the more the longer.
    """
    rng = np.random.default_rng(seed)
    elements = sorted({element for crystal in listed for element in crystal.elements})
    others = {e: [other for other in elements if other != e and akin(e, other)] for e in elements}
    held_out = [frozenset(crystal.elements) for crystal in listed if crystal.held_out]
    known = {crystal.name for crystal in listed}
    fewest, most = sizes
    parents = [c for c in listed if not c.held_out and fewest <= len(c.build()) <= most]
    if not parents:
        return ()
    found: list[Crystal] = []
    for _ in range(TRIES * count):
        if len(found) == count:
            break
        crystal = _exchanged(parents[rng.integers(len(parents))], others, rng)
        if crystal is None or crystal.name in known:
            continue
        together = frozenset(crystal.elements)
        if any(s <= together if len(s) > 1 else s == together for s in held_out):
            continue
        known.add(crystal.name)
        found.append(crystal)
    return tuple(found)


def akin(one: str, other: str) -> bool:
    """Whether both have as many outer electrons of each kind, or one d electron more or less.

    Lanthanides count as elements of group 3; hydrogen is like no other.
    """
    if "H" in (one, other):
        return False
    (s, p, d), (other_s, other_p, other_d) = _outer_electrons(one), _outer_electrons(other)
    metals = 0 < d < 10 and 0 < other_d < 10
    return (s, p) == (other_s, other_p) and (
        abs(d - other_d) <= 1 if metals else d == other_d or p > 0
    )


def _outer_electrons(element: str) -> tuple[int, int, int]:
    """Electrons of s, p and d kind."""
    _, electrons = place(atomic_numbers[element])
    d = 1 if 0 < electrons["f"] < 14 else electrons["d"]
    return electrons["s"], electrons["p"], d


def _exchanged(parent: Crystal, others: dict[str, list[str]], rng: Generator) -> Crystal | None:
    """The parent with one or more of its elements exchanged, as large as their radii say."""
    present = sorted(set(parent.elements))
    exchanged = rng.permutation(present)[: rng.integers(1, len(present) + 1)]
    new = {element: element for element in present}
    for element in exchanged:
        if not others[element]:
            return None
        new[element] = others[element][rng.integers(len(others[element]))]
    if len(set(new.values())) < len(present):
        return None
    elements = tuple(new[element] for element in parent.elements)
    n = parent.prototype.n_lengths
    factor = (_volume(parent, elements) / _volume(parent, parent.elements)) ** (1 / 3)
    lengths = tuple(round(float(factor) * length, 3) for length in parent.values[:n])
    return Crystal(elements, parent.structure_type, lengths + parent.values[n:], False, True)


def _volume(crystal: Crystal, elements: Sequence[str]) -> float:
    """Sum of the cubes of covalent radii over the formula, in angstrom^3."""
    counts = crystal.prototype.formula
    radii = [covalent_radii[atomic_numbers[element]] for element in elements]
    return sum(n * float(radius) ** 3 for n, radius in zip(counts, radii, strict=True))
