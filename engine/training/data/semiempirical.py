"""Labels from GFN2-xTB: rough, but cheap: seconds where density-functional theory takes minutes.

A network that begins with them knows what molecules are, and needs fewer of the costly labels.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculationFailed, Calculator
from ase.optimize import BFGS
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.potentials.xtb import gfn2_xtb
from engine.reference.differences import differences
from engine.training.data.labelled import LabelledStructure

MAX_FORCE_EV_A = 1e-3
MOST_STEPS = 400


@dataclass
class Xtb:
    """Labels by tblite: energies and forces as they are, second derivatives by differences."""

    step_A: float = 0.005

    def _calculator(self) -> Calculator:
        return gfn2_xtb().make_calculator()

    def relax(self, atoms: Atoms) -> Atoms:
        """The stationary point next to a geometry.

        Raises
        ------
        PhonoscopeError
            if it is not reached.
        """
        moving = atoms.copy()
        moving.calc = self._calculator()
        search = BFGS(moving, logfile=None, maxstep=0.1)
        with _told():
            found = search.run(fmax=MAX_FORCE_EV_A, steps=MOST_STEPS)
        if not found:
            raise PhonoscopeError(
                "no stationary point", f"not within {MOST_STEPS} steps", "Leave this molecule out."
            )
        return Atoms(moving.numbers, moving.positions)

    def label(self, atoms: Atoms, name: str, kind: str, hessian: bool) -> LabelledStructure:
        """Energy, forces and dipole; with `hessian`, it and the dipole's derivatives too.

        Raises
        ------
        PhonoscopeError
            if the charges do not become self-consistent.
        """
        at = atoms.copy()
        at.calc = self._calculator()
        with _told():
            energy, forces = at.get_potential_energy(), at.get_forces()
            dipole = at.get_dipole_moment()
            if not hessian:
                return LabelledStructure(name, kind, atoms, energy, forces, dipole)
            n, every = len(atoms), range(len(atoms))
            second, charges = differences(atoms, at.calc, self.step_A, every)
        matrix = second.reshape(3 * n, 3 * n)
        matrix = (matrix + matrix.T) / 2
        return LabelledStructure(name, kind, atoms, energy, forces, dipole, matrix, charges)

    def polarizability_derivative(self, atoms: Atoms) -> Float[np.ndarray, "3 3 atoms 3"]:
        """tblite gives no polarizability.

        Raises
        ------
        PhonoscopeError
            always.
        """
        raise PhonoscopeError("no polarizability", "GFN2-xTB here has none", "Use B3LYP.")

    def free_atom(self, element: str) -> LabelledStructure:
        """The free atom as tblite has it, without spin polarisation."""
        atom = Atoms(element)
        atom.calc = self._calculator()
        nothing = np.zeros((1, 3))
        energy = atom.get_potential_energy()
        return LabelledStructure(element, "atom", Atoms(element), energy, nothing, nothing[0])

    def provenance(self) -> dict[str, Any]:
        """Program, method and step of the differences."""
        return {
            "theory": "GFN2-xTB",
            "step_A": self.step_A,
            "programs": {p: importlib.metadata.version(p) for p in ("tblite", "ase")},
        }


@contextmanager
def _told() -> Iterator[None]:
    """What tblite cannot compute, as a mistake with its reason."""
    try:
        yield
    except CalculationFailed as error:
        fix = "Leave this geometry out."
        raise PhonoscopeError("GFN2-xTB gives no energy", str(error), fix) from error
