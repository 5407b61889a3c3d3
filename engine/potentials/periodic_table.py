"""Where elements stand in the periodic table, in numbers: what a network knows before training."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from ase.data import covalent_radii
from jaxtyping import Float

NOBLE_GASES = (0, 2, 10, 18, 36, 54, 86, 118)


def place(z: int) -> tuple[int, dict[str, int]]:
    """The period of an element, and the electrons in each subshell that its period fills.

    By the order of filling (Madelung's rule) alone; chromium and its like are not told apart.
    """
    before, after = next((a, b) for a, b in pairwise(NOBLE_GASES) if a < z <= b)
    period, left = NOBLE_GASES.index(before) + 1, z - before
    length = after - before
    room = {"s": 2, "f": 14 if length == 32 else 0, "d": 10 if length > 8 else 0, "p": 6}
    electrons = {}
    for shell, most in room.items():  # in the order in which they are filled
        electrons[shell] = min(left, most)
        left -= electrons[shell]
    return period, electrons


def properties(atomic_numbers: tuple[int, ...]) -> Float[np.ndarray, "elements 6"]:
    """Period, electrons of s, p, d and f kind, and covalent radius, each of mean 0 and variance 1.

    Radii: B. Cordero et al., Dalton Trans. 2832 (2008), as ase has them. What is the same for all
    elements is 0.
    """
    rows = []
    for z in atomic_numbers:
        period, electrons = place(z)
        rows.append([period, *(electrons[shell] for shell in "spdf"), covalent_radii[z]])
    table = np.array(rows, float)
    spread = table.std(0)
    return (table - table.mean(0)) / np.where(spread > 0, spread, 1.0)
