from itertools import combinations

import numpy as np
import pytest
from ase.data import chemical_symbols

from dashboard import palette


@pytest.mark.parametrize("ground", ["#ffffff", "#121212"])
def test_every_element_and_irrep_can_be_read_on_light_and_dark(ground):
    """A contrast of 1.9 suffices for a thick line that words stand beside."""
    colors = [next(iter(palette.of_elements([symbol]).values())) for symbol in chemical_symbols[1:]]
    for color in [*colors, *palette.IRREPS.values(), *palette.OTHER_IRREPS, *palette.SAFE]:
        assert contrast(color, ground) > 1.9, color


def test_irreps_of_one_group_have_colours_of_their_own():
    for names in ("A1 A2 B1 B2 E", "A' A''", "A B", "A1 A2 B1 B2 E1 E2", "A 1E 2E"):
        colors = [palette.of_irrep(name) for name in names.split()]
        assert len(set(colors)) == len(colors)
    assert palette.of_irrep(None) == palette.GUIDE


def test_elements_that_look_alike_get_other_colours():
    for symbols in (["H", "C"], ["Na", "K"], ["Ba", "Ti", "O"], ["Ga", "As"]):
        colors = [palette.rgb(color) for color in palette.of_elements(symbols).values()]
        for one, other in combinations(colors, 2):
            assert np.linalg.norm(np.subtract(one, other)) > 60, symbols


def test_the_green_of_chlorine_stays_green():
    red, green, blue = palette.rgb(palette.of_elements(["Na", "Cl"])["Cl"])
    assert green > 2 * max(red, blue)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    low, high = sorted(palette.luminance(np.array(palette.rgb(c)) / 255) for c in (one, other))
    return (high + 0.05) / (low + 0.05)
