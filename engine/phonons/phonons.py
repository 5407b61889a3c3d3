"""Phonons of a crystal under a potential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from ase import Atoms

from engine.derivatives import dynamical_matrices, energy_forces_stress
from engine.errors import PhonoscopeError
from engine.graph import DOUBLE
from engine.phonons.gamma import modes_at_gamma, optical_representation
from engine.phonons.mesh import checked_mesh, default_mesh, sample
from engine.phonons.polar import Born, born_charges
from engine.phonons.result import Phonons
from engine.potentials import Potential
from engine.symmetry import space_group


def phonons(
    atoms: Atoms,
    model: Potential,
    mesh: Sequence[int] | Literal["auto"] | None = "auto",
    born: Born | None = None,
    dtype: np.dtype = DOUBLE,
) -> Phonons:
    """Phonons of the cell as given; reduce it with :func:`engine.primitive_cell` first if needed.

    Parameters
    ----------
    mesh : points along the reciprocal vectors at which force constants are computed exactly.
        ``auto``: (4, 4, 4), fewer for long cells and 1 where there is no lattice. None: exact
        matrices only; whatever needs force constants is then refused.
    born : Born charges and dielectric tensor of a polar crystal, see
        :func:`engine.phonons.polar.born_charges`.
    dtype : precision of the derivatives of the model.

    Raises
    ------
    PhonoscopeError
        for a structure that is not periodic, a mesh or Born charges that do not fit it, or elements
        the model does not cover.
    """
    if not atoms.pbc.any():
        raise PhonoscopeError(
            "This structure is a molecule, not a crystal",
            f"{atoms.get_chemical_formula()} is not periodic, so that there is no q",
            "Use phonoscope modes (engine.vibrations).",
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
    state = energy_forces_stress(atoms, model, dtype)
    symmetry = space_group(atoms)
    sampled = None if points is None else sample(atoms, model, points, dtype)
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    weights = np.outer(root_mass, root_mass)
    if sampled is None:
        force_constants = (
            dynamical_matrices(atoms, model, np.zeros((1, 3)), dtype)[0].real * weights
        )
    else:
        force_constants = sampled.force_constants[0].real
    return Phonons(
        atoms=atoms,
        potential=model,
        dtype=dtype,
        state=state,
        space_group=symmetry,
        gamma=modes_at_gamma(force_constants / weights, atoms, symmetry.factor_group),
        gamma_optical=optical_representation(atoms, symmetry),
        gamma_force_constants=force_constants,
        sample=sampled,
        born=polar,
    )
