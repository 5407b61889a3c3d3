"""Labels from quantum chemistry: B3LYP/def2-SVP by PySCF."""

from __future__ import annotations

import dataclasses
import importlib.metadata
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from ase import Atoms
from ase.units import Bohr, Hartree
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.reference.kohn_sham import (
    Method,
    field_derivatives,
    gradients,
    import_pyscf,
    kohn_sham,
    pyscf_molecule,
    relaxed,
    solve,
)
from engine.reference.response import RESPONSE_GRID_LEVEL, hessian_and_dipole_derivative
from engine.training.data.labelled import LabelledStructure
from engine.training.data.molecule_list import ISOLATED_ATOMS

METHOD = Method(
    grid_level=3, energy_tolerance=1e-10, gradient_tolerance=1e-6, convergence_set="GAU_TIGHT"
)
"""Against grid level 5: frequencies of methanol within 0.1 cm^-1 and forces of acetaldehyde within
1 meV/angstrom, in less than half the time."""
FIELD_METHOD = Method(grid_level=3)  # second differences of gradients want them tight


class Labeller(Protocol):
    """What the data set needs to know of a molecule."""

    def relax(self, atoms: Atoms) -> Atoms:
        """The stationary point next to a geometry."""

    def label(self, atoms: Atoms, name: str, kind: str, hessian: bool) -> LabelledStructure:
        """Energy, forces and dipole; with `hessian`, it and the dipole's derivatives too."""

    def polarizability_derivative(self, atoms: Atoms) -> Float[np.ndarray, "3 3 atoms 3"]:
        """dalpha_cd/dr as [c, d, atom, xyz], in angstrom^2."""

    def free_atom(self, element: str) -> LabelledStructure:
        """A free atom in its ground state."""

    def provenance(self) -> dict[str, Any]:
        """What the numbers come from."""


@dataclass
class Pyscf:
    """Labels by PySCF. The density of the last geometry is the guess for the next like it."""

    method: Method = METHOD
    _guess: tuple[bytes, Any] | None = field(default=None, repr=False)

    def relax(self, atoms: Atoms) -> Atoms:
        """The stationary point next to a geometry; raises PhonoscopeError if there is none."""
        return relaxed(atoms, self.method)

    def label(self, atoms: Atoms, name: str, kind: str, hessian: bool) -> LabelledStructure:
        """Energy, forces and dipole; with `hessian`, it and the dipole's derivatives too."""
        solver = self._solved(atoms)
        second = hessian_and_dipole_derivative(solver) if hessian else None
        return LabelledStructure(
            name=name,
            kind=kind,
            atoms=atoms,
            energy_eV=float(solver.e_tot) * Hartree,
            forces_eV_A=-np.asarray(gradients(solver).kernel()) * Hartree / Bohr,
            dipole_eA=np.asarray(solver.dip_moment(unit="AU", verbose=0)) * Bohr,
            hessian_eV_A2=None if second is None else second[0] * Hartree / Bohr**2,
            dipole_derivative_e=None if second is None else second[1],
        )

    def _solved(self, atoms: Atoms) -> Any:
        solver = kohn_sham(pyscf_molecule(atoms, self.method), self.method)
        like = atoms.numbers.tobytes()
        guess = self._guess[1] if self._guess and self._guess[0] == like else None
        try:
            solve(solver, guess)
        except PhonoscopeError:  # from another guess, with damped steps
            solver = kohn_sham(solver.mol, self.method)
            solver.set(level_shift=0.3, max_cycle=200)
            solve(solver)
        self._guess = like, solver.make_rdm1()
        return solver

    def polarizability_derivative(self, atoms: Atoms) -> Float[np.ndarray, "3 3 atoms 3"]:
        """dalpha_cd/dr as [c, d, atom, xyz], in angstrom^2, from gradients in electric fields."""
        guess = self._solved(atoms).make_rdm1()
        molecule = pyscf_molecule(atoms, FIELD_METHOD)
        return field_derivatives(molecule, FIELD_METHOD, guess)["polarizability_derivative_A2"]

    def free_atom(self, element: str) -> LabelledStructure:
        """The free atom, unrestricted, with the unpaired electrons of its ground state."""
        pyscf = import_pyscf()
        unpaired = ISOLATED_ATOMS[element]
        place = [(element, (0, 0, 0))]
        atom = pyscf.gto.M(atom=place, basis=self.method.basis, spin=unpaired, verbose=0)
        solver = pyscf.dft.UKS(atom, xc=self.method.xc).density_fit().newton()
        solver.grids.level = self.method.grid_level
        solver.conv_tol = self.method.energy_tolerance
        solver.kernel()
        if not solver.converged:
            raise PhonoscopeError(f"no free {element}", "no convergence", "Loosen the tolerance.")
        nothing = np.zeros((1, 3))
        energy = float(solver.e_tot) * Hartree
        return LabelledStructure(element, "atom", Atoms(element), energy, nothing, nothing[0])

    def provenance(self) -> dict[str, Any]:
        """Programs, functional, basis and tolerances."""
        return {
            "theory": "restricted Kohn-Sham, neutral singlets; free atoms unrestricted",
            "density_fitting": "PySCF's auxiliary basis for this basis, its response included",
            "method": dataclasses.asdict(self.method),
            "method_in_fields": dataclasses.asdict(FIELD_METHOD),
            "response_grid_level": RESPONSE_GRID_LEVEL,
            "programs": {p: importlib.metadata.version(p) for p in ("pyscf", "geometric", "ase")},
        }
