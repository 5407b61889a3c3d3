"""One structure of the library, and what is stored of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.experiment import Measured
from engine.formats.stored import load_result
from engine.isotopologues import isotopologue
from engine.phonons import Phonons, phonons_from_force_constants
from engine.potentials import Potential, load_model
from engine.potentials.springs import springs
from engine.spectra import Intensities, intensities
from engine.vibrations import Vibrations, vibrations_from_hessian


@dataclass(frozen=True)
class Reference:
    """A molecule's Hessian and derivatives, computed beforehand.

    Attributes
    ----------
    method : how, in a few words, like ``B3LYP/def2-SVP (PySCF 2.14.0)``.
    energy_eV : energy of the molecule.
    hessian_eV_A2 : shape (3N, 3N), in eV/angstrom^2.
    forces_eV_A : shape (N, 3), residual forces.
    dipole_derivative_e : shape (3, N, 3), d mu_c / d x_ia in elementary charges.
    polarizability_derivative_A2 : shape (3, 3, N, 3), d alpha_cd / d x_ia in angstrom^2; None where
        the method gives none.
    """

    method: str
    energy_eV: float
    hessian_eV_A2: Float[np.ndarray, "3*atoms 3*atoms"]
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    dipole_derivative_e: Float[np.ndarray, "3 atoms 3"]
    polarizability_derivative_A2: Float[np.ndarray, "3 3 atoms 3"] | None


@dataclass(frozen=True)
class Entry:
    """One structure of the library. Results are read from its folder when they are asked for.

    Attributes
    ----------
    name : what the command line and links call it.
    title : what people call it.
    formula : as chemists write it, like ``CH₃OH``.
    kind : molecule or crystal.
    teaches : one line on what there is to see.
    tags : words to find it by that stand in none of the others.
    atoms : the structure.
    model : name of the model by which it can be computed again, where there is one.
    springs : the springs that hold a model crystal together; empty for all others.
    measured : frequencies that experiment has found.
    folder : where its files are.
    """

    name: str
    title: str
    formula: str
    kind: Literal["molecule", "crystal"]
    teaches: str
    tags: tuple[str, ...]
    atoms: Atoms
    model: str | None
    springs: tuple[dict[str, Any], ...] = field(repr=False)
    measured: tuple[Measured, ...]
    folder: Path = field(repr=False)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """How the stored result was computed: method, programs, date, command, residuals."""
        record: dict[str, Any] = json.loads((self.folder / "provenance.json").read_text())
        return record

    @property
    def method(self) -> str:
        """What gave the stored result, like ``B3LYP/def2-SVP (PySCF 2.14.0)``."""
        return str(self.provenance["method"])

    @cached_property
    def reference(self) -> Reference | None:
        """What is stored of a molecule; None for a crystal."""
        if self.kind == "crystal":
            return None
        with np.load(self.folder / "reference.npz", allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        return Reference(
            method=self.method,
            energy_eV=self.provenance["energy_eV"],
            hessian_eV_A2=arrays["hessian_eV_A2"],
            forces_eV_A=arrays["forces_eV_A"],
            dipole_derivative_e=arrays["dipole_derivative_e"],
            polarizability_derivative_A2=arrays.get("polarizability_derivative_A2"),
        )

    def potential(self) -> Potential | None:
        """What moves it when it is computed again; None if no model is known for it.

        Raises
        ------
        PhonoscopeError
            if the model is not on this machine, with how to get it.
        """
        if self.springs:
            return springs(list(self.springs))
        return load_model(self.model) if self.model else None

    def intensities(self, result: Vibrations | Phonons) -> Intensities | None:
        """Infrared and Raman intensities of a result; None where no derivatives are known.

        Derivatives know nothing of masses and serve every isotopologue, but only of this geometry
        and for vibrations of the same method.
        """
        known = self.reference
        if known is None or not isinstance(result, Vibrations) or known.method != result.model:
            return None
        here, there = self.atoms.positions, result.atoms.positions
        if here.shape != there.shape or not np.allclose(here, there, atol=1e-6):
            return None
        return intensities(result, known.dipole_derivative_e, known.polarizability_derivative_A2)

    def result(self, tolerance_A: float | None = None) -> Vibrations | Phonons:
        """Its stored vibrations or phonons, with the masses of ``atoms``; no model is asked.

        Parameters
        ----------
        tolerance_A : largest distance in angstrom of an atom from the symmetry of the labels; None
            for the default of molecules or of crystals.
        """
        if self.reference is not None:
            return vibrations_from_hessian(
                self.atoms,
                self.reference.hessian_eV_A2,
                self.reference.method,
                self.reference.energy_eV,
                self.reference.forces_eV_A,
                tolerance_A=tolerance_A,
            )
        stored, _ = load_result(
            self.folder / "result.npz", springs(list(self.springs)) if self.springs else None
        )
        assert isinstance(stored, Phonons)  # a crystal's
        if not np.array_equal(self.atoms.get_masses(), stored.atoms.get_masses()):
            stored = isotopologue(stored, self.atoms)
        if tolerance_A is None:
            return stored
        return phonons_from_force_constants(
            stored.atoms,
            stored.potential,
            stored.state,
            stored.sample,
            stored.born,
            stored.dtype,
            tolerance_A,
            stored.gamma_force_constants,
        )
