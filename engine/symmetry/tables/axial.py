"""Groups with one principal axis: cyclic and dihedral characters, and products with i or σh.

A cyclic group of order n has the characters exp(2πi k j / n) on the powers j of its generator. With
a second operation that inverts the generator it becomes dihedral: k and −k join to one irrep Ek of
dimension 2 with 2 cos(2π k j / n), and each real one splits in two. See R. S. Mulliken,
J. Chem. Phys. 23, 1997 (1955), for the names.
"""

from __future__ import annotations

import re

import numpy as np
from jaxtyping import Float

from engine.symmetry.tables.operations import C2X, INVERSION, SIGMA_H, SIGMA_XZ, powers, turn
from engine.symmetry.tables.standard import StandardTable, assembled

Operations = Float[np.ndarray, "order 3 3"]
Irreps = dict[str, Float[np.ndarray, " order"]]

ALTERNATING = ("C2h", "S6", "D2h", "D3d", "Th", "Oh")
"""Groups in which g and u of each irrep stand next to each other.

Both orders are usual. These are the groups whose reductions the literature of vibrational spectra
mostly prints as 3Ag+Au+2B1u+..., or A1g+Eg+2T1u+T2g+T2u, after G. Herzberg, Infrared and Raman
Spectra (1945); in the others, as for benzene and C60, all g come first.
"""


def axial_table(name: str) -> StandardTable:
    """The table of C1, Ci, Cs, Cn, Cnv, Cnh, Dn, Dnh, Dnd or S2n."""
    letter, digits, plane = re.fullmatch(r"([CDS])(\d*)([vhdis]?)", name).groups()  # type: ignore[union-attr]
    n = int(digits or 1) // (2 if letter == "S" else 1)
    rotoreflection = letter == "S" or plane == "d"
    if rotoreflection and n % 2 == 0:  # the powers of S2n, whose n-th is C2
        n, step = 2 * n, SIGMA_H @ turn(1 / (2 * n))
    else:
        step = turn(1 / n)
    across = C2X if letter == "D" else SIGMA_XZ if plane == "v" else None
    generators = [step] if across is None else [step, across]
    operations, irreps = _cyclic(n, step) if across is None else _dihedral(n, step, across)
    if name in ("D2", "D2h"):
        operations, irreps = _named_by_axes(operations, irreps)
    by_inversion = plane == "i" or (plane == "h" and n % 2 == 0) or (rotoreflection and n % 2 == 1)
    if by_inversion:
        generators.append(INVERSION)
        operations, irreps = times_inversion(name, operations, irreps)
    elif plane in ("h", "s"):
        generators.append(SIGMA_H)
        operations, irreps = _times(operations, irreps, SIGMA_H, ("'", "''"), alternating=True)
    return assembled(name, operations, generators, irreps)


def _cyclic(n: int, step: Float[np.ndarray, "3 3"]) -> tuple[Operations, Irreps]:
    power = np.arange(n)
    irreps: Irreps = {"A": np.ones(n)}
    if n % 2 == 0:
        irreps["B"] = (-1.0) ** power
    pairs = range(1, (n - 1) // 2 + 1)
    for k in pairs:
        irreps[f"E{k if len(pairs) > 1 else ''}"] = 2 * np.cos(2 * np.pi * k * power / n)
    return powers(step, n), irreps


def _dihedral(
    n: int, step: Float[np.ndarray, "3 3"], across: Float[np.ndarray, "3 3"]
) -> tuple[Operations, Irreps]:
    """B1 is symmetric to the second generator: C2' along x, or σv in the plane xz."""
    rotations, cyclic = _cyclic(n, step)
    irreps: Irreps = {}
    for name, row in cyclic.items():
        if name in ("A", "B"):
            irreps[f"{name}1"] = np.concatenate([row, row])
            irreps[f"{name}2"] = np.concatenate([row, -row])
        else:
            irreps[name] = np.concatenate([row, np.zeros(n)])
    return np.concatenate([rotations, rotations @ across]), irreps


def _named_by_axes(operations: Operations, irreps: Irreps) -> tuple[Operations, Irreps]:
    """D2: B1, B2, B3 are symmetric to C2 along z, y, x, and the operations stand in that order."""
    order = [0, 1, 3, 2]
    names = {"A": "A1", "B1": "A2", "B2": "B2", "B3": "B1"}
    return operations[order], {new: irreps[old][order] for new, old in names.items()}


def times_inversion(name: str, operations: Operations, irreps: Irreps) -> tuple[Operations, Irreps]:
    """The product with the inversion: each irrep becomes one even (g) and one odd (u)."""
    return _times(operations, irreps, INVERSION, ("g", "u"), name in ALTERNATING)


def _times(
    operations: Operations,
    irreps: Irreps,
    factor: Float[np.ndarray, "3 3"],
    marks: tuple[str, str],
    alternating: bool,
) -> tuple[Operations, Irreps]:
    signs = list(zip(marks, (1, -1), strict=True))
    if alternating:
        pairs = [(name, sign) for name in irreps for sign in signs]
    else:
        pairs = [(name, sign) for sign in signs for name in irreps]
    product = {
        name + mark: np.concatenate([irreps[name], sign * irreps[name]])
        for name, (mark, sign) in pairs
    }
    return np.concatenate([operations, factor @ operations]), product
