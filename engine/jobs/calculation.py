"""What can be asked: the vibrations of a structure under a model, or its matrix at one wave vector.

A question is a frozen value that travels to another process. Its key names it: the same question
has the same key in another process, on another day, and its answer is kept under that key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.derivatives import dynamical_matrices
from engine.domain import Surroundings, surroundings
from engine.errors import PhonoscopeError
from engine.formats.stored import (
    pack,
    refuse,
    result_from_bytes,
    result_to_bytes,
    unpack,
)
from engine.jobs.identity import model_identity
from engine.phonons import Phonons, born_charges, phonons
from engine.phonons.mesh import checked_mesh, default_mesh
from engine.phonons.polar import Born
from engine.phonons.stars import Mesh
from engine.potentials import Potential, load_model
from engine.potentials.finite_difference import FiniteDifferencePotential
from engine.progress import LOADING, Report, tell
from engine.relaxation import relax
from engine.vibrations import Vibrations, vibrations

VERSION = 2
"""Part of every key: to be raised when the same question gets another answer than before."""

SURROUNDINGS = "surroundings"
"""Name of the note that says how near a structure is to what the model was trained on."""

Load = Callable[[str], Potential]


@dataclass(frozen=True, eq=False)
class Calculation:
    """Vibrations of a molecule or phonons of a crystal, after relaxing it if asked.

    Attributes
    ----------
    atoms : the structure; of what it carries only elements, positions, masses and cell matter.
    model : name or path of the model, as for :func:`engine.load_model`.
    relax : what moves before derivatives are taken.
    mesh : as for :func:`engine.phonons`; a molecule has none.
    born : Born charges, as for :func:`engine.phonons`.
    tolerance_A : as for :func:`engine.vibrations` and :func:`engine.phonons`.

    Raises
    ------
    PhonoscopeError
        for a mesh or Born charges that do not fit the structure.
    """

    atoms: Atoms
    model: str
    relax: Literal["none", "atoms", "cell"] = "none"
    mesh: Mesh | Literal["auto"] | None = "auto"
    born: Born | None = None
    tolerance_A: float | None = None

    def __post_init__(self) -> None:
        given, mesh, born = _bare(self.atoms), self.mesh, self.born
        if not given.pbc.any():
            mesh, born = None, None
        if mesh is not None and mesh != "auto":
            mesh = checked_mesh(given, mesh)
        if born is not None:
            born = born_charges(born, given)
        vars(self).update(atoms=given, mesh=mesh, born=born)

    @property
    def kind(self) -> str:
        """``phonons`` or ``vibrations``."""
        return "phonons" if self.atoms.pbc.any() else "vibrations"

    @property
    def points(self) -> Mesh | None:
        """The mesh with ``auto`` resolved, as far as it is known before a cell is relaxed."""
        return default_mesh(self.atoms) if self.mesh == "auto" else self.mesh

    @cached_property
    def key(self) -> str:
        """SHA-256 of the question.

        Raises
        ------
        PhonoscopeError
            if there is no such model.
        """
        options: dict[str, Any] = {"relax": self.relax, "tolerance_A": self.tolerance_A}
        options["mesh"] = self.mesh if self.relax == "cell" else self.points
        born = born_charges(self.born, self.atoms) if self.born is not None else None
        more = () if born is None else (born.charges_e, born.dielectric)
        return _key(self.kind, self.model, self.atoms, options, *more)

    def run(self, progress: Report | None = None, load: Load = load_model) -> Vibrations | Phonons:
        """Compute it, here and now.

        Parameters
        ----------
        load : what gives the model of that name.

        Raises
        ------
        PhonoscopeError
            as :func:`engine.relax`, :func:`engine.vibrations` and :func:`engine.phonons` do.
        """
        tell(progress, LOADING)
        model, atoms = load(self.model), self.atoms
        model.require_elements(atoms)
        if self.relax != "none":
            atoms = relax(atoms, model, cell=self.relax == "cell", progress=progress)
        if self.kind == "vibrations":
            return vibrations(atoms, model, self.tolerance_A, progress)
        return phonons(
            atoms,
            model,
            self.mesh,
            self.born,
            tolerance_A=self.tolerance_A,
            progress=progress,
        )

    def answer(self, progress: Report | None = None, load: Load = load_model) -> bytes:
        """The result as it is kept; its notes say how strange the structure is to the model."""
        result = self.run(progress, load)
        found = surroundings(result.atoms, load(self.model))
        notes = {} if found is None else {SURROUNDINGS: found.document()}
        return result_to_bytes(result, notes)

    def read(self, content: bytes) -> Vibrations | Phonons:
        """The result from what is kept.

        Raises
        ------
        PhonoscopeError
            if it is damaged.
        """
        return result_from_bytes(content, self.model)[0]


@dataclass(frozen=True, eq=False)
class WaveCalculation:
    """The exact D(q) of a crystal at one wave vector, see :meth:`engine.Phonons.dynamical_matrix`.

    ``phonons.modes(q, matrix=...)`` makes modes of it.

    Attributes
    ----------
    atoms, model : as for :class:`Calculation`.
    q : in units of the reciprocal vectors of the cell.
    """

    atoms: Atoms
    model: str
    q: tuple[float, float, float]

    kind = "wave"

    def __post_init__(self) -> None:
        q1, q2, q3 = (float(x) for x in self.q)
        vars(self).update(atoms=_bare(self.atoms), q=(q1, q2, q3))

    @cached_property
    def key(self) -> str:
        """SHA-256 of the question; raises as :attr:`Calculation.key`."""
        return _key(self.kind, self.model, self.atoms, {}, np.array(self.q))

    def run(
        self, progress: Report | None = None, load: Load = load_model
    ) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
        """D(q) in eV/(angstrom^2 amu), in the cell gauge.

        Raises
        ------
        PhonoscopeError
            for a model that cannot be differentiated, or does not cover the elements.
        """
        tell(progress, LOADING)
        model = load(self.model)
        if isinstance(model, FiniteDifferencePotential):
            raise PhonoscopeError(
                f"The model {model.name} has no exact matrices",
                "its derivatives are finite differences, in a supercell",
                "Choose a mesh that contains the wave vector, or another model.",
            )
        return dynamical_matrices(self.atoms, model, np.array([self.q]), progress=progress)[0]

    def answer(self, progress: Report | None = None, load: Load = load_model) -> bytes:
        """The matrix as it is kept."""
        return pack({"kind": self.kind}, {"matrix": self.run(progress, load)})

    def read(self, content: bytes) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
        """The matrix from what is kept; raises as :meth:`Calculation.read`."""
        _, arrays = unpack(content, "stored matrix")
        size = 3 * len(self.atoms)
        matrix = arrays.get("matrix", np.empty(0))
        if matrix.shape != (size, size):
            refuse("stored matrix", f"its shape is {matrix.shape}, not {(size, size)}")
        return matrix


Question = Calculation | WaveCalculation


def surroundings_of(notes: Mapping[str, Any]) -> Surroundings | None:
    """How near a structure is to what its model was trained on; None: not measured.

    Parameters
    ----------
    notes : of the result, see :func:`engine.load_result`.
    """
    found = notes.get(SURROUNDINGS)
    return None if found is None else Surroundings.of_document(found)


def _bare(atoms: Atoms) -> Atoms:
    """What a result depends on, and nothing that could not travel."""
    return Atoms(
        atoms.numbers,
        positions=atoms.positions,
        cell=atoms.cell.array,
        pbc=atoms.pbc,
        masses=atoms.get_masses(),
    )


def _key(
    kind: str,
    model: str,
    atoms: Atoms,
    options: dict[str, Any],
    *more: Float[np.ndarray, "..."],
) -> str:
    words = json.dumps([VERSION, kind, model_identity(model), options], sort_keys=True)
    digest = hashlib.sha256(words.encode())
    numbers = (atoms.numbers, atoms.positions, atoms.get_masses(), atoms.cell.array, atoms.pbc)
    for array in (*numbers, *more):
        values = np.ascontiguousarray(array, "<f8") + 0.0  # -0 is 0
        digest.update(f"{values.shape}".encode() + values.tobytes())
    return digest.hexdigest()
