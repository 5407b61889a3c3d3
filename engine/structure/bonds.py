"""Which atoms are drawn as bonded: a rule of distances, not chemistry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from ase.symbols import symbols2numbers
from jaxtyping import Bool, Int
from vesin import NeighborList

BOND_TOLERANCE = 1.25
"""Atoms nearer than this multiple of the sum of their covalent radii are drawn as bonded."""

NONMETALS = frozenset(symbols2numbers("HHeBCNOFNeSiPSClArGeAsSeBrKrSbTeIXeAtRn"))


@dataclass(frozen=True)
class Bonds:
    """Bonds of a cell, or of a molecule, each seen from both its ends.

    Attributes
    ----------
    first, second : shape (bonds,), atoms of the cell.
    lattice : shape (bonds, 3), integer lattice vector by which the second is shifted.
    """

    first: Int[np.ndarray, " bonds"]
    second: Int[np.ndarray, " bonds"]
    lattice: Int[np.ndarray, "bonds 3"]


def bonds(atoms: Atoms) -> Bonds:
    """Bonds between atoms nearer than ``BOND_TOLERANCE`` times the sum of their covalent radii.

    The radii are those of Cordero et al., Dalton Trans. 2008, 2832, as ase holds them.

    Two metals are not joined where one of them has a nonmetal to hold on to: the radii of cations
    in salts and oxides are far too large, and would join them all to each other.
    """
    radii = covalent_radii[atoms.numbers]
    search = NeighborList(cutoff=float(2 * radii.max() * BOND_TOLERANCE), full_list=True)
    periodic = bool(atoms.pbc.any())
    first, second, lattice, distance = search.compute(
        points=atoms.positions,
        box=atoms.cell.complete().array if periodic else np.zeros((3, 3)),
        periodic=list(atoms.pbc) if periodic else False,
        quantities="ijSd",
    )
    first, second = first.astype(int), second.astype(int)
    near = distance < BOND_TOLERANCE * (radii[first] + radii[second])
    first, second, lattice = first[near], second[near], lattice[near].astype(int)
    kept = _joined(atoms.numbers, first, second)
    return Bonds(first[kept], second[kept], lattice[kept])


def _joined(
    numbers: Int[np.ndarray, " atoms"],
    first: Int[np.ndarray, " bonds"],
    second: Int[np.ndarray, " bonds"],
) -> Bool[np.ndarray, " bonds"]:
    metal = np.array([number not in NONMETALS for number in numbers])
    held = np.zeros(len(numbers), bool)
    held[first[~metal[second]]] = True
    between_metals = metal[first] & metal[second]
    return ~(between_metals & (held[first] | held[second]))
