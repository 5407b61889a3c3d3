"""References of molecules too large for density-functional theory here: GFN2-xTB by tblite.

Forces and dipole moments of displaced atoms give the Hessian and the dipole derivatives, one atom
of each orbit of the point group; the others follow by symmetry. There is no polarizability.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from jaxtyping import Float

from engine.potentials.xtb import gfn2_xtb
from engine.reference.kohn_sham import Arrays
from engine.relaxation import relax
from engine.symmetry import SymmetryGroup, point_group

MAX_FORCE_EV_A = 1e-5


def compute(atoms: Atoms) -> tuple[Atoms, float, Arrays]:
    """The molecule at rest, its energy in eV, and what is stored of it.

    Raises
    ------
    PhonoscopeError
        if tblite is not installed, or the molecule cannot be relaxed.
    """
    model = gfn2_xtb()
    minimum = relax(atoms, model, max_force_eV_A=MAX_FORCE_EV_A)
    group = point_group(minimum, masses=False)
    minimum.positions = group.symmetrize_positions(minimum.positions - minimum.positions.mean(0))
    minimum.positions -= minimum.get_center_of_mass()
    calculator = model.make_calculator()
    at_rest = minimum.copy()
    at_rest.calc = calculator
    energy_eV, forces = at_rest.get_potential_energy(), at_rest.get_forces()
    n = len(minimum)
    first = sorted({int(orbit.min()) for orbit in group.permutations.T})
    hessian, dipole = differences(minimum, calculator, model.step_A, first)
    for atom in first:
        _spread(atom, hessian, dipole, group)
    matrix = hessian.reshape(3 * n, 3 * n)
    arrays = {
        "hessian_eV_A2": (matrix + matrix.T) / 2,
        "dipole_derivative_e": dipole,
        "forces_eV_A": forces,
    }
    return minimum, float(energy_eV), arrays


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
