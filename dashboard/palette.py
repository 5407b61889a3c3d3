"""One colour means one thing everywhere; a letter or shape always says the same.

Okabe and Ito's colours, which people with colour-blindness tell apart. Those of irreps and of
elements are of middle lightness: they can be read on white and on black.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from ase.data import atomic_numbers
from ase.data.colors import jmol_colors
from jaxtyping import Float

IR = "#d55e00"
RAMAN = "#0072b2"
SILENT = "#8a8f98"
UNSTABLE = "#d62728"
GOOD = "#009e73"
LOOK = "#e69f00"
BAD = UNSTABLE
SELECTED = "#cc3f8f"
BRANCH = "#3b82c4"
GUIDE = "#8a8f98"
HEAT_CAPACITY = "#c77700"
ENTROPY = "#2a9d74"
FREE_ENERGY = "#7a63c7"

IRREPS = {
    "A1": "#4f6bd8",
    "A2": "#d99a00",
    "B1": "#1f9e77",
    "B2": "#a6662a",
    "E": "#0fa3b5",
    "A'": "#2f9fd8",
    "A''": "#b8a800",
    "A": "#6f7fb5",
    "B": "#b08d57",
    "E1": "#8a63d2",
    "E2": "#7aa510",
    "1E": "#5aa9a0",
    "2E": "#b07aa1",
}
"""Of the symbols that branches have between special points."""

OTHER_IRREPS = ("#5aa9a0", "#b07aa1", "#7aa510", "#8a63d2", "#c47f6b")
"""For the rest, by the letters of the symbol."""

SAFE = ("#4f6bd8", "#e08214", "#1b9e77", "#b0589c", "#8c8c1a", "#3fa7d6")
"""For elements whose own colours cannot be told apart."""

DARKEST, LIGHTEST = 0.1, 0.4
"""Luminance of colours that can be read on both grounds."""

TOLD_APART = 0.25


def of_irrep(label: str | None) -> str:
    """The colour of an irrep, the same for the same symbol wherever it stands."""
    if label is None:
        return GUIDE
    if label in IRREPS:
        return IRREPS[label]
    return OTHER_IRREPS[sum(map(ord, label)) % len(OTHER_IRREPS)]


def of_elements(symbols: Iterable[str]) -> dict[str, str]:
    """Colours of the elements of a structure: those of the 3D view (Jmol's), made readable.

    Where two of them come out too much alike all get safe ones instead.
    """
    different = list(dict.fromkeys(symbols))
    numbers = [min(atomic_numbers[symbol], len(jmol_colors) - 1) for symbol in different]
    colors = {s: _readable(jmol_colors[n]) for s, n in zip(different, numbers, strict=True)}
    alike = any(
        np.linalg.norm(np.subtract(colors[a], colors[b])) < TOLD_APART
        for a, b in combinations(different, 2)
    )
    if alike:
        return {symbol: SAFE[i % len(SAFE)] for i, symbol in enumerate(different)}
    return {symbol: _hex(color) for symbol, color in colors.items()}


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue from 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def luminance(color: Iterable[float]) -> float:
    """Relative luminance of WCAG 2, of red, green and blue from 0 to 1."""
    return float(_linear(color) @ (0.2126, 0.7152, 0.0722))


def _linear(color: Iterable[float]) -> Float[np.ndarray, "3"]:
    s = np.array([*color], float)
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def _readable(color: Iterable[float]) -> Float[np.ndarray, "3"]:
    """The same hue, darker or lighter as is needed to be read on white and on black."""
    linear, bright = _linear(color), luminance(color)
    if bright > LIGHTEST:
        linear = linear * LIGHTEST / bright
    elif bright < DARKEST:
        linear = linear + (1 - linear) * (DARKEST - bright) / (1 - bright)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _hex(color: Iterable[float]) -> str:
    return "#" + "".join(f"{round(255 * x):02x}" for x in color)
