"""Phonons of a crystal under a potential, or from force constants at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.derivatives import EnergyResult, dynamical_matrices
from engine.errors import PhonoscopeError
from engine.finite_differences import energy_forces_stress
from engine.graph import DOUBLE
from engine.phonons.gamma import modes_at_gamma, optical_representation
from engine.phonons.mesh import Sample, checked_mesh, default_mesh, sample
from engine.phonons.polar import Born, born_charges
from engine.phonons.result import Phonons
from engine.phonons.supercell import sample_by_displacements
from engine.potentials import Potential
from engine.potentials.finite_difference import FiniteDifferencePotential
from engine.progress import FORCES, LABELS, Report, tell
from engine.symmetry import SpaceGroup, space_group
from engine.symmetry.crystals.space_group import TOLERANCE_A


def phonons(
    atoms: Atoms,
    model: Potential,
    mesh: Sequence[int] | Literal["auto"] | None = "auto",
    born: Born | None = None,
    dtype: np.dtype = DOUBLE,
    tolerance_A: float | None = None,
    progress: Report | None = None,
) -> Phonons:
    """Phonons of the cell as given; reduce it with :func:`engine.primitive_cell` first if needed.

    A model that cannot be differentiated (:func:`engine.from_calculator`) has its atoms displaced
    in a supercell of as many cells as ``mesh`` says, which must be chosen.

    Parameters
    ----------
    mesh : points along the reciprocal vectors at which force constants are computed exactly.
        ``auto``: (4, 4, 4), fewer for long cells and 1 where there is no lattice. None: exact
        matrices only; whatever needs force constants is then refused.
    born : Born charges and dielectric tensor of a polar crystal, see
        :func:`engine.phonons.polar.born_charges`.
    dtype : precision of the derivatives of the model.
    tolerance_A : largest distance in angstrom of an atom from the space group by which modes are
        labelled; None: 1e-3, which is always that of what symmetry saves in the computation.
    progress : is told how far it is.

    Raises
    ------
    PhonoscopeError
        for a structure that is not periodic, a mesh or Born charges that do not fit it, or elements
        the model does not cover; for a model without derivatives, if no mesh is chosen.
    """
    if not atoms.pbc.any():
        raise PhonoscopeError(
            "This structure is a molecule, not a crystal",
            f"{atoms.get_chemical_formula()} is not periodic, so that there is no q",
            "Use phonoscope modes (engine.vibrations).",
        )
    differences = isinstance(model, FiniteDifferencePotential)
    if differences and (mesh is None or mesh == "auto"):
        raise PhonoscopeError(
            f"The model {model.name} cannot be differentiated",
            "its atoms have to be displaced in a supercell, whose size decides how long it takes",
            "Choose the supercell by the mesh (--mesh 2,2,2), or choose another model.",
        )
    points = default_mesh(atoms) if mesh == "auto" else mesh
    points = None if points is None else checked_mesh(atoms, points)
    polar = None if born is None else born_charges(born, atoms)
    if polar is not None and points is None:
        raise PhonoscopeError(
            "Born charges have no effect without a mesh",
            "they correct interpolated results, and exact matrices stay the model's own",
            "Give a mesh, like mesh=(4, 4, 4).",
        )
    _symmetry(atoms, tolerance_A)  # before a mesh is computed that nobody may label
    tell(progress, FORCES)
    state = energy_forces_stress(atoms, model, dtype)
    sampled = None
    if points is not None and isinstance(model, FiniteDifferencePotential):
        sampled = sample_by_displacements(atoms, model, points, progress)
    elif points is not None:
        sampled = sample(atoms, model, points, dtype, progress, far=polar is not None)
    tell(progress, LABELS)
    return phonons_from_force_constants(atoms, model, state, sampled, polar, dtype, tolerance_A)


def phonons_from_force_constants(
    atoms: Atoms,
    potential: Potential,
    state: EnergyResult,
    sample: Sample | None,
    born: Born | None = None,
    dtype: np.dtype = DOUBLE,
    tolerance_A: float | None = None,
    gamma_force_constants: Float[np.ndarray, "3*atoms 3*atoms"] | None = None,
) -> Phonons:
    """Phonons from force constants at hand, such as stored ones.

    Force constants know nothing of masses: with those of ``atoms`` changed they give the phonons
    of other isotopes.

    Parameters
    ----------
    potential : the model they are of. It is asked only for matrices off the mesh that are to be
        exact, and for Phi(q=0) where neither of the following two is given.
    state : energy, forces and stress of the cell under it.
    sample : the force constants on a mesh; None for exact matrices only.
    dtype, born, tolerance_A : see :func:`phonons`.
    gamma_force_constants : Phi(q=0) in eV/angstrom^2; None: that of the sample.

    Raises
    ------
    PhonoscopeError
        for force constants of another number of atoms, Born charges that do not fit the crystal,
        or if no space group is found.
    """
    if gamma_force_constants is None and sample is not None:
        gamma_force_constants = sample.force_constants[0].real
    size = 3 * len(atoms)
    if gamma_force_constants is not None and gamma_force_constants.shape != (size, size):
        raise PhonoscopeError(
            "The force constants do not belong to this crystal",
            f"they have shape {gamma_force_constants.shape}, the cell has {len(atoms)} atoms",
            "Give matrices of shape (3N, 3N).",
        )
    symmetry = _symmetry(atoms, tolerance_A)
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    weights = np.outer(root_mass, root_mass)
    if gamma_force_constants is None:
        exact = dynamical_matrices(atoms, potential, np.zeros((1, 3)), dtype)[0]
        gamma_force_constants = exact.real * weights
    return Phonons(
        atoms=atoms,
        potential=potential,
        dtype=dtype,
        state=state,
        space_group=symmetry,
        gamma=modes_at_gamma(
            gamma_force_constants / weights, atoms, symmetry.folded_group, symmetry.translations
        ),
        gamma_optical=optical_representation(atoms, symmetry),
        gamma_force_constants=gamma_force_constants,
        sample=sample,
        born=None if born is None else born_charges(born, atoms),
    )


def _symmetry(atoms: Atoms, tolerance_A: float | None) -> SpaceGroup:
    return space_group(atoms, TOLERANCE_A if tolerance_A is None else tolerance_A)
