"""Every small molecule of H, C, N, O and F: for what no variation of a listed one leads to.

Variations (:mod:`engine.training.data.enumeration`) never begin at a held-out molecule, and so
leave out what is close to one: allenes with another group, ketenes, aldehydes of few atoms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.training.data.distortions import import_rdkit
from engine.training.data.enumeration import LIGHT, UNLIKELY
from engine.training.data.molecule_list import HELD_OUT, MOLECULES, Molecule

# fmt: off
STRAINED = (
    "[*;r]#[*;r]", "[*;r]=[*;r]=*", "[*;R2]=*", "[*;R3]", "[a;R2]", "[a;r4]", "[n,o;r3]",
    "[C;r3]=[C,N;r3][N,O;r3]", "*1=**=*1", "O=O",
)
"""Patterns of rings that open: triple and cumulated bonds, double bonds of two rings, cages;
rings of three or four with four electrons that go round; and oxygen, a triplet."""
# fmt: on

Change = Callable[[Any, Any], Iterable[Any]]


def small_molecules(largest: int, known: Iterable[Molecule] = ()) -> tuple[Molecule, ...]:
    """All neutral closed-shell molecules that valences allow, by their number of heavy atoms.

    They grow by a heavy atom at a time; then hydrogen atoms leave in pairs, for a second or third
    bond or to close a ring. What falls apart or rearranges (UNLIKELY, STRAINED) is left out, and
    what is held out. Stereoisomers are not told apart. Numbers in the names count all of them, so
    that names stay whatever is known. Up to four heavy atoms there are 462.

    Parameters
    ----------
    largest : most heavy atoms, at least 2.
    known : molecules to leave out, beside those held out.

    Raises
    ------
    PhonoscopeError
        if RDKit is missing.
    """
    import_rdkit()
    from rdkit import Chem, rdBase

    silence = rdBase.BlockLogs()  # refused valences are no news
    patterns = [Chem.MolFromSmarts(pattern) for pattern in UNLIKELY + STRAINED]
    left_out = [*known, *(m for m in MOLECULES if m.name in HELD_OUT)]
    skip = {Chem.CanonSmiles(m.smiles, useChiral=False) for m in left_out}
    level = {Chem.MolToSmiles(Chem.MolFromSmiles(symbol)) for symbol in "CNOF"}
    found: list[Molecule] = []
    number = 0
    for _ in range(2, largest + 1):
        level = _closure(Chem, _changed(Chem, level, _attached), _tightened)
        for smiles in sorted(level):
            molecule = Chem.MolFromSmiles(smiles)
            if any(molecule.HasSubstructMatch(pattern) for pattern in patterns):
                continue
            number += 1
            if smiles not in skip:
                hydrogens = sum(atom.GetTotalNumHs() for atom in molecule.GetAtoms())
                found.append(Molecule(f"small-{number:04d}", smiles, hydrogens))
    del silence
    return tuple(found)


def _closure(chem: Any, start: set[str], change: Change) -> set[str]:
    """What a change leads to when it is repeated, and the start."""
    every, new = set(start), start
    while new := _changed(chem, new, change) - every:
        every |= new
    return every


def _changed(chem: Any, many: set[str], change: Change) -> set[str]:
    """Canonical SMILES of all that a change makes of molecules, so far as valences allow it."""
    found = set()
    for smiles in many:
        molecule = chem.MolFromSmiles(smiles)
        chem.Kekulize(molecule, clearAromaticFlags=True)
        for changed in change(chem, molecule):
            try:
                chem.SanitizeMol(changed)
            except ValueError:  # AtomValenceException and its like
                continue
            found.add(chem.MolToSmiles(changed))
    return found


def _attached(chem: Any, molecule: Any) -> Iterable[Any]:
    """Another heavy atom in the place of a hydrogen atom."""
    for atom in molecule.GetAtoms():
        for element in LIGHT if atom.GetTotalNumHs() else ():
            edited = chem.RWMol(molecule)
            new = edited.AddAtom(chem.Atom(element))
            edited.AddBond(atom.GetIdx(), new, chem.BondType.SINGLE)
            yield edited


def _tightened(chem: Any, molecule: Any) -> Iterable[Any]:
    """Two hydrogen atoms less: a bond more between the atoms that they leave."""
    open_atoms = [atom.GetIdx() for atom in molecule.GetAtoms() if atom.GetTotalNumHs()]
    stronger = {
        chem.BondType.SINGLE: chem.BondType.DOUBLE,
        chem.BondType.DOUBLE: chem.BondType.TRIPLE,
    }
    for i in open_atoms:
        for j in open_atoms:
            edited = chem.RWMol(molecule)
            bond = edited.GetBondBetweenAtoms(i, j)
            if i >= j or (bond is not None and bond.GetBondType() not in stronger):
                continue
            if bond is None:
                edited.AddBond(i, j, chem.BondType.SINGLE)
            else:
                bond.SetBondType(stronger[bond.GetBondType()])
            yield edited
