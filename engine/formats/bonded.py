"""Molecules that are given by their bonds: SMILES, MOL and SDF, as RDKit reads them.

Where there are no positions in space, RDKit embeds the molecule: ETKDGv3 (S. Wang et al., J. Chem.
Inf. Model. 60, 2044 (2020)), then the force field MMFF94 (T. A. Halgren, J. Comput. Chem. 17, 490
(1996)), or UFF where that has no parameters. The seed is fixed, so that the same text gives the
same positions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
from ase import Atoms
from rdkit import Chem, rdBase
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers, rdMolDescriptors

from engine.errors import PhonoscopeError
from engine.formats.given import Given
from engine.isotopes import isotope_mass_amu

SEED = 20260701
MOST_EMBEDDED = 300
"""Atoms of a molecule that is embedded; beyond, it takes minutes."""

MOST_CONFORMERS = 20
STEPS = 5000
GAP_A = 3.0
"""Between molecules that no bond holds together."""

END_OF_RECORD = "$$$$"


def read_smiles(text: str) -> Given:
    """The molecule of a SMILES, with its hydrogen atoms, embedded in space.

    What follows the first blank is a name, as in SMILES files.

    Raises
    ------
    PhonoscopeError
        if it is no SMILES, breaks the rules of valence, has atoms of no element, or cannot be
        embedded.
    """
    smiles = text.split()[0] if text.split() else ""
    if not smiles:
        _refuse_smiles(smiles, "it is empty")
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles, sanitize=False)
        if molecule is None:
            _refuse_smiles(smiles, _syntax(smiles))
        if problems := Chem.DetectChemistryProblems(molecule):
            _refuse_smiles(smiles, _chemistry(problems[0], molecule))
        Chem.SanitizeMol(molecule)
        return _embedded(molecule, smiles, "SMILES", smiles)


def read_molfile(
    text: str, title: str, frame: int | None = None, add_hydrogens: bool = False
) -> Given:
    """A molecule of a MOL or SDF file.

    Parameters
    ----------
    title : what to call it.
    frame : which one of several, counted from 0; None: the last.
    add_hydrogens : place those that the bonds ask for.

    Raises
    ------
    PhonoscopeError
        if it cannot be read, or has atoms of no element.
    """
    blocks = [b.removeprefix("\n") if i else b for i, b in enumerate(text.split(END_OF_RECORD))]
    blocks = [block for block in blocks if block.strip()]
    frame = len(blocks) - 1 if frame is None else frame
    with rdBase.BlockLogs():
        molecule = None
        if blocks:
            molecule = Chem.MolFromMolBlock(blocks[frame], sanitize=False, removeHs=False)
        if molecule is None or molecule.GetNumAtoms() == 0:
            raise PhonoscopeError(
                f"The file {title} cannot be read as a molecule",
                "it has no complete table of atoms and bonds (V2000 or V3000)",
                "Check that it is complete, from the three lines of its head to M  END.",
            )
        _require_elements(molecule, title)
        notes = []
        try:
            Chem.SanitizeMol(molecule)
        except Chem.MolSanitizeException:
            molecule.UpdatePropertyCache(strict=False)
            notes.append("Its bonds do not follow the rules of valence; only positions are used.")
        flat = not molecule.GetConformer().Is3D() and molecule.GetNumAtoms() > 1
        missing = 0 if notes else sum(atom.GetNumImplicitHs() for atom in molecule.GetAtoms())
        if flat and not np.any(molecule.GetConformer().GetPositions()[:, 2]) and not notes:
            given = _embedded(molecule, title, "MOL/SDF", title)
            notes.append("The file holds a drawing on paper, from which positions were made.")
        else:
            if missing and add_hydrogens:
                molecule = Chem.AddHs(molecule, addCoords=True)
                notes.append(f"{missing} hydrogen atoms were added where the bonds ask for them.")
                missing = 0
            given = _given(molecule, title, "MOL/SDF")
    return Given(
        atoms=given.atoms,
        title=title,
        format="MOL/SDF",
        notes=(*notes, *given.notes),
        frames=len(blocks),
        frame=frame,
        missing_hydrogens=0 if given.notes else missing,
        charge=given.charge,
        unpaired=given.unpaired,
    )


def _embedded(molecule: Chem.Mol, title: str, format: str, told: str) -> Given:
    _require_elements(molecule, told)
    molecule = Chem.AddHs(molecule)
    if molecule.GetNumAtoms() > MOST_EMBEDDED:
        raise PhonoscopeError(
            f"The molecule {_short(told)} is too large to be given positions",
            f"it has {molecule.GetNumAtoms()} atoms with hydrogen, at most {MOST_EMBEDDED} are "
            "embedded",
            "Give a file with positions, such as .xyz or .sdf.",
        )
    parameters: Any = rdDistGeom.ETKDGv3()
    parameters.randomSeed = SEED
    count = min(MOST_CONFORMERS, 1 + 4 * rdMolDescriptors.CalcNumRotatableBonds(molecule, False))
    if not rdDistGeom.EmbedMultipleConfs(molecule, count, parameters):
        parameters.useRandomCoords = True
        if not rdDistGeom.EmbedMultipleConfs(molecule, 1, parameters):
            raise PhonoscopeError(
                f"No positions were found for {_short(told)}",
                "its bonds, rings and stereo marks could not be put into space together",
                "Check the stereo marks, or give a file with positions, such as .xyz.",
            )
    notes = [f"Positions come from {_optimised(molecule)}: relax them with the model."]
    given = _given(molecule, title, format)
    pieces = Chem.GetMolFrags(molecule)
    if len(pieces) > 1:
        given = replace(given, atoms=_side_by_side(given.atoms, pieces))
        notes.append(f"It is {len(pieces)} molecules, whose distance and attitude are arbitrary.")
    return Given(
        atoms=given.atoms,
        title=title,
        format=format,
        notes=(*notes, *given.notes),
        charge=given.charge,
        unpaired=given.unpaired,
    )


def _optimised(molecule: Chem.Mol) -> str:
    """Keep the conformer of lowest energy under a force field that knows the atoms.

    Returns
    -------
    where the positions come from, in words.
    """
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(molecule):
        found = rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(molecule, maxIters=STEPS)
        field = "the force field MMFF94"
    elif rdForceFieldHelpers.UFFHasAllMoleculeParams(molecule):
        found = rdForceFieldHelpers.UFFOptimizeMoleculeConfs(molecule, maxIters=STEPS)
        field = "the force field UFF"
    else:
        return "typical bond lengths (no force field knows these atoms)"
    lowest = molecule.GetConformers()[int(np.argmin([energy for _, energy in found]))].GetId()
    for conformer in [c.GetId() for c in molecule.GetConformers()]:
        if conformer != lowest:
            molecule.RemoveConformer(conformer)
    several = f", the lowest of {len(found)} conformers" if len(found) > 1 else ""
    return field + several


def _side_by_side(atoms: Atoms, pieces: Sequence[Sequence[int]]) -> Atoms:
    """Molecules that RDKit put into the same place, in a row."""
    atoms, edge = atoms.copy(), 0.0
    for piece in map(list, pieces):
        atoms.positions[piece, 0] += edge - atoms.positions[piece, 0].min()
        edge = atoms.positions[piece, 0].max() + GAP_A
    return atoms


def _given(molecule: Chem.Mol, title: str, format: str) -> Given:
    return Given(
        atoms=_atoms(molecule),
        title=title,
        format=format,
        charge=Chem.GetFormalCharge(molecule),
        unpaired=sum(atom.GetNumRadicalElectrons() for atom in molecule.GetAtoms()),
    )


def _atoms(molecule: Chem.Mol) -> Atoms:
    atoms = Atoms(
        [atom.GetSymbol() for atom in molecule.GetAtoms()],
        positions=molecule.GetConformer().GetPositions(),
    )
    masses = atoms.get_masses()
    for atom in molecule.GetAtoms():
        if atom.GetIsotope():
            masses[atom.GetIdx()] = isotope_mass_amu(atom.GetSymbol(), atom.GetIsotope())
    atoms.set_masses(masses)
    return atoms


def _require_elements(molecule: Chem.Mol, told: str) -> None:
    unknown = [i + 1 for i, atom in enumerate(molecule.GetAtoms()) if atom.GetAtomicNum() == 0]
    if unknown:
        where = ", ".join(map(str, unknown[:6]))
        raise PhonoscopeError(
            f"{_short(told)} has atoms of no element",
            f"atom {where}, counted from 1, is a placeholder (* or R)",
            "Write an element in its place.",
        )


def _syntax(smiles: str) -> str:
    """What is wrong with a text that RDKit does not parse, as far as one can tell."""
    for opening, closing, name in (("(", ")", "bracket"), ("[", "]", "square bracket")):
        if smiles.count(opening) != smiles.count(closing):
            more = opening if smiles.count(opening) > smiles.count(closing) else closing
            return f"a {name} {more} has no counterpart"
    outside = re.sub(r"\[[^\]]*\]", "", smiles)
    rings = re.findall(r"%\d\d|\d", outside)
    if odd := [ring for ring in dict.fromkeys(rings) if rings.count(ring) % 2]:
        return f"the ring {odd[0].lstrip('%')} is opened and not closed"
    strange = re.sub(r"\[[^\]]*\]|Br|Cl|[BCNOPSFIbcnops]|[-=#$:/\\.()%\d*~@]", "", smiles)
    if strange:
        return f"'{strange[0]}' has no meaning there (elements such as Si stand in [ ])"
    return "its symbols do not follow one another as they should"


def _chemistry(problem: Any, molecule: Chem.Mol) -> str:
    if problem.GetType() == "AtomValenceException":
        atom = molecule.GetAtomWithIdx(problem.GetAtomIdx())
        bonds = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())
        return (
            f"atom {atom.GetIdx() + 1} ({atom.GetSymbol()}) has {bonds:g} bonds, more than it can"
        )
    if problem.GetType() in ("KekulizeException", "AtomKekulizeException"):
        return "single and double bonds cannot be laid on its aromatic (lower-case) atoms"
    return problem.Message()


def _refuse_smiles(smiles: str, why: str) -> NoReturn:
    raise PhonoscopeError(
        f"'{_short(smiles)}' is not a SMILES that can be read",
        why,
        "Write one like CCO (ethanol), C#N or c1ccccc1 (benzene).",
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
