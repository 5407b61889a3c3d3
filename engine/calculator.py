"""A model as an ASE calculator, for everything that ASE can do with one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from engine.derivatives import energy_forces_stress
from engine.finite_differences import bare, result_of_calculator
from engine.graph import DOUBLE
from engine.potentials import Potential
from engine.potentials.finite_difference import FiniteDifferencePotential


def calculator(model: Potential, dtype: np.dtype = DOUBLE) -> Calculator:
    """An ASE calculator of a model: energy and free energy in eV, forces in eV/angstrom, stress.

    The stress is ASE's: Voigt order xx, yy, zz, yz, xz, xy, in eV/angstrom^3, positive under
    tension. A molecule has none. That of a slab or chain refers to the volume of its cell, with
    the empty space, and has no components across it.

    Parameters
    ----------
    dtype : precision of a differentiable model.

    Raises
    ------
    PhonoscopeError
        if the model needs a program that is not installed; and, from the calculator, for elements
        the model does not cover or a structure without sense.
    """
    return ModelCalculator(model, dtype)


class ModelCalculator(Calculator):
    """See :func:`calculator`."""

    implemented_properties = ["energy", "free_energy", "forces", "stress"]  # noqa: RUF012

    def __init__(self, model: Potential, dtype: np.dtype = DOUBLE) -> None:
        super().__init__()
        self.model, self.dtype = model, np.dtype(dtype)
        # One for all energies: programs start from the last electrons they found.
        self._program = (
            model.make_calculator() if isinstance(model, FiniteDifferencePotential) else None
        )

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = all_changes,
    ) -> None:
        """ASE's interface: put what the model says of the atoms into ``results``."""
        super().calculate(atoms, properties, system_changes)
        assert self.atoms is not None  # ASE has put a copy of the atoms there
        asked = self.atoms
        if isinstance(self.model, FiniteDifferencePotential):
            assert self._program is not None
            state = result_of_calculator(asked, self.model, self._program)
            stress = state.stress_eV_A3
            if stress is None and asked.pbc.any() and "stress" in self._program.results:
                stress = self._program.get_stress(asked)
        elif asked.pbc.any() and not asked.pbc.all():
            # Nothing reaches across the gap, so that the energy is that of the slab alone, but
            # strain and stress are defined.
            filled = with_vacuum(asked, 2 * self.model.cutoff_A + 1)
            filled.pbc = True
            state = energy_forces_stress(filled, self.model, self.dtype)
            stress = None
            if state.stress_eV_A3 is not None and asked.cell.rank == 3:
                stress = state.stress_eV_A3 * (filled.get_volume() / asked.get_volume())
        else:
            state = energy_forces_stress(asked, self.model, self.dtype)
            stress = state.stress_eV_A3
        self.results = {
            "energy": state.energy_eV,
            "free_energy": state.energy_eV,
            "forces": np.asarray(state.forces_eV_A, float),
        }
        if stress is not None:
            stress = np.asarray(stress, float)
            self.results["stress"] = (
                stress if stress.shape == (6,) else full_3x3_to_voigt_6_stress(stress)
            )


def with_vacuum(atoms: Atoms, gap_A: float) -> Atoms:
    """A slab or chain in a cell with empty space perpendicular to it, whatever its cell was.

    Parameters
    ----------
    gap_A : width in angstrom of the space between images in every direction without periodicity.

    Returns
    -------
    A copy whose periodic cell vectors, positions and ``pbc`` are unchanged.
    """
    filled = bare(atoms)
    periodic = atoms.cell.array[atoms.pbc]
    across = np.linalg.svd(periodic)[2][len(periodic) :]
    cell = atoms.cell.array.copy()
    cell[~atoms.pbc] = across * (np.ptp(atoms.positions @ across.T, axis=0) + gap_A)[:, None]
    if np.linalg.det(cell) < 0:
        cell[np.flatnonzero(~atoms.pbc)[-1]] *= -1
    filled.set_cell(cell)
    return filled
