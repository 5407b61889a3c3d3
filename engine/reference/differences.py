"""Second derivatives by central differences of forces, one atom of each orbit displaced.

For methods without analytic ones, and for those whose analytic ones are not good enough.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from jaxtyping import Float

from engine.symmetry import SymmetryGroup


def symmetric_differences(
    atoms: Atoms, calculator: Calculator, step_A: float, group: SymmetryGroup
) -> tuple[Float[np.ndarray, "3*atoms 3*atoms"], Float[np.ndarray, "3 atoms 3"]]:
    """Hessian in eV/angstrom^2, symmetrised, and dmu_c/dr in e, as [c, atom, xyz].

    Parameters
    ----------
    group : symmetry that the geometry has exactly; atoms that it relates are displaced once.
    """
    n = len(atoms)
    first = sorted({int(orbit.min()) for orbit in group.permutations.T})
    hessian, dipole = differences(atoms, calculator, step_A, first)
    for atom in first:
        _spread(atom, hessian, dipole, group)
    matrix = hessian.reshape(3 * n, 3 * n)
    return (matrix + matrix.T) / 2, dipole


def differences(
    atoms: Atoms, calculator: Calculator, step_A: float, displaced: Iterable[int]
) -> tuple[Float[np.ndarray, "atoms 3 atoms 3"], Float[np.ndarray, "3 atoms 3"]]:
    """Second derivatives of the energy and first ones of the dipole, by central differences.

    Parameters
    ----------
    displaced : the atoms whose columns are computed, counted from 0; the others are nan.

    Returns
    -------
    d2E/dr dr in eV/angstrom^2, the displaced atom last, and dmu_c/dr in e, as [c, atom, xyz].
    """
    n = len(atoms)
    hessian, dipole = np.full((n, 3, n, 3), np.nan), np.full((3, n, 3), np.nan)
    for atom in displaced:
        for axis in range(3):
            answers = []
            for sign in (1, -1):
                moved = atoms.copy()
                moved.positions[atom, axis] += sign * step_A
                moved.calc = calculator
                answers.append((-moved.get_forces(), moved.get_dipole_moment()))
            (gradient, moment), (gradient_back, moment_back) = answers
            hessian[:, :, atom, axis] = (gradient - gradient_back) / (2 * step_A)
            dipole[:, atom, axis] = (moment - moment_back) / (2 * step_A)
    return hessian, dipole


def _spread(
    atom: int,
    hessian: Float[np.ndarray, "atoms 3 atoms 3"],
    dipole: Float[np.ndarray, "3 atoms 3"],
    group: SymmetryGroup,
) -> None:
    """Columns of an atom's orbit from its own: averages over the operations that lead there."""
    column, moments = hessian[:, :, atom].copy(), dipole[:, atom].copy()
    for place in np.unique(group.permutations[:, atom]):
        leading = np.flatnonzero(group.permutations[:, atom] == place)
        carried = np.zeros_like(column)
        turned = np.zeros_like(moments)
        for g in leading:
            rotation = group.rotations[g]
            moved = np.einsum("xy,iyz,wz->ixw", rotation, column, rotation)
            carried[group.permutations[g]] += moved / len(leading)
            turned += rotation @ moments @ rotation.T / len(leading)
        hessian[:, :, place], dipole[:, place] = carried, turned
