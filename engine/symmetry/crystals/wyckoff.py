"""The mechanical representation of a crystal, Wyckoff position by Wyckoff position.

The displacements of the atoms on one position are a representation of the factor group, whose
characters are those of the atoms that stay in place times the trace of the rotation (D. L.
Rousseau, R. P. Bauman, S. P. S. Porto, J. Raman Spectrosc. 10, 253 (1981)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import spglib
from ase import Atoms
from ase.data import chemical_symbols
from jaxtyping import Int

from engine.symmetry.character_table import CharacterTable
from engine.symmetry.crystals.space_group import CellOperations
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.labels import representation


@dataclass(frozen=True)
class Site:
    """Atoms of one Wyckoff position that symmetry carries into each other.

    Attributes
    ----------
    letter : Wyckoff letter in the standard setting, which for some groups depends on the choice of
        origin; None for slabs and chains.
    multiplicity : number of such atoms in the conventional cell, which stands before the letter;
        of slabs and chains, in the cell.
    symmetry : site symmetry, oriented as in the International Tables, like ``.3m``; of slabs and
        chains, the class alone.
    element : symbol of the element.
    mass_amu : their mass, which tells isotopes apart.
    atoms : numbers from 0 in the primitive cell.
    counts : how often each irrep of the table occurs in the displacements of these atoms.
    gamma : the same as text, like ``A2u+B1u+2Eu``; None where a label cannot be given.
    """

    letter: str | None
    multiplicity: int
    symmetry: str
    element: str
    mass_amu: float
    atoms: tuple[int, ...]
    counts: tuple[int, ...]
    gamma: str | None


def wyckoff_sites(
    atoms: Atoms, operations: CellOperations, group: SymmetryGroup, table: CharacterTable | None
) -> tuple[Site, ...]:
    """All positions of a primitive cell, by letter.

    Parameters
    ----------
    operations, group : of these atoms; ``group`` is the factor group.
    """
    dataset, crystal = operations.dataset, bool(atoms.pbc.all())
    enlarged = len(dataset.std_types) // len(atoms) if crystal else 1
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    sites = []
    for first in np.unique(group.permutations.min(0)):
        members = np.unique(group.permutations[:, first])
        characters = (group.permutations[:, members] == members).sum(1) * trace
        staying = operations.rotations[operations.permutations[:, first] == first]
        counts = table.multiplicities(characters) if table else np.empty(0)
        sites.append(
            Site(
                letter=dataset.wyckoffs[first] if crystal else None,
                multiplicity=len(members) * enlarged,
                symmetry=dataset.site_symmetry_symbols[first] if crystal else _class_of(staying),
                element=chemical_symbols[atoms.numbers[first]],
                mass_amu=float(atoms.get_masses()[first]),
                atoms=tuple(members.tolist()),
                counts=tuple(np.rint(counts).astype(int).tolist()),
                gamma=representation(group, characters),
            )
        )
    return tuple(sorted(sites, key=lambda site: (site.letter or "", site.atoms)))


def _class_of(rotations: Int[np.ndarray, "some 3 3"]) -> str:
    """Hermann-Mauguin symbol of a group of rotations in units of the cell."""
    found = spglib.get_pointgroup(rotations)
    return found[0].strip() if found is not None else "1"
