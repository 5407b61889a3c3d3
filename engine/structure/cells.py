"""Primitive and conventional cells of a crystal."""

from __future__ import annotations

import numpy as np
import spglib
from ase import Atoms
from jaxtyping import Int

from engine.errors import PhonoscopeError


def primitive_cell(atoms: Atoms, tolerance_A: float = 1e-3) -> Atoms:
    """The primitive cell of a crystal, in the orientation of the cell given.

    A cell that is primitive already, and a chain or slab, come back unchanged. Isotopes are kept,
    and taken for different atoms.

    Raises
    ------
    PhonoscopeError
        if spglib cannot make sense of the cell.
    """
    if not atoms.pbc.all():
        return atoms
    isotopes = np.stack([atoms.numbers, atoms.get_masses().round(6)], 1)
    kinds, kind = np.unique(isotopes, axis=0, return_inverse=True)
    cell = (atoms.cell.array, atoms.get_scaled_positions(wrap=False), kind.ravel().tolist())
    try:
        found = spglib.standardize_cell(
            cell, to_primitive=True, no_idealize=True, symprec=tolerance_A
        )
    except spglib.SpglibError:  # or None: that depends on a global setting of spglib's
        found = None
    if found is None:
        raise PhonoscopeError(
            "No primitive cell was found",
            f"spglib failed at a tolerance of {tolerance_A} angstrom",
            "Check that no two atoms coincide.",
        )
    lattice, scaled, kept = found
    if len(kept) == len(atoms):
        return atoms
    numbers, masses = kinds[np.array(kept)].T
    return Atoms(
        numbers=numbers.astype(int), masses=masses, scaled_positions=scaled, cell=lattice, pbc=True
    )


def conventional_vectors(atoms: Atoms, tolerance_A: float = 1e-3) -> Int[np.ndarray, "3 3"]:
    """The conventional cell as integer combinations (rows) of the vectors of a primitive cell."""
    if not atoms.pbc.all():
        return np.eye(3, dtype=int)
    cell = (atoms.cell.array, atoms.get_scaled_positions(wrap=False), atoms.numbers)
    try:
        dataset = spglib.get_symmetry_dataset(cell, symprec=tolerance_A)
    except spglib.SpglibError:
        dataset = None
    if dataset is None:
        return np.eye(3, dtype=int)
    # spglib: columns of the standard lattice = columns of the given lattice @ inverse(P).
    vectors = np.linalg.inv(dataset.transformation_matrix).T
    whole = np.rint(vectors).astype(int)
    return whole if np.abs(vectors - whole).max() < 1e-4 else np.eye(3, dtype=int)
