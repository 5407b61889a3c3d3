"""Molecules that nobody listed are molecules, new ones, and none of those held out."""

from __future__ import annotations

import pytest

from engine.training.data.distortions import starting_geometry
from engine.training.data.enumeration import LARGEST, variations
from engine.training.data.molecule_list import (
    HELD_OUT,
    HELD_OUT_SULFUR_AND_CHLORINE,
    MOLECULES,
    SULFUR_AND_CHLORINE,
)

chem = pytest.importorskip("rdkit.Chem")


def test_they_are_new_and_small_and_begin_alike() -> None:
    many = variations(MOLECULES, 120)
    assert len(many) == 120
    assert variations(MOLECULES, 40) == many[:40]
    canonical = [chem.CanonSmiles(m.smiles) for m in many]
    assert len(set(canonical)) == len(many)
    assert not set(canonical) & {chem.CanonSmiles(m.smiles) for m in MOLECULES}
    assert max(m.heavy_atoms for m in many) <= LARGEST
    assert not {m.name for m in many} & HELD_OUT


def test_each_is_closed_shell_and_neutral_and_what_it_says() -> None:
    for molecule in variations(MOLECULES, 60):
        full = chem.AddHs(chem.MolFromSmiles(molecule.smiles))
        elements = [atom.GetAtomicNum() for atom in full.GetAtoms()]
        assert set(elements) <= {1, 6, 7, 8, 9}
        assert sum(elements) % 2 == 0 and chem.GetFormalCharge(full) == 0
        assert elements.count(1) == molecule.hydrogens
        assert len(elements) - elements.count(1) == molecule.heavy_atoms


def test_heavier_ones_have_sulfur_or_chlorine_and_names_of_their_own() -> None:
    heavier = variations(SULFUR_AND_CHLORINE, 60, heavier=True)
    for molecule in heavier:
        elements = {a.GetAtomicNum() for a in chem.MolFromSmiles(molecule.smiles).GetAtoms()}
        assert elements & {16, 17} and elements <= {6, 7, 8, 9, 16, 17}
    assert not {chem.CanonSmiles(m.smiles) for m in heavier} & {
        chem.CanonSmiles(m.smiles) for m in SULFUR_AND_CHLORINE
    }
    assert not {m.name for m in heavier} & {m.name for m in variations(MOLECULES, 60)}


def test_none_of_those_of_the_bundled_model_is_held_out() -> None:
    """350 with sulfur or chlorine and 1,600 others: what its first stage has seen."""
    many = variations(MOLECULES, 1600) + variations(SULFUR_AND_CHLORINE, 350, heavier=True)
    held_out = [m for m in MOLECULES if m.name in HELD_OUT] + list(HELD_OUT_SULFUR_AND_CHLORINE)
    assert len(held_out) == len(HELD_OUT)
    canonical = {chem.CanonSmiles(m.smiles) for m in many}
    assert not canonical & {chem.CanonSmiles(m.smiles) for m in held_out}


def test_one_has_a_geometry_to_start_from() -> None:
    molecule = variations(MOLECULES, 1)[0]
    assert len(starting_geometry(molecule)) == molecule.heavy_atoms + molecule.hydrogens
