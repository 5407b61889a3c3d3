"""Crystals of all 32 classes, made from the operations of the space groups themselves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import spglib
from ase import Atoms

from engine.structure import primitive_cell
from engine.symmetry import SpaceGroup, space_group
from engine.symmetry.crystals.report import CrystalRepresentation, crystal_representation

# Every class, in the groups where something can go wrong: screw axes and glide planes, centred
# and rhombohedral lattices, both orientations of the classes that have two.
SPACE_GROUPS = [
    1, 2, 4, 5, 7, 9, 12, 14, 19, 22, 33, 36, 40, 43, 47, 62, 64, 70, 76, 82, 88, 92, 98, 99, 109,
    111, 113, 115, 119, 122, 123, 136, 141, 144, 146, 148, 149, 152, 155, 156, 157, 160, 161, 162,
    164, 167, 169, 174, 176, 178, 183, 186, 187, 189, 191, 193, 194, 198, 205, 212, 216, 220, 225,
    227,
]  # fmt: skip

GENERAL = (0.127, 0.271, 0.083)


@lru_cache
def database(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Rotations and translations of a space group in its standard setting, centring included."""
    hall = next(h for h in range(1, 531) if spglib.get_spacegroup_type(h).number == number)
    operations = spglib.get_symmetry_from_database(hall)
    return operations["rotations"], operations["translations"]


def cell_lengths(number: int) -> list[float]:
    for last, lengths in [
        (2, [5.1, 6.3, 7.7, 83, 95, 104]),
        (15, [5.1, 6.3, 7.7, 90, 101, 90]),
        (74, [5.1, 6.3, 7.7, 90, 90, 90]),
        (142, [6.1, 6.1, 7.7, 90, 90, 90]),
        (194, [6.1, 6.1, 7.7, 90, 90, 120]),
    ]:
        if number <= last:
            return lengths
    return [6.3, 6.3, 6.3, 90, 90, 90]


def made(number: int) -> Atoms:
    """The conventional cell, with one atom in general position and one at the origin."""
    rotations, translations = database(number)
    scaled, symbols = [], []
    for symbol, start in (("O", GENERAL), ("Si", (0.0, 0.0, 0.0))):
        images = (rotations @ np.array(start) + translations) % 1.0
        for place in images:
            offsets = np.array(scaled).reshape(-1, 3) - place
            if not len(scaled) or np.abs(offsets - np.rint(offsets)).max(1).min() > 1e-6:
                scaled.append(place)
                symbols.append(symbol)
    return Atoms(symbols, cell=cell_lengths(number), scaled_positions=scaled, pbc=True)


def characters(number: int, atoms: Atoms) -> list[tuple[np.ndarray, float]]:
    """Cartesian rotations, each with its character on the displacements of a primitive cell.

    Atoms that stay in place modulo the lattice, centring vectors included, times the trace.
    """
    rotations, translations = database(number)
    scaled, lattice = atoms.get_scaled_positions(), atoms.cell.array
    centring = translations[(rotations == np.eye(3)).all((1, 2))]
    found = []
    for rotation in np.unique(rotations, axis=0):
        translation = translations[(rotations == rotation).all((1, 2))][0]
        moves = scaled @ rotation.T + translation - scaled
        moves = moves[:, None] + centring
        stays = (np.abs(moves - np.rint(moves)).max(2) < 1e-6).any(1).sum() / len(centring)
        cartesian = lattice.T @ rotation @ np.linalg.inv(lattice.T)
        found.append((cartesian, stays * np.trace(rotation)))
    return found


@lru_cache
def symmetry_of(number: int) -> SpaceGroup:
    """What is found for the primitive cell."""
    return space_group(primitive_cell(made(number)))


@lru_cache
def report_of(number: int) -> CrystalRepresentation:
    return crystal_representation(made(number))
