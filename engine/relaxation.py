"""Relaxation of atoms and cell to a stated force, within the symmetry of the start."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import PropertyNotImplementedError
from ase.constraints import FixConstraint, FixSymmetry
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS
from ase.stress import full_3x3_to_voigt_6_stress, voigt_6_to_full_3x3_stress
from jaxtyping import Float

from engine.calculator import calculator, with_vacuum
from engine.errors import PhonoscopeError
from engine.finite_differences import bare
from engine.potentials import Potential
from engine.progress import RELAXING, Report, tell
from engine.symmetry import SymmetryGroup, point_group

LARGE_FORCE_EV_A = 0.01
"""Above this residual force frequencies are told with a warning."""

SYMMETRY_A = 0.01
"""Distance in angstrom within which a crystal's start counts as symmetric, for spglib."""

VACUUM_A = 15.0


def relax(
    atoms: Atoms,
    model: Potential,
    cell: bool = False,
    max_force_eV_A: float = 1e-4,
    steps: int = 500,
    progress: Report | None = None,
) -> Atoms:
    """Move the atoms, and the cell if asked, to where no force is left.

    The point group of a molecule and the space group of a crystal are kept, so that what is found
    may be a saddle point: imaginary modes tell. The start, a crystal's cell included, is first made
    exactly symmetric.

    Parameters
    ----------
    cell : relax the cell as well; a slab or chain only within its periodic directions. Its strain
        counts as converged when volume times stress, divided by the number of atoms, is below
        ``max_force_eV_A`` (in eV).
    max_force_eV_A : largest force on an atom that may be left, in eV/angstrom.
    steps : how many to allow.
    progress : is told how far it is: how much of the way the force has come, on a scale of powers.

    Returns
    -------
    New atoms, without calculator and constraints; arrays, masses, info and periodicity are kept.

    Raises
    ------
    PhonoscopeError
        for a molecule whose cell is to be relaxed, no symmetry found in a crystal, elements the
        model does not cover, or a force that is still too large after all steps.
    """
    if cell and not atoms.pbc.any():
        raise PhonoscopeError(
            "A molecule has no cell to relax",
            f"{atoms.get_chemical_formula()} is not periodic",
            "Relax its atoms only.",
        )
    moving = bare(atoms)
    # Isotopes move differently, but on the same energy surface: its symmetry is what is kept.
    moving.set_masses(None)
    if atoms.pbc.any():
        moving = _held_by_space_group(moving)
    else:
        _hold_by_point_group(moving)
    moving.calc = calculator(model)
    try:
        largest = _optimise(moving, cell, max_force_eV_A, steps, progress)
    except PropertyNotImplementedError as error:
        raise PhonoscopeError(
            "The cell cannot be relaxed with this model",
            f"{model.name} gives no stress for this structure",
            "Relax the atoms only, or choose another model.",
        ) from error
    if largest > max_force_eV_A:
        raise PhonoscopeError(
            "The relaxation did not converge",
            f"after {steps} steps the largest force is {largest:.2g} eV/angstrom, "
            f"{max_force_eV_A:g} were asked for",
            "Allow more steps, accept a larger force, or start from a better geometry.",
        )
    relaxed = bare(atoms)
    new_cell = np.where(atoms.pbc[:, None], moving.cell.array, atoms.cell.array)
    relaxed.set_cell(new_cell, scale_atoms=False)
    relaxed.set_positions(moving.positions)
    return relaxed


def force_warning(max_force_eV_A: float) -> str | None:
    """What to tell about a residual force in eV/angstrom; None if it is small."""
    if max_force_eV_A <= LARGE_FORCE_EV_A:
        return None
    return (
        f"The largest force is {max_force_eV_A:.2g} eV/angstrom: this geometry is not a minimum "
        "of the model, and its frequencies are only approximate. Relax it first (--relax)."
    )


def _optimise(
    moving: Atoms, cell: bool, max_force_eV_A: float, steps: int, progress: Report | None
) -> float:
    """Minimise; returns the largest force of what was minimised, in eV/angstrom."""
    target: Any = FrechetCellFilter(moving) if cell else moving  # a filter stands in for atoms
    # Short steps for a cell: FixSymmetry refuses strains above a quarter in one step.
    optimiser = BFGS(target, logfile=None, maxstep=0.1 if cell else 0.2)
    if progress is not None:
        tell(progress, RELAXING)
        optimiser.attach(_Falling(target, max_force_eV_A, progress))
    try:
        optimiser.run(fmax=max_force_eV_A, steps=steps)
    except RuntimeError as error:
        raise PhonoscopeError(
            "The relaxation went astray",
            str(error),
            "Start from a geometry, and a cell, nearer to equilibrium.",
        ) from error
    return _largest_force(target)


def _largest_force(target: Any) -> float:
    return float(np.linalg.norm(target.get_forces(), axis=1).max())


class _Falling:
    """Tells after each step how far the largest force has fallen."""

    def __init__(self, target: Any, goal_eV_A: float, progress: Report) -> None:
        self.target, self.goal, self.progress = target, goal_eV_A, progress
        self.step, self.start, self.fraction = 0, 0.0, 0.0

    def __call__(self) -> None:
        force = max(_largest_force(self.target), self.goal)
        self.start = self.start or force
        if self.start > self.goal:
            way = np.log(self.start / force) / np.log(self.start / self.goal)
            self.fraction = max(self.fraction, float(way))  # it need not fall in every step
        detail = f"step {self.step}, largest force {force:.2g} eV/angstrom"
        tell(self.progress, RELAXING, self.fraction, detail)
        self.step += 1


def _held_by_space_group(atoms: Atoms) -> Atoms:
    moving = atoms if atoms.pbc.all() else with_vacuum(atoms, VACUUM_A)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # spglib's own, on versions of its interface
            constraints: list[FixConstraint] = [FixSymmetry(moving, symprec=SYMMETRY_A)]
    except Exception as error:  # spglib and ase fail in many ways where there is no symmetry
        raise PhonoscopeError(
            "The symmetry of the crystal was not found",
            f"spglib failed at a tolerance of {SYMMETRY_A} angstrom ({error or type(error)})",
            "Check that no two atoms coincide and that the cell has a volume.",
        ) from error
    if not moving.pbc.all():
        constraints.append(_StrainAlong(moving.cell.array[moving.pbc]))
    moving.set_constraint(constraints)
    return moving


def _hold_by_point_group(atoms: Atoms) -> None:
    if len(atoms) == 1:
        return  # no force acts on it
    group = point_group(atoms)
    centre = atoms.positions.mean(0)
    atoms.positions = centre + group.symmetrize_positions(atoms.positions - centre)
    atoms.set_constraint(_KeepPointGroup(group))


class _KeepPointGroup(FixConstraint):
    """Steps and forces of a molecule averaged over its point group; ASE has it for crystals."""

    def __init__(self, group: SymmetryGroup) -> None:
        self.group = group

    def adjust_positions(self, atoms: Atoms, new: Float[np.ndarray, "atoms 3"]) -> None:
        step = self.group.symmetrize_positions(new - atoms.positions)
        new[:] = atoms.positions + step

    def adjust_forces(self, atoms: Atoms, forces: Float[np.ndarray, "atoms 3"]) -> None:
        forces[:] = self.group.symmetrize_positions(forces)


class _StrainAlong(FixConstraint):
    """No stress across a slab or chain, so that its empty space is not strained."""

    def __init__(self, periodic: Float[np.ndarray, "some 3"]) -> None:
        within = np.linalg.svd(periodic)[2][: len(periodic)]
        self.projector = within.T @ within

    def adjust_positions(self, atoms: Atoms, new: Float[np.ndarray, "atoms 3"]) -> None:
        pass

    def adjust_forces(self, atoms: Atoms, forces: Float[np.ndarray, "atoms 3"]) -> None:
        pass

    def adjust_stress(self, atoms: Atoms, stress: Float[np.ndarray, "6"]) -> None:
        full = self.projector @ voigt_6_to_full_3x3_stress(stress) @ self.projector
        stress[:] = full_3x3_to_voigt_6_stress(full)
