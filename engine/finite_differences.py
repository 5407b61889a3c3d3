"""Derivatives of any model: automatic where it can be differentiated, finite differences else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, CalculatorError
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from jaxtyping import Float

from engine import derivatives
from engine.derivatives import EnergyResult
from engine.errors import PhonoscopeError
from engine.graph import DOUBLE
from engine.potentials import Potential
from engine.potentials.finite_difference import STEP_A, FiniteDifferencePotential
from engine.potentials.theory import Theory
from engine.progress import DERIVATIVES, Report, tell

if TYPE_CHECKING:
    from phonopy import Phonopy

STRAIN = 1e-3
"""Strain for the stress of a calculator that has none."""


def derivatives_of(model: Potential) -> str:
    """How the second derivatives of a model are taken, in words that results carry."""
    if isinstance(model, FiniteDifferencePotential):
        return f"finite differences, {model.step_A:g} angstrom"
    return model.derivatives if isinstance(model, Theory) else "automatic"


def energy_forces_stress(atoms: Atoms, model: Potential, dtype: np.dtype = DOUBLE) -> EnergyResult:
    """Energy, forces and stress of a structure under any model.

    Parameters
    ----------
    dtype : precision of a differentiable model; other programs have their own.

    Raises
    ------
    PhonoscopeError
        for elements the model does not cover, a structure without sense, or a calculator that
        fails or is not installed.
    """
    if isinstance(model, FiniteDifferencePotential):
        return result_of_calculator(atoms, model, model.make_calculator())
    return derivatives.energy_forces_stress(atoms, model, dtype)


def hessian(
    atoms: Atoms,
    model: Potential,
    dtype: np.dtype = DOUBLE,
    columns_at_once: int | None = None,
    progress: Report | None = None,
) -> Float[np.ndarray, "3*atoms 3*atoms"]:
    """Second derivatives of the energy, d^2 E / dx_ia dx_jb, in eV/angstrom^2, under any model.

    Atom by atom, x, y, z within an atom. In a periodic cell the images move along. Finite
    differences are given as they come out, not made symmetric: their asymmetry tells their error.

    Parameters
    ----------
    columns_at_once : columns of a differentiable model taken together; bounds the memory.
    progress : is told how far it is.

    Raises
    ------
    PhonoscopeError
        as for :func:`energy_forces_stress`.
    """
    if not isinstance(model, FiniteDifferencePotential):
        return derivatives.hessian(atoms, model, dtype, columns_at_once, progress)
    calculator = model.make_calculator()
    columns, size = [], 3 * len(atoms)
    for coordinate in range(size):
        tell(progress, DERIVATIVES, coordinate / size, f"{coordinate} of {size} displacements")
        displacement = np.zeros(3 * len(atoms))
        displacement[coordinate] = model.step_A
        forces = []
        for sign in (1, -1):
            moved = bare(atoms)
            moved.positions += sign * displacement.reshape(-1, 3)
            forces.append(result_of_calculator(moved, model, calculator).forces_eV_A.ravel())
        columns.append((forces[1] - forces[0]) / (2 * model.step_A))
    return np.array(columns).T


def result_of_calculator(
    atoms: Atoms, model: FiniteDifferencePotential, calculator: Calculator
) -> EnergyResult:
    """What a calculator at hand says of a structure; what it cannot say, by finite differences.

    Raises
    ------
    PhonoscopeError
        for elements the model does not cover, or a calculator that fails.
    """
    model.require_elements(atoms)
    alone = bare(atoms)
    alone.calc = calculator
    has = calculator.implemented_properties
    try:
        energy_eV = float(alone.get_potential_energy())
        free = "free_energy" in has
        forces = (
            alone.get_forces()
            if "forces" in has
            else calculate_numerical_forces(alone, eps=model.step_A, force_consistent=free)
        )
        stress = None
        if atoms.pbc.all():
            stress = (
                alone.get_stress(voigt=False)
                if "stress" in has
                else calculate_numerical_stress(
                    alone, eps=STRAIN, voigt=False, force_consistent=free
                )
            )
    except (CalculatorError, NotImplementedError) as error:
        raise PhonoscopeError(
            f"The model {model.name} gives no energy of {atoms.get_chemical_formula()}",
            str(error) or type(error).__name__,
            "Check the geometry and the elements, or choose another model.",
        ) from error
    return EnergyResult(energy_eV, np.array(forces), stress)


def force_constants_by_displacements(
    atoms: Atoms,
    calculator: Calculator,
    supercell: tuple[int, int, int],
    distance_A: float = STEP_A,
    progress: Report | None = None,
) -> Phonopy:
    """Force constants of a crystal from displacements in a supercell, as phonopy does it.

    Atoms are displaced in the directions that the space group does not give, either way; forces of
    the supercell at rest are taken off.

    Parameters
    ----------
    supercell : repeats of the cell along its three vectors. Force constants beyond half of it are
        folded back, so it must be as large as the forces reach.
    distance_A : displacement in angstrom.
    progress : is told how far it is.

    Returns
    -------
    phonopy's object, with ``force_constants`` in eV/angstrom^2 and the masses of the atoms; D(q)
    comes from its ``dynamical_matrix``.
    """
    # phonopy takes long to import, and few need it.
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    cell = PhonopyAtoms(
        numbers=atoms.numbers,
        cell=atoms.cell.array,
        scaled_positions=atoms.get_scaled_positions(),
        masses=atoms.get_masses(),
    )
    phonon = Phonopy(cell, supercell_matrix=np.diag(supercell), primitive_matrix=np.eye(3))
    phonon.generate_displacements(distance=distance_A, is_plusminus=True)

    def forces(supercell: PhonopyAtoms) -> Float[np.ndarray, "supercell 3"]:
        displaced = Atoms(
            supercell.numbers,
            cell=supercell.cell,
            scaled_positions=supercell.scaled_positions,
            pbc=True,
            calculator=calculator,
        )
        return displaced.get_forces()

    rest = forces(phonon.supercell)
    displaced = [s for s in phonon.supercells_with_displacements or () if s is not None]
    found = []
    for i, supercell_ in enumerate(displaced):
        tell(progress, DERIVATIVES, i / len(displaced), f"{i} of {len(displaced)} displacements")
        found.append(forces(supercell_) - rest)
    phonon.forces = np.array(found)
    phonon.produce_force_constants()
    return phonon


def bare(atoms: Atoms) -> Atoms:
    """A copy without calculator and constraints, neither of which may touch a result."""
    copy = atoms.copy()
    copy.set_constraint()
    return copy
