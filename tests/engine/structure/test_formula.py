"""Formulas as chemists write them."""

import pytest
from ase import Atoms
from ase.build import bulk

from engine.structure import formula


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [("BrClFHC", "CHBrClF"), ("H3N", "H3N"), ("C6H6", "C6H6"), ("Cl4Ti", "TiCl4"), ("N2", "N2")],
)
def test_of_molecules(symbols, expected):
    assert formula(Atoms(symbols)) == expected


def test_of_crystals_it_is_that_of_the_unit_metals_first():
    assert formula(bulk("NaCl", "rocksalt", 5.6).repeat(2)) == "NaCl"
    assert formula(Atoms("O3CCa", pbc=True)) == "CaCO3"
