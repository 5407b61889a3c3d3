"""Cubic and icosahedral groups: characters from those of the rotation group.

Functions of angular momentum l have χ_l = sin((2l+1)θ/2) / sin(θ/2) on a rotation by θ. In I they
are A, T1 and H for l = 0, 1, 2, T2 + G for 3 and G + H for 4; in O they are A1, T1 and E + T2 for
l = 0, 1, 2. (R. S. Mulliken, J. Chem. Phys. 23, 1997 (1955), for the names.)
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine.symmetry.tables.axial import Irreps, times_inversion
from engine.symmetry.tables.operations import C2Z, INVERSION, closure, turn
from engine.symmetry.tables.standard import StandardTable, assembled

GOLDEN = (1 + np.sqrt(5)) / 2
C3 = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # about x = y = z
C5 = np.array([[1, -GOLDEN, 1 / GOLDEN], [GOLDEN, 1 / GOLDEN, -1], [1 / GOLDEN, 1, GOLDEN]]) / 2
C4 = turn(1 / 4)
GENERATORS = {"T": [C2Z, C3], "Td": [-C4, C3], "O": [C4, C3], "I": [C2Z, C3, C5]}

CLASSES = {
    "T": "E 4C3 4C3² 3C2",
    "Td": "E 8C3 3C2 6S4 6σd",
    "O": "E 8C3 3C2 6C4 6C2'",
    "I": "E 12C5 12C5² 20C3 15C2",
    "Th": "E 4C3 4C3² 3C2 i 4S6⁵ 4S6 3σh",
    "Oh": "E 8C3 3C2 6C4 6C2' i 8S6 3σh 6S4 6σd",
    "Ih": "E 12C5 12C5² 20C3 15C2 i 12S10³ 12S10 20S6 15σ",
}


def polyhedral_table(name: str) -> StandardTable:
    """The table of T, Td, Th, O, Oh, I or Ih."""
    centred = name.endswith("h")
    base = name[0] if centred else name
    generators = GENERATORS[base]
    operations = closure(generators)
    irreps = _icosahedral(operations) if base == "I" else _cubic(base, operations)
    if centred:
        generators = [*generators, INVERSION]
        operations, irreps = times_inversion(name, operations, irreps)
    return assembled(name, operations, generators, irreps, CLASSES[name])


def _spherical(l: int, operations: Float[np.ndarray, "order 3 3"]) -> Float[np.ndarray, " order"]:
    """χ_l of the proper part of each operation, as Σ_m cos(mθ), m = -l ... l."""
    trace = np.linalg.det(operations) * np.trace(operations, axis1=1, axis2=2)
    angle = np.arccos(np.clip((trace - 1) / 2, -1, 1))
    return np.cos(np.outer(np.arange(-l, l + 1), angle)).sum(0)


def _icosahedral(operations: Float[np.ndarray, "order 3 3"]) -> Irreps:
    s, p, d, f, g = (_spherical(l, operations) for l in range(5))
    return {"A": s, "T1": p, "T2": f - (g - d), "G": g - d, "H": d}


def _cubic(base: str, operations: Float[np.ndarray, "order 3 3"]) -> Irreps:
    """A2 tells even from odd permutations of the axes; a vector is T1 in O and T2 in Td."""
    s, p, d = (_spherical(l, operations) for l in range(3))
    if base == "T":
        return {"A": s, "E": d - p, "T": p}
    parity = np.rint(np.linalg.det(np.abs(operations)))
    return {"A1": s, "A2": parity, "E": d - parity * p, "T1": p, "T2": parity * p}
