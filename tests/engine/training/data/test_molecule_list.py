"""The list of molecules: what it promises of itself, and what RDKit makes of its SMILES."""

from __future__ import annotations

import itertools

import ase.build
import pytest

from engine.training.data.molecule_list import (
    HELD_OUT,
    HELD_OUT_SULFUR_AND_CHLORINE,
    ISOLATED_ATOMS,
    MOLECULES,
    SULFUR_AND_CHLORINE,
    Molecule,
)

EVERY = MOLECULES + SULFUR_AND_CHLORINE + HELD_OUT_SULFUR_AND_CHLORINE
NAMES = [m.name for m in EVERY]


def test_there_are_enough_and_each_is_there_once() -> None:
    assert len(MOLECULES) >= 150
    assert len(set(NAMES)) == len(NAMES)
    assert len({m.smiles for m in EVERY}) == len(EVERY)


def test_held_out_ones_are_in_the_list_and_come_early() -> None:
    assert len(HELD_OUT) >= 20 and set(NAMES) >= HELD_OUT
    promised = "acetaldehyde acetonitrile formic-acid ketene methylamine allene cyclopropane"
    promised += " hydrogen-cyanide formaldehyde acetylene ethane"
    assert set(promised.split()) <= HELD_OUT
    assert {m.name for m in HELD_OUT_SULFUR_AND_CHLORINE} <= HELD_OUT
    assert not {m.name for m in SULFUR_AND_CHLORINE} & HELD_OUT
    first = {m.name for m in MOLECULES[:60]}
    assert len(first & HELD_OUT) >= 15 and len(first - HELD_OUT) >= 30


def test_cheap_ones_come_first() -> None:
    trained = [m for m in MOLECULES if m.name not in HELD_OUT]
    for before, after in itertools.pairwise(trained):
        assert before.cost < 2 * after.cost  # in steps of two, mixed within them
    assert max(m.heavy_atoms for m in EVERY) <= 6


@pytest.mark.parametrize("molecule", [m for m in EVERY if m.g2], ids=lambda m: m.name)
def test_g2_geometry_is_a_closed_shell_of_these_elements(molecule: Molecule) -> None:
    atoms = ase.build.molecule(molecule.g2)
    assert atoms.numbers.sum() % 2 == 0 and not any(atoms.get_initial_magnetic_moments())
    assert set(atoms.symbols) <= set(ISOLATED_ATOMS)
    assert sum(atoms.numbers > 1) == molecule.heavy_atoms
    assert sum(atoms.numbers == 1) == molecule.hydrogens


def test_smiles_are_different_neutral_closed_shells_and_agree_with_g2() -> None:
    chem = pytest.importorskip("rdkit.Chem", reason="RDKit reads SMILES")
    canonical = set()
    for molecule in EVERY:
        read = chem.AddHs(chem.MolFromSmiles(molecule.smiles))
        atoms = list(read.GetAtoms())
        assert chem.GetFormalCharge(read) == 0, molecule
        assert not any(a.GetNumRadicalElectrons() for a in atoms), molecule
        assert {a.GetSymbol() for a in atoms} <= set(ISOLATED_ATOMS), molecule
        assert sum(a.GetAtomicNum() > 1 for a in atoms) == molecule.heavy_atoms, molecule
        assert sum(a.GetAtomicNum() == 1 for a in atoms) == molecule.hydrogens, molecule
        if molecule.g2:
            symbols = sorted(a.GetSymbol() for a in atoms)
            assert symbols == sorted(ase.build.molecule(molecule.g2).symbols), molecule
        canonical.add(chem.MolToSmiles(read))
    assert len(canonical) == len(EVERY)
