"""What was understood of a structure, before anything is computed with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from jaxtyping import Float
from vesin import NeighborList

from engine.errors import PhonoscopeError
from engine.formats.given import Given
from engine.structure import formula, primitive_cell
from engine.symmetry import point_group, space_group
from engine.symmetry.crystals.parents import parent_groups
from engine.symmetry.crystals.space_group import TOLERANCE_A as CRYSTAL_TOLERANCE_A
from engine.symmetry.molecules.point_group import TOLERANCE_A as MOLECULE_TOLERANCE_A

Kind = Literal["molecule", "crystal", "slab", "chain"]

MOST_ATOMS = 2000
"""More are not even looked at: their second derivatives would fill the memory."""

MOST_ATOMS_FOR_PARENTS = 40
"""Beyond, finding the groups a crystal nearly has takes too long to wait for."""

REACH_A = 4.0
SHORT, LONG = 0.65, 1.25
"""In sums of covalent radii: what is shorter than any bond, and what no longer is one."""

EMPTY_A = 6.0
"""Empty space on all sides that makes a crystal look like a molecule in a box."""


@dataclass(frozen=True)
class Understanding:
    """A structure in words and numbers.

    Attributes
    ----------
    given : the structure as it was given.
    atoms : what would be computed: a molecule itself, a crystal's primitive cell.
    kind : molecule, crystal, slab or chain.
    group : point group of a molecule, like ``Td``; space group of a crystal, like ``Fd-3m (227)``.
    tolerance_A : distance in angstrom within which atoms count as symmetric for that.
    farthest_A : how far the farthest atom of a molecule is from that symmetry, in angstrom; None
        for a crystal.
    higher : the group it nearly has, and how far it is from it, in words; None if none is near.
    shortest_A, shortest_pair : the shortest distance in angstrom, and between which elements; None
        where there is one atom only.
    boxed : whether the crystal looks like a molecule in a box.
    notes : what is unusual, a sentence each.
    obstacles : why nothing can be computed, and what to do; empty if something can.
    """

    given: Given
    atoms: Atoms
    kind: Kind
    group: str
    tolerance_A: float
    farthest_A: float | None
    higher: str | None
    shortest_A: float | None
    shortest_pair: tuple[str, str] | None
    boxed: bool
    notes: tuple[str, ...]
    obstacles: tuple[str, ...]

    @property
    def formula(self) -> str:
        """Of a molecule, or of a crystal's formula unit."""
        return formula(self.atoms)

    @property
    def lengths_A(self) -> Float[np.ndarray, "3"]:
        """Lengths of the cell given, in angstrom."""
        return np.asarray(self.given.atoms.cell.lengths())

    @property
    def angles(self) -> Float[np.ndarray, "3"]:
        """Angles of the cell given, in degrees."""
        return np.asarray(self.given.atoms.cell.angles())

    @property
    def reduction(self) -> str | None:
        """What was made of the cell given, in words; None if it is primitive, or none."""
        given, kept = len(self.given.atoms), len(self.atoms)
        if given == kept:
            return None
        return (
            f"{given} atoms given, the primitive cell has {kept}: computed in the primitive cell."
        )


def understood(given: Given) -> Understanding:
    """Look at a structure: group, cell, distances, and what is odd about it.

    Raises
    ------
    PhonoscopeError
        if it has too many atoms, or symmetry cannot be looked for.
    """
    atoms = given.atoms
    if len(atoms) > MOST_ATOMS:
        raise PhonoscopeError(
            f"{given.title} is too large",
            f"it has {len(atoms)} atoms, at most {MOST_ATOMS} can be handled",
            "Give a smaller cell, or cut out the molecule that is meant.",
        )
    kind = _kind(atoms)
    shortest, pair = _shortest(atoms)
    notes, obstacles = list(given.notes), _obstacles(given)
    if given.frames > 1:
        notes.append(f"Structure {given.frame + 1} of the {given.frames} in the file was taken.")
    if shortest is not None and pair is not None and shortest < SHORT * _bond(*pair):
        notes.append(
            f"{pair[0]} and {pair[1]} are only {shortest:.2f} Å apart, nearer than in any bond: "
            "check the unit of length."
        )
    if given.missing_hydrogens:
        notes.append(
            f"{given.missing_hydrogens} hydrogen atoms that the bonds ask for are missing."
        )
    elif kind == "molecule" and _lacks_hydrogen(atoms):
        notes.append("It has carbon with open bonds and no hydrogen: the file may leave it out.")
    if given.unpaired:
        electrons = "an unpaired electron" if given.unpaired == 1 else "unpaired electrons"
        notes.append(f"It has {electrons}; the models do not treat spin.")
    computed, group, tolerance_A, farthest_A, higher = _symmetry(atoms, kind)
    boxed = kind == "crystal" and _is_boxed(atoms)
    if boxed:
        notes.append("The cell is mostly empty: this looks like a molecule in a box.")
    return Understanding(
        given=given,
        atoms=computed,
        kind=kind,
        group=group,
        tolerance_A=tolerance_A,
        farthest_A=farthest_A,
        higher=higher,
        shortest_A=shortest,
        shortest_pair=pair,
        boxed=boxed,
        notes=tuple(notes),
        obstacles=tuple(obstacles),
    )


def as_molecule(given: Given) -> Given:
    """The molecule in a box without the box, its atoms side by side again."""
    atoms = given.atoms.copy()
    order, images = _connected(atoms)
    atoms.positions += images @ atoms.cell.array
    atoms.pbc = False
    atoms.cell = None
    assert len(order) == len(atoms)
    return replace(given, atoms=atoms, notes=(*given.notes, "Its box was taken away."))


def _kind(atoms: Atoms) -> Kind:
    kinds: tuple[Kind, ...] = ("molecule", "chain", "slab", "crystal")
    return kinds[int(atoms.pbc.sum())]


def _obstacles(given: Given) -> list[str]:
    found = []
    if len(given.atoms) == 1 and not given.atoms.pbc.any():
        found.append("A single atom has no vibration: give at least two.")
    if given.charge:
        found.append(
            f"It has the charge {given.charge:+d}, and the models treat neutral structures only: "
            "add the ion that balances it."
        )
    return found


def _symmetry(atoms: Atoms, kind: Kind) -> tuple[Atoms, str, float, float | None, str | None]:
    """What is computed, its group, tolerance, the distance from it, and the next group."""
    if kind == "molecule":
        if len(atoms) == 1:
            return atoms, "a single atom", MOLECULE_TOLERANCE_A, None, None
        group = point_group(atoms)
        near = group.next_higher
        told = None
        if near is not None:
            told = f"{near.name}, from which atoms are up to {near.largest_A:.2f} Å away"
        return atoms, group.name, MOLECULE_TOLERANCE_A, group.largest_A, told
    cell = primitive_cell(atoms)
    found = space_group(cell)
    symbol = f"{found.symbol} ({found.number})"
    if kind != "crystal":
        return cell, found.layer_group or found.point_group, CRYSTAL_TOLERANCE_A, None, None
    higher = None
    if len(cell) <= MOST_ATOMS_FOR_PARENTS and (parents := parent_groups(cell, found)):
        near_group = parents[0]
        higher = (
            f"{near_group.symbol} ({near_group.number}), from which atoms are up to "
            f"{near_group.largest_A:.3f} Å away"
        )
    return cell, symbol, CRYSTAL_TOLERANCE_A, None, higher


def _shortest(atoms: Atoms) -> tuple[float | None, tuple[str, str] | None]:
    """The shortest distance, images included, and the elements at its ends."""
    reach = REACH_A
    while reach < 50:
        search = NeighborList(cutoff=reach, full_list=False)
        i, j, distance = search.compute(
            points=atoms.positions,
            box=atoms.cell.complete().array,
            periodic=list(atoms.pbc),
            quantities="ijd",
        )
        if len(distance):
            k = int(np.argmin(distance))
            return float(distance[k]), (atoms[int(i[k])].symbol, atoms[int(j[k])].symbol)
        reach *= 2
    return None, None


def _bond(one: str, other: str) -> float:
    radii = [covalent_radii[Atoms(symbol).numbers[0]] for symbol in (one, other)]
    return float(sum(radii))


def _lacks_hydrogen(atoms: Atoms) -> bool:
    """Whether there is carbon, no hydrogen, and a carbon that only single bonds hold."""
    if 1 in atoms.numbers or 6 not in atoms.numbers or len(atoms) < 2:
        return False
    apart = atoms.get_all_distances()
    np.fill_diagonal(apart, np.inf)
    radii = covalent_radii[atoms.numbers]
    bonded = apart < LONG * (radii + radii[:, None])
    for i in np.flatnonzero(atoms.numbers == 6):
        to_carbon = apart[i, bonded[i] & (atoms.numbers == 6)]
        if bonded[i].sum() < 4 and len(to_carbon) and to_carbon.min() > 1.47:
            return True
    return False


def _connected(atoms: Atoms) -> tuple[list[int], Float[np.ndarray, "atoms 3"]]:
    """Atoms that bonds join to the first, in the order of finding, and the image of each."""
    radii = covalent_radii[atoms.numbers]
    search = NeighborList(cutoff=float(2 * radii.max() * LONG), full_list=True)
    i, j, shift, distance = search.compute(
        points=atoms.positions,
        box=atoms.cell.complete().array,
        periodic=list(atoms.pbc),
        quantities="ijSd",
    )
    i, j = i.astype(int), j.astype(int)
    bonded = distance < LONG * (radii[i] + radii[j])
    i, j, shift = i[bonded], j[bonded], shift[bonded]
    images, found = np.zeros((len(atoms), 3)), [0]
    for atom in found:  # which grows
        for k in np.flatnonzero(i == atom):
            if j[k] not in found:
                found.append(int(j[k]))
                images[j[k]] = images[atom] + shift[k]
    return found, images


def _is_boxed(atoms: Atoms) -> bool:
    """Whether one bonded group of atoms is all there is, with empty space on all its sides."""
    if len(atoms) > 500:
        return False
    found, images = _connected(atoms)
    if len(found) < len(atoms):
        return False
    within = np.linalg.solve(atoms.cell.array.T, (atoms.positions + images @ atoms.cell.array).T)
    heights = 1 / np.linalg.norm(atoms.cell.reciprocal().array, axis=1)
    return bool(np.all((1 - np.ptp(within, axis=1)) * heights > EMPTY_A))
