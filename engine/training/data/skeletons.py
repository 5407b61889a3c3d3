"""Which atoms are bonded in a molecule, to find held-out ones under other names.

What relaxes does not always keep the bonds it began with, and may end as a molecule that no
training may see.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ase import Atoms

from engine.training.data.distortions import bonded, import_rdkit
from engine.training.data.molecule_list import (
    HELD_OUT,
    HELD_OUT_SULFUR_AND_CHLORINE,
    MOLECULES,
)


def skeleton(atoms: Atoms) -> str:
    """Elements and who is bonded to whom, in canonical form (SMILES with single bonds alone).

    Raises
    ------
    PhonoscopeError
        if RDKit is missing.
    """
    return _canonical(atoms.numbers.tolist(), bonded(atoms))


def skeleton_of(smiles: str) -> str:
    """The same of a molecule that SMILES describe; stereoisomers have one.

    Raises
    ------
    PhonoscopeError
        if RDKit is missing.
    """
    import_rdkit()
    from rdkit import Chem

    molecule: Any = Chem.AddHs(Chem.MolFromSmiles(smiles))
    pairs = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in molecule.GetBonds()]
    return _canonical([atom.GetAtomicNum() for atom in molecule.GetAtoms()], pairs)


@cache
def held_out_skeletons() -> dict[str, str]:
    """Names of the held-out molecules by their skeletons.

    Raises
    ------
    PhonoscopeError
        if RDKit is missing.
    """
    every = MOLECULES + HELD_OUT_SULFUR_AND_CHLORINE
    return {skeleton_of(m.smiles): m.name for m in every if m.name in HELD_OUT}


def _canonical(numbers: list[int], pairs: list[tuple[int, int]]) -> str:
    import_rdkit()
    from rdkit import Chem

    molecule = Chem.RWMol()
    for number in numbers:
        atom = Chem.Atom(number)
        atom.SetNoImplicit(True)
        molecule.AddAtom(atom)
    for i, j in pairs:
        molecule.AddBond(i, j, Chem.BondType.SINGLE)
    molecule.UpdatePropertyCache(strict=False)
    return str(Chem.MolToSmiles(molecule))
