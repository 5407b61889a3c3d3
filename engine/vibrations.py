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
from engine.progress import FORCES, LABELS, Report, tell
from engine.symmetry.correlation import correlation
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.labels import representation
from engine.symmetry.molecules.point_group import TOLERANCE_A, point_group
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
    group : point group of positions and masses, with the distance of the atoms from exact symmetry
        (``group.rms_A``).
    parent_group : point group of the positions alone. It is that of the force constants, and higher
        than ``group`` if isotopes break it.
    correlation : what each irrep of the parent group becomes in ``group``, like
        ``{"T2": "A1+E"}``; None where isotopes leave the group as it is, or labels are not known.
    gamma_vib : the representation of all vibrations, like ``A1+E+2T2``.
    modes : the 3N-6 vibrations, 3N-5 of a linear molecule.
    hessian_symmetry_error : part of the Hessian the parent group forbids, relative to its norm; it
        is removed before diagonalising.
    residual_translation_cm1, residual_rotation_cm1 : largest wavenumber of a rigid translation and
        rotation before they are projected out; zero for an exact Hessian at a stationary point.
    hessian_eV_A2 : shape (3*atoms, 3*atoms), as the model gave it: not made symmetric, no masses.
    forces_eV_A : shape (atoms, 3), the forces that are left.
    tolerance_A : largest distance in angstrom of an atom from the symmetry it was given.
    """

    atoms: Atoms
    model: str
    derivatives: str
    energy_eV: float
    max_force_eV_A: float
    group: SymmetryGroup
    parent_group: SymmetryGroup
    correlation: dict[str, str] | None
    gamma_vib: str | None
    modes: Modes
    hessian_symmetry_error: float
    residual_translation_cm1: float
    residual_rotation_cm1: float
    hessian_eV_A2: Float[np.ndarray, "3*atoms 3*atoms"]
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    tolerance_A: float

    @property
    def linear(self) -> bool:
        """Whether all atoms are on one line."""
        return self.parent_group.linear


def vibrations(
    atoms: Atoms,
    model: Potential,
    tolerance_A: float | None = None,
    progress: Report | None = None,
) -> Vibrations:
    """Vibrations of a molecule under a potential, at the geometry given.

    Parameters
    ----------
    tolerance_A : largest distance in angstrom of an atom from the symmetry it is given; None for
        the default of :func:`engine.symmetry.point_group`.
    progress : is told how far it is.

    Raises
    ------
    PhonoscopeError
        for a periodic structure, a single atom, elements the model does not cover, or a model that
        is not installed.
    """
    _require_molecule(atoms)  # before a Hessian is computed that nobody may use
    tell(progress, FORCES)
    state = energy_forces_stress(atoms, model)
    second_derivatives = hessian(atoms, model, progress=progress)
    tell(progress, LABELS)
    return vibrations_from_hessian(
        atoms,
        second_derivatives,
        model.name,
        state.energy_eV,
        state.forces_eV_A,
        derivatives_of(model),
        tolerance_A,
    )


def vibrations_from_hessian(
    atoms: Atoms,
    hessian_eV_A2: Float[np.ndarray, "3*atoms 3*atoms"],
    model: str,
    energy_eV: float,
    forces_eV_A: Float[np.ndarray, "atoms 3"],
    derivatives: str = "stored",
    tolerance_A: float | None = None,
) -> Vibrations:
    """Vibrations from a Hessian at hand, such as a stored reference.

    A Hessian knows nothing of masses: with those of ``atoms`` changed it gives the isotopologue.

    Parameters
    ----------
    derivatives : how the Hessian was computed, in words that the result carries.
    tolerance_A : see :func:`vibrations`.

    Raises
    ------
    PhonoscopeError
        for a periodic structure, a single atom, or a Hessian of another size or not of numbers.
    """
    _require_molecule(atoms)
    _require_hessian(hessian_eV_A2, atoms)
    tolerance_A = TOLERANCE_A if tolerance_A is None else tolerance_A
    parent = point_group(atoms, tolerance_A, masses=False)
    group = point_group(atoms, tolerance_A)
    symmetric = parent.symmetrize_hessian((hessian_eV_A2 + hessian_eV_A2.T) / 2)
    size = np.linalg.norm(hessian_eV_A2)
    forbidden = np.linalg.norm(hessian_eV_A2 - symmetric) / size if size else 0.0

    masses = atoms.get_masses()
    centred = parent.symmetrize_positions(atoms.positions - atoms.positions.mean(0))
    translations, rotations = rigid_motions(centred, masses)
    rigid = np.concatenate([translations, rotations], axis=1)
    within, _, _ = np.linalg.svd(rigid)  # columns: the rigid motions, then everything else
    subspace = within[:, rigid.shape[1] :]

    root_mass = np.repeat(np.sqrt(masses), 3)
    weights = np.outer(root_mass, root_mass)
    matrix = symmetric / weights
    modes = modes_of(matrix, masses, np.zeros(3), group, subspace, as_given=hessian_eV_A2 / weights)
    eigenvectors = subspace.T.reshape(-1, len(atoms), 3)
    return Vibrations(
        atoms=atoms,
        model=model,
        derivatives=derivatives,
        energy_eV=energy_eV,
        max_force_eV_A=float(np.linalg.norm(forces_eV_A, axis=1).max()),
        group=group,
        parent_group=parent,
        correlation=correlation(parent, group) if group.order < parent.order else None,
        gamma_vib=representation(group, group.characters(eigenvectors)),
        modes=modes,
        hessian_symmetry_error=float(forbidden),
        residual_translation_cm1=_largest_cm1(matrix, translations),
        residual_rotation_cm1=_largest_cm1(matrix, rotations),
        hessian_eV_A2=hessian_eV_A2,
        forces_eV_A=forces_eV_A,
        tolerance_A=tolerance_A,
    )


def _require_molecule(atoms: Atoms) -> None:
    if atoms.pbc.any():
        raise PhonoscopeError(
            "This structure is a crystal, not a molecule",
            f"{atoms.get_chemical_formula()} is periodic, and a crystal has modes at every q",
            "Use phonoscope phonons (engine.phonons).",
        )
    if len(atoms) < 2:
        raise PhonoscopeError(
            "A single atom does not vibrate",
            f"{atoms.get_chemical_formula()} has no second atom to vibrate against",
            "Choose a molecule of two atoms or more.",
        )


def _require_hessian(hessian_eV_A2: Float[np.ndarray, "rows columns"], atoms: Atoms) -> None:
    if hessian_eV_A2.shape != (3 * len(atoms), 3 * len(atoms)):
        raise PhonoscopeError(
            "The Hessian does not belong to this molecule",
            f"its shape is {hessian_eV_A2.shape}, the molecule has {len(atoms)} atoms",
            "Give a matrix of shape (3N, 3N).",
        )
    if not np.isfinite(hessian_eV_A2).all():
        raise PhonoscopeError(
            "The Hessian cannot be diagonalised",
            "some of its elements are not numbers",
            "Check the geometry and the model.",
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
