"""Modes at q = 0, where three are translations and the factor group gives labels."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.modes import Modes, joined, modes_of
from engine.symmetry import SpaceGroup, SymmetryGroup, representation
from engine.vibrations import rigid_motions


def modes_at_gamma(
    matrix: Float[np.ndarray, "3*atoms 3*atoms"], atoms: Atoms, group: SymmetryGroup | None
) -> Modes:
    """Modes at q = 0, the three translations marked as acoustic and kept apart from the others.

    Parameters
    ----------
    matrix : D(0) in eV/(angstrom^2 amu), real.
    group : the factor group, by which modes are labelled; None for no labels.
    """
    masses, zero = atoms.get_masses(), np.zeros(3)
    translations, optical = _split(atoms)
    modes = modes_of(matrix, masses, zero, group, translations, acoustic=True)
    if optical.size:
        modes = joined(modes, modes_of(matrix, masses, zero, group, optical))
    return modes


def optical_representation(atoms: Atoms, symmetry: SpaceGroup) -> str | None:
    """Representation of the optical modes, like ``T2g``; None where labels cannot be given."""
    _, optical = _split(atoms)
    group = symmetry.factor_group
    if not optical.size:
        return ""
    if group is None:
        return None
    return representation(group, group.characters(optical.T.reshape(-1, len(atoms), 3)))


def _split(
    atoms: Atoms,
) -> tuple[Float[np.ndarray, "3*atoms 3"], Float[np.ndarray, "3*atoms optical"]]:
    """Orthonormal mass-weighted translations, and everything else."""
    translations, _ = rigid_motions(atoms.positions, atoms.get_masses())
    everything, _, _ = np.linalg.svd(translations)
    return translations, everything[:, 3:]
