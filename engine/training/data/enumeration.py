"""Molecules that nobody listed: small changes of the listed ones, for data that costs little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from engine.training.data.distortions import import_rdkit
from engine.training.data.molecule_list import HELD_OUT, Molecule

LARGEST = 6
"""Heavy atoms."""
LIGHT = (6, 7, 8, 9)
HEAVIER = (16, 17)
"""Atomic numbers that an atom may change to."""

# fmt: off
SUBSTITUENTS = (
    "C", "O", "N", "F", "C#N", "C=O", "C=C", "C#C", "OC", "N=O", "[N+](=O)[O-]", "NC", "OF",
    "C(F)(F)F", "C(=O)O", "C(=O)N", "N=C", "ON", "NN",
)
"""Groups that take the place of a hydrogen atom, as SMILES that begin with the bonded atom."""
UNLIKELY = (
    "[O;X2][O;X2][O;X2]", "[N;X3][N;X3][N;X3]", "[F][O,N][F,O,N]", "[C;r3,r4]#*",
    "[C;r3,r4]=[C;r3]=*", "[OX2H][OX2]", "[*;r3]=[*;r3]=*", "[#7,#8]~[#7,#8]~[#7,#8]~[#7,#8]",
)
"""Patterns of what falls apart or rearranges."""
# fmt: on


def variations(
    listed: Sequence[Molecule], count: int, seed: int = 0, heavier: bool = False
) -> tuple[Molecule, ...]:
    """Other molecules made from the listed ones, one or two changes away; none is held out.

    A change gives a hydrogen atom's place to a group, or another element to an atom, so far as
    RDKit finds the valences right. The same seed gives the same molecules, the more the longer.

    Parameters
    ----------
    heavier : only molecules with sulfur or chlorine, which are no elements given to an atom else.

    Raises
    ------
    PhonoscopeError
        if RDKit is missing.
    """
    import_rdkit()
    from rdkit import Chem, rdBase

    silence = rdBase.BlockLogs()  # refused valences are no news
    rng = np.random.default_rng(seed)
    unlikely = [Chem.MolFromSmarts(pattern) for pattern in UNLIKELY]
    known = {Chem.CanonSmiles(m.smiles) for m in listed}
    parents = [m.smiles for m in listed if m.name not in HELD_OUT]
    elements = LIGHT + HEAVIER if heavier else LIGHT
    found: list[Molecule] = []
    for _ in range(200 * count):
        if len(found) == count:
            break
        changed = Chem.MolFromSmiles(parents[rng.integers(len(parents))])
        for _ in range(rng.integers(1, 3)):
            changed = changed and _changed(Chem, changed, rng, elements)
        if changed is None or changed.GetNumAtoms() > LARGEST or changed.GetNumAtoms() < 2:
            continue
        if any(changed.HasSubstructMatch(pattern) for pattern in unlikely):
            continue
        if any(a.GetNumRadicalElectrons() or a.GetAtomicNum() == 1 for a in changed.GetAtoms()):
            continue
        if heavier and not any(a.GetAtomicNum() in HEAVIER for a in changed.GetAtoms()):
            continue
        smiles = Chem.MolToSmiles(changed)
        if smiles in known or "." in smiles:
            continue
        known.add(smiles)
        hydrogens = sum(atom.GetTotalNumHs() for atom in changed.GetAtoms())
        name = f"{'heavier' if heavier else 'variation'}-{len(found) + 1:04d}"
        found.append(Molecule(name, smiles, hydrogens))
    del silence
    return tuple(found)


def _changed(chem: Any, molecule: Any, rng: Generator, elements: Sequence[int]) -> Any:
    """The molecule with one change, or None where that makes no sense."""
    edited = chem.RWMol(molecule)
    atom = edited.GetAtomWithIdx(int(rng.integers(edited.GetNumAtoms())))
    if rng.random() < 0.5:
        if atom.GetTotalNumHs() == 0:
            return None
        group = chem.MolFromSmiles(SUBSTITUENTS[rng.integers(len(SUBSTITUENTS))])
        first = edited.GetNumAtoms()
        place = atom.GetIdx()
        edited = chem.RWMol(chem.CombineMols(edited, group))
        edited.AddBond(place, first, chem.BondType.SINGLE)
    else:
        if atom.GetFormalCharge() or atom.GetIsAromatic():
            return None
        atom.SetAtomicNum(int(rng.choice(elements)))
    for each in edited.GetAtoms():
        each.SetNoImplicit(False)
        each.SetNumExplicitHs(0 if not each.GetIsAromatic() else each.GetNumExplicitHs())
    try:
        chem.SanitizeMol(edited)
    except ValueError:  # AtomValenceException and its like
        return None
    return edited.GetMol()
