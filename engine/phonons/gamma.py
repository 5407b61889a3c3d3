"""Modes at q = 0, where three are translations and the factor group gives labels.

A cell of several primitive cells has modes at q = 0 that are waves of the primitive crystal with
other wave vectors. Those that all its primitive cells share are the modes at Γ; they are taken
apart and labelled, the others are not.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int

from engine.modes import Modes, joined, modes_of
from engine.symmetry import SpaceGroup, SymmetryGroup, representation
from engine.vibrations import rigid_motions


def modes_at_gamma(
    matrix: Float[np.ndarray, "3*atoms 3*atoms"],
    atoms: Atoms,
    group: SymmetryGroup | None,
    translations: Int[np.ndarray, "primitive_cells atoms"] | None = None,
) -> Modes:
    """Modes at q = 0, the three translations marked as acoustic and kept apart from the others.

    Parameters
    ----------
    matrix : D(0) in eV/(angstrom^2 amu), real.
    group : the symmetry by which modes are labelled, ``SpaceGroup.folded_group``; None: no labels.
    translations : those within the cell, ``SpaceGroup.translations``; None for a primitive cell.
    """
    masses, zero = atoms.get_masses(), np.zeros(3)
    acoustic, optical, others = _split(atoms, translations)
    modes = modes_of(matrix, masses, zero, group, acoustic, acoustic=True)
    if optical.size:
        modes = joined(modes, modes_of(matrix, masses, zero, group, optical))
    if others.size:
        modes = joined(modes, modes_of(matrix, masses, zero, None, others))
    return modes


def optical_representation(atoms: Atoms, symmetry: SpaceGroup) -> str | None:
    """Representation of the optical modes of the primitive crystal at Γ, like ``T2g``.

    None where labels cannot be given.
    """
    _, optical, _ = _split(atoms, symmetry.translations)
    group = symmetry.folded_group
    if not optical.size:
        return ""
    if group is None:
        return None
    return representation(group, group.characters(optical.T.reshape(-1, len(atoms), 3)))


def symmetry_error(
    matrix: Float[np.ndarray, "3*atoms 3*atoms"], atoms: Atoms, symmetry: SpaceGroup
) -> float | None:
    """Part of D(0) at Γ that symmetry forbids, relative to its norm; None without a group.

    Labelled modes are those of the rest. Of a cell that is not primitive it is the part between
    displacements that all its primitive cells share.
    """
    group = symmetry.folded_group
    if group is None:
        return None
    shared = _shared(atoms, symmetry.translations)
    matrix = shared @ matrix @ shared
    norm = np.linalg.norm(matrix)
    forbidden = np.linalg.norm(matrix - group.symmetrize_hessian(matrix))
    return float(forbidden / norm) if norm > 0 else 0.0


def unlabelled_because(symmetry: SpaceGroup) -> str | None:
    """Why modes at q = 0 lack labels, as a sentence; None where all have them."""
    if symmetry.folded_group is None:
        return "The operations that were found within the tolerance do not make up a group."
    if symmetry.primitive_cells > 1:
        return (
            f"The cell holds {symmetry.primitive_cells} primitive cells; modes that differ from "
            "one to the next are not at Γ of the primitive crystal, and have no label."
        )
    return None


def _split(
    atoms: Atoms, translations: Int[np.ndarray, "primitive_cells atoms"] | None
) -> tuple[
    Float[np.ndarray, "3*atoms 3"],
    Float[np.ndarray, "3*atoms optical"],
    Float[np.ndarray, "3*atoms others"],
]:
    """Orthonormal mass-weighted translations, the other modes at Γ, and those that are not at Γ."""
    acoustic, _ = rigid_motions(atoms.positions, atoms.get_masses())
    shared = _shared(atoms, translations)
    return (
        acoustic,
        _range(shared - acoustic @ acoustic.T),
        _range(np.eye(len(shared)) - shared),
    )


def _shared(
    atoms: Atoms, translations: Int[np.ndarray, "primitive_cells atoms"] | None
) -> Float[np.ndarray, "3*atoms 3*atoms"]:
    """Projector on displacements that are the same in all primitive cells: their mean."""
    if translations is None:
        return np.eye(3 * len(atoms))
    carried = np.mean(np.eye(len(atoms))[translations], axis=0)
    return np.kron(carried.T, np.eye(3))


def _range(projector: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n rank"]:
    values, vectors = np.linalg.eigh(projector)
    return vectors[:, values > 0.5]
