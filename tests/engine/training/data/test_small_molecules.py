"""Every small molecule: what belongs there is there, once, and nothing that is held out."""

from __future__ import annotations

import pytest

from engine.training.data.molecule_list import HELD_OUT, MOLECULES, Molecule
from engine.training.data.small_molecules import small_molecules

chem = pytest.importorskip("rdkit.Chem")

FRAGILE = {"FNF", "FN(F)F", "FOF", "OO", "COO", "O=COO"}
"""Listed molecules that patterns of what falls apart exclude here."""


def canonical(molecules: tuple[Molecule, ...]) -> list[str]:
    return [chem.CanonSmiles(m.smiles) for m in molecules]


def test_with_two_heavy_atoms_they_are_those_of_the_textbook() -> None:
    single = ["CC", "CN", "CO", "CF", "NN", "NO", "NF", "OF", "FF"]
    double = ["C=C", "C=N", "C=O", "N=N", "N=O"]
    triple = ["C#C", "C#N", "N#N"]
    known = {chem.CanonSmiles(m.smiles) for m in MOLECULES if m.name in HELD_OUT}
    expected = {chem.CanonSmiles(s) for s in single + double + triple}
    assert set(canonical(small_molecules(2))) == expected - known


def test_listed_ones_are_found_and_left_out_when_known() -> None:
    """Two ways to the same molecules: by growth here, by hand there."""
    found = dict(zip(canonical(small_molecules(4)), small_molecules(4), strict=True))
    listed = [
        m
        for m in MOLECULES
        if 2 <= m.heavy_atoms <= 4 and "+" not in m.smiles and m.name not in HELD_OUT
    ]
    flat = {chem.MolToSmiles(chem.MolFromSmiles(m.smiles), isomericSmiles=False) for m in listed}
    assert flat - set(found) == FRAGILE
    rest = small_molecules(4, listed)
    assert set(canonical(rest)) == set(found) - flat
    assert {m.name for m in rest} <= {m.name for m in found.values()}


def test_each_is_what_it_says_and_none_is_held_out() -> None:
    many = small_molecules(4)
    smiles = canonical(many)
    assert len(set(smiles)) == len({m.name for m in many}) == len(many) == 462
    assert not set(smiles) & {chem.CanonSmiles(m.smiles) for m in MOLECULES if m.name in HELD_OUT}
    assert small_molecules(3) == many[: len(small_molecules(3))]
    for molecule in many:
        full = chem.AddHs(chem.MolFromSmiles(molecule.smiles))
        elements = [atom.GetAtomicNum() for atom in full.GetAtoms()]
        assert set(elements) <= {1, 6, 7, 8, 9} and sum(elements) % 2 == 0
        assert elements.count(1) == molecule.hydrogens
        assert len(elements) - elements.count(1) == molecule.heavy_atoms <= 4
