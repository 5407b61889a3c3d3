"""The library of structures that ship with the product, each with what is known of it.

An entry is a folder of ``assets/structures/``: ``entry.toml`` says what it is and teaches,
``structure.xyz`` holds the atoms, and either ``reference.npz`` a stored Hessian with
``provenance.json`` telling how it was computed, or ``entry.toml`` names the potential.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from ase import Atoms
from ase.io import read as ase_read
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.phonons import Phonons, phonons
from engine.potentials import Potential, load_model
from engine.potentials.springs import springs
from engine.vibrations import Vibrations, vibrations_from_hessian


@dataclass(frozen=True)
class Reference:
    """A Hessian computed beforehand.

    Attributes
    ----------
    method : how, in a few words, like ``B3LYP/def2-SVP (PySCF 2.14)``.
    energy_eV : energy of the molecule.
    hessian_eV_A2 : shape (3N, 3N), in eV/angstrom^2.
    forces_eV_A : shape (N, 3), residual forces.
    dipole_derivative_e : shape (3, N, 3), d mu_c / d x_ia in elementary charges.
    polarizability_derivative_A2 : shape (3, 3, N, 3), d alpha_cd / d x_ia in angstrom^2.
    provenance : program, versions, date, command.
    """

    method: str
    energy_eV: float
    hessian_eV_A2: Float[np.ndarray, "3*atoms 3*atoms"]
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    dipole_derivative_e: Float[np.ndarray, "3 atoms 3"]
    polarizability_derivative_A2: Float[np.ndarray, "3 3 atoms 3"]
    provenance: dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One structure of the library.

    Attributes
    ----------
    name : what the command line and links call it.
    title : what people call it.
    teaches : one line on what there is to see.
    kind : molecule or crystal.
    atoms : the structure.
    source : the potential that moves it, or a Hessian computed beforehand.
    """

    name: str
    title: str
    teaches: str
    kind: Literal["molecule", "crystal"]
    atoms: Atoms
    source: Potential | Reference

    def result(self, tolerance_A: float | None = None) -> Vibrations | Phonons:
        """Its vibrations or phonons.

        Parameters
        ----------
        tolerance_A : largest distance in angstrom of an atom from the symmetry of the labels; None
            for the default of molecules or of crystals.
        """
        if isinstance(self.source, Reference):
            return vibrations_from_hessian(
                self.atoms,
                self.source.hessian_eV_A2,
                self.source.method,
                self.source.energy_eV,
                self.source.forces_eV_A,
                tolerance_A=tolerance_A,
            )
        return phonons(self.atoms, self.source, tolerance_A=tolerance_A)


def assets() -> Path:
    """Where the assets are: inside the installed package, or beside it in a checkout."""
    installed = Path(__file__).parent / "assets"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "assets"


@lru_cache
def names() -> tuple[str, ...]:
    """Names of all entries, molecules first, in the order in which they are taught."""
    described = {p.parent.name: tomllib.loads(p.read_text()) for p in _descriptions()}
    return tuple(sorted(described, key=lambda name: (described[name]["order"], name)))


def entries() -> tuple[Entry, ...]:
    """All entries of the library."""
    return tuple(entry(name) for name in names())


@lru_cache
def entry(name: str) -> Entry:
    """An entry by name.

    Raises
    ------
    PhonoscopeError
        if there is none of that name.
    """
    if name not in names():
        raise PhonoscopeError(
            f"The library has no '{name}'", f"it holds {', '.join(names())}", "Choose one of these."
        )
    folder = assets() / "structures" / name
    description = tomllib.loads((folder / "entry.toml").read_text())
    structure = ase_read(folder / "structure.xyz")
    assert isinstance(structure, Atoms)  # one frame a file
    return Entry(
        name=name,
        title=description["title"],
        teaches=description["teaches"],
        kind=description["kind"],
        atoms=structure,
        source=_source(folder, description),
    )


def _descriptions() -> list[Path]:
    return sorted((assets() / "structures").glob("*/entry.toml"))


def _source(folder: Path, description: dict[str, Any]) -> Potential | Reference:
    if "springs" in description:
        return springs(description["springs"])
    if "model" in description:
        return load_model(description["model"])
    return _reference(folder)


def _reference(folder: Path) -> Reference:
    provenance = json.loads((folder / "provenance.json").read_text())
    with np.load(folder / "reference.npz", allow_pickle=False) as arrays:
        return Reference(
            method=_method(provenance),
            energy_eV=provenance["energy_eV"],
            hessian_eV_A2=arrays["hessian_eV_A2"],
            forces_eV_A=arrays["forces_eV_A"],
            dipole_derivative_e=arrays["dipole_derivative_e"],
            polarizability_derivative_A2=arrays["polarizability_derivative_A2"],
            provenance=provenance,
        )


def _method(provenance: dict[str, Any]) -> str:
    functional = provenance["functional"].upper()
    return f"{functional}/{provenance['basis']} (PySCF {provenance['programs']['pyscf']})"
