"""C∞v and D∞h: irreps by the angular momentum k about the axis, Σ, Π, Δ, Φ for k = 0 to 3.

No finite set of operations is the group. Those of C8v and D8h tell all irreps up to k = 3 apart,
which is all that occurs in displacements and in tensors up to rank three; k = 4, which C8v splits
into B1 and B2, is left out. Order of irreps: G. Herzberg, Infrared and Raman Spectra (1945), by k.
"""

from __future__ import annotations

import numpy as np

from engine.symmetry.tables.axial import axial_table
from engine.symmetry.tables.standard import ConjugacyClass, StandardTable

LETTERS = "ΣΠΔΦ"
FINITE = {"C∞v": "C8v", "D∞h": "D8h"}


def linear_table(name: str) -> StandardTable:
    """The table of C∞v or D∞h on the operations of C8v or D8h.

    ``classes`` and ``entries`` are those of the infinite group as textbooks print them; the members
    of a class are the finite operations that belong to it. σh is S∞(0).
    """
    finite = axial_table(FINITE[name])
    irreps = _irreps(centred=name == "D∞h")
    rows = dict(zip(finite.irreps, finite.characters, strict=True))
    return StandardTable(
        name=name,
        operations=finite.operations,
        generators=finite.generators,
        classes=_classes(finite),
        irreps=tuple(irreps),
        characters=np.array([rows[label] for label, _ in irreps.values()]),
        entries=tuple(text for _, text in irreps.values()),
    )


def _irreps(centred: bool) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each irrep its name in the finite group, and its row of the infinite table."""
    found = {}
    for k, letter in enumerate(LETTERS):
        for sign in (1, -1) if k == 0 else (0,):
            for parity in (1, -1) if centred else (0,):
                mark = {1: "g", -1: "u", 0: ""}[parity]
                # An even function symmetric to σv is symmetric to C2 = i σv; an odd one is not.
                subscript = 1 if sign * (parity or 1) > 0 else 2
                label = (f"A{subscript}" if k == 0 else f"E{k}") + mark
                row = [_twice_cosine(k, 0, 1), _twice_cosine(k, k, 1), str(sign)]
                if centred:  # S(φ) = i C(φ + π)
                    row += [
                        _twice_cosine(k, 0, parity),
                        _twice_cosine(k, k, parity * (-1) ** k),
                        str(sign * parity),
                    ]
                name = letter + mark + {1: "+", -1: "-", 0: ""}[sign]
                found[name] = label, tuple(row)
    return found


def _twice_cosine(k: int, turns: int, sign: int) -> str:
    """± 2 cos(turns φ) as text, ±1 for the one-dimensional k = 0."""
    minus = "-" if sign < 0 else ""
    if k == 0:
        return f"{minus}1"
    return f"{minus}2cos {turns if turns > 1 else ''}φ" if turns else f"{minus}2"


def _classes(finite: StandardTable) -> tuple[ConjugacyClass, ...]:
    """Classes of the infinite group, by determinant and by what becomes of the axis."""
    along = finite.operations[:, 2, 2] > 0
    proper = np.linalg.det(finite.operations) > 0
    names = np.where(
        proper, np.where(along, "2C∞(φ)", "∞C2"), np.where(along, "∞σv", "2S∞(φ)")
    ).astype(object)
    trace = np.trace(finite.operations, axis1=1, axis2=2)
    names[trace > 3 - 1e-6], names[trace < -3 + 1e-6] = "E", "i"
    return tuple(
        ConjugacyClass(name, tuple(np.flatnonzero(names == name).tolist()))
        for name in ("E", "2C∞(φ)", "∞σv", "i", "2S∞(φ)", "∞C2")
        if name in names
    )
