"""Vibrations of a molecule from its Hessian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.finite_differences import derivatives_of, energy_forces_stress, hessian
from engine.modes import Modes, modes_of
from engine.potentials import Potential
from engine.symmetry import SymmetryGroup, point_group, representation
from engine.units import frequency_cm1


@dataclass(frozen=True)
class Vibrations:
    """Vibrations of a molecule.

    Attributes
    ----------
    atoms : the molecule, positions in angstrom, masses in amu.
    model : what gave the Hessian.
    derivatives : how its second derivatives were taken, like ``automatic`` or
        ``finite differences, 0.01 angstrom``.
    energy_eV : energy of the model.
    max_force_eV_A : largest force on an atom; the harmonic picture wants it near zero.
    group : point group, with the distance of the atoms from exact symmetry (``group.rms_A``).
    gamma_vib : the representation of all vibrations, like ``A1+E+2T2``.
    modes : the 3N-6 vibrations.
    hessian_symmetry_error : part of the Hessian the group forbids, relative to its norm; it is
        removed before diagonalising.
    residual_translation_cm1, residual_rotation_cm1 : largest wavenumber of a rigid translation and
        rotation before they are projected out; zero for an exact Hessian at a stationary point.
    """

    atoms: Atoms
    model: str
    derivatives: str
    energy_eV: float
    max_force_eV_A: float
    group: SymmetryGroup
    gamma_vib: str | None
    modes: Modes
    hessian_symmetry_error: float
    residual_translation_cm1: float
    residual_rotation_cm1: float


def vibrations(atoms: Atoms, model: Potential) -> Vibrations:
    """Vibrations of a molecule under a potential, at the geometry given.

    Raises
    ------
    PhonoscopeError
        for a periodic structure, elements the model does not cover, a model that is not installed,
        or a linear molecule.
    """
    _require_molecule(atoms)  # before a Hessian is computed that nobody may use
    state = energy_forces_stress(atoms, model)
    return vibrations_from_hessian(
        atoms,
        hessian(atoms, model),
        model.name,
        state.energy_eV,
        state.forces_eV_A,
        derivatives_of(model),
    )


def vibrations_from_hessian(
    atoms: Atoms,
    hessian_eV_A2: Float[np.ndarray, "3*atoms 3*atoms"],
    model: str,
    energy_eV: float,
    forces_eV_A: Float[np.ndarray, "atoms 3"],
    derivatives: str = "stored",
) -> Vibrations:
    """Vibrations from a Hessian at hand, such as a stored reference.

    A Hessian knows nothing of masses: with those of ``atoms`` changed it gives the isotopologue.

    Parameters
    ----------
    derivatives : how the Hessian was computed, in words that the result carries.

    Raises
    ------
    PhonoscopeError
        for a periodic structure, a Hessian of another size, or a linear molecule.
    """
    _require_molecule(atoms)
    if hessian_eV_A2.shape != (3 * len(atoms), 3 * len(atoms)):
        raise PhonoscopeError(
            "The Hessian does not belong to this molecule",
            f"its shape is {hessian_eV_A2.shape}, the molecule has {len(atoms)} atoms",
            "Give a matrix of shape (3N, 3N).",
        )
    group = point_group(atoms)
    symmetric = group.symmetrize_hessian((hessian_eV_A2 + hessian_eV_A2.T) / 2)
    forbidden = np.linalg.norm(hessian_eV_A2 - symmetric) / np.linalg.norm(hessian_eV_A2)

    masses = atoms.get_masses()
    centred = group.symmetrize_positions(atoms.positions - atoms.get_center_of_mass())
    translations, rotations = rigid_motions(centred, masses)
    rigid = np.concatenate([translations, rotations], axis=1)
    within, _, _ = np.linalg.svd(rigid)  # columns: the rigid motions, then everything else
    subspace = within[:, rigid.shape[1] :]

    root_mass = np.repeat(np.sqrt(masses), 3)
    matrix = symmetric / np.outer(root_mass, root_mass)
    modes = modes_of(matrix, masses, np.zeros(3), group, subspace)
    eigenvectors = subspace.T.reshape(-1, len(atoms), 3)
    return Vibrations(
        atoms=atoms,
        model=model,
        derivatives=derivatives,
        energy_eV=energy_eV,
        max_force_eV_A=float(np.linalg.norm(forces_eV_A, axis=1).max()),
        group=group,
        gamma_vib=representation(group, group.characters(eigenvectors)),
        modes=modes,
        hessian_symmetry_error=float(forbidden),
        residual_translation_cm1=_largest_cm1(matrix, translations),
        residual_rotation_cm1=_largest_cm1(matrix, rotations),
    )


def _require_molecule(atoms: Atoms) -> None:
    if atoms.pbc.any():
        raise PhonoscopeError(
            "This structure is a crystal, not a molecule",
            f"{atoms.get_chemical_formula()} is periodic, and a crystal has modes at every q",
            "Use phonoscope phonons (engine.phonons).",
        )


def rigid_motions(
    positions_A: Float[np.ndarray, "atoms 3"], masses_amu: Float[np.ndarray, " atoms"]
) -> tuple[Float[np.ndarray, "3*atoms 3"], Float[np.ndarray, "3*atoms rotations"]]:
    """Orthonormal mass-weighted translations and rotations of a molecule.

    Rotations about the centre of mass are sqrt(m_i) (axis x r_i) along the principal axes of
    inertia; one without inertia, as along a linear molecule, is left out (Wilson, Decius, Cross,
    Molecular Vibrations, 1955, section 2-3).
    """
    root_mass = np.sqrt(masses_amu)
    translations = np.kron(root_mass[:, None], np.eye(3)) / np.linalg.norm(root_mass)
    relative = positions_A - masses_amu @ positions_A / masses_amu.sum()
    turns = np.cross(np.eye(3)[:, None], relative[None]) * root_mass[:, None]
    left, inertia, _ = np.linalg.svd(turns.reshape(3, -1).T, full_matrices=False)
    return translations, left[:, inertia > 1e-4 * inertia[0]]


def _largest_cm1(
    matrix: Float[np.ndarray, "3*atoms 3*atoms"], vectors: Float[np.ndarray, "3*atoms some"]
) -> float:
    return float(np.abs(frequency_cm1(np.linalg.eigvalsh(vectors.T @ matrix @ vectors))).max())
