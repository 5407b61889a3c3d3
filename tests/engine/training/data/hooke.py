"""A labeller without chemistry: springs between all atoms, at rest where labelled first."""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import dataclass, field

import numpy as np
from ase import Atoms

from engine.errors import PhonoscopeError
from engine.training.data.labelled import LabelledStructure


@dataclass
class Springs:
    """Counts what it is asked; misbehaves where it is told to, by chemical formula."""

    stiffness: float = 30.0
    refuses: str = ""
    dies: str = ""
    hangs: str = ""
    relaxed: list[str] = field(default_factory=list)
    labelled: list[str] = field(default_factory=list)
    rest: dict[str, np.ndarray] = field(default_factory=dict)

    def relax(self, atoms: Atoms) -> Atoms:
        formula = atoms.get_chemical_formula()
        self.relaxed.append(formula)
        if formula == self.refuses:
            raise PhonoscopeError("no relaxed geometry", "told so", "Nothing.")
        if formula == self.dies:
            os._exit(7)
        if formula == self.hangs:
            time.sleep(600)
        return atoms.copy()

    def label(self, atoms: Atoms, name: str, kind: str, hessian: bool) -> LabelledStructure:
        self.labelled.append(f"{name} {kind}")
        rest = self.rest.setdefault(name, atoms.get_all_distances())
        n = len(atoms)
        energy, forces, second = 0.0, np.zeros((n, 3)), np.zeros((n, 3, n, 3))
        for i, j in itertools.combinations(range(n), 2):
            arrow = atoms.positions[j] - atoms.positions[i]
            length = np.linalg.norm(arrow)
            along, pull = arrow / length, self.stiffness * (length - rest[i, j])
            energy += pull**2 / (2 * self.stiffness)
            forces[i] += pull * along
            forces[j] -= pull * along
            block = self.stiffness * np.outer(along, along)
            block += pull / length * (np.eye(3) - np.outer(along, along))
            for a, b, sign in ((i, i, 1), (j, j, 1), (i, j, -1), (j, i, -1)):
                second[a, :, b] += sign * block
        matrix = second.reshape(3 * n, 3 * n)
        dipole = np.array(atoms.positions[0])
        charges = np.zeros((3, n, 3))
        charges[:, 0] = np.eye(3)
        if not hessian:
            return LabelledStructure(name, kind, atoms, energy, forces, dipole)
        return LabelledStructure(name, kind, atoms, energy, forces, dipole, matrix, charges)

    def polarizability_derivative(self, atoms: Atoms) -> np.ndarray:
        return np.random.default_rng(0).normal(size=(3, 3, len(atoms), 3))

    def free_atom(self, element: str) -> LabelledStructure:
        nothing = np.zeros((1, 3))
        return LabelledStructure(element, "atom", Atoms(element), -1.0, nothing, nothing[0])

    def provenance(self) -> dict[str, str]:
        return {"theory": "springs"}
