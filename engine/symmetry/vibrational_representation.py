"""What symmetry says about vibrations, from the geometry alone: of molecules and of crystals."""

from __future__ import annotations

from ase import Atoms

from engine.symmetry.crystals.report import CrystalRepresentation, crystal_representation
from engine.symmetry.molecules.report import VibrationalRepresentation, molecular_representation

__all__ = ["CrystalRepresentation", "VibrationalRepresentation", "vibrational_representation"]


def vibrational_representation(
    atoms: Atoms, tolerance_A: float | None = None
) -> VibrationalRepresentation | CrystalRepresentation:
    """Symmetry group, representations of the vibrations and selection rules of a structure.

    Parameters
    ----------
    tolerance_A : largest distance of an atom from exact symmetry, in angstrom; None for the
        default of ``molecular_representation`` or of ``crystal_representation``.

    Raises
    ------
    PhonoscopeError
        for a single atom, atoms that coincide, or a tolerance that makes no sense.
    """
    given = {} if tolerance_A is None else {"tolerance_A": tolerance_A}
    if atoms.pbc.any():
        return crystal_representation(atoms, **given)
    return molecular_representation(atoms, **given)
