"""Whether a structure is of the kind that a model was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from ase import Atoms
from jaxtyping import Array, Float

from engine.derivatives.energy import traceable
from engine.graph import DOUBLE, System
from engine.potentials import Potential


@dataclass(frozen=True)
class Surroundings:
    """How far the surroundings of a structure's atoms are from those a model was trained on.

    Attributes
    ----------
    distance : shape (atoms,), in units of the distance up to which the model's errors were found
        to be as within its data: above 1 it extrapolates.
    force_error_eV_A : error of forces that belongs to the farthest atom's distance, as measured on
        structures the model had not seen.
    """

    distance: Float[np.ndarray, " atoms"]
    force_error_eV_A: float

    @property
    def farthest(self) -> int:
        """The atom whose surroundings are strangest, counted from 0."""
        return int(self.distance.argmax())

    @property
    def familiar(self) -> bool:
        """Whether all atoms are within the domain."""
        return bool(self.distance.max() <= 1)

    def document(self) -> dict[str, Any]:
        """The same in types of JSON, for :meth:`of_document`."""
        return {
            "distance": [float(x) for x in self.distance],
            "force_error_eV_A": float(self.force_error_eV_A),
        }

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> Surroundings:
        """What :meth:`document` gave."""
        return cls(np.asarray(document["distance"], float), float(document["force_error_eV_A"]))


def surroundings(atoms: Atoms, model: Potential) -> Surroundings | None:
    """Compare a structure with the training data of a model; None for a model that has no record.

    Raises
    ------
    PhonoscopeError
        for elements the model does not cover.
    """
    domain = model.domain
    if domain is None:
        return None
    distance = domain.distance(atoms.numbers, features(atoms, model))
    return Surroundings(
        distance / domain.limit, domain.expected_force_error_eV_A(float(distance.max()))
    )


def features(atoms: Atoms, model: Potential) -> Float[np.ndarray, "atoms features"]:
    """The scalars of a network's last layer.

    Raises
    ------
    PhonoscopeError
        for elements the model does not cover.
    """
    parameters, system = traceable(atoms, model, DOUBLE)
    return np.asarray(_compiled(model.atomic_energies, parameters, system))


def last_features(energies: Any, parameters: Any, system: System) -> Float[Array, "atoms features"]:
    """The same for a system, traceable."""
    graph, x = system.graph, system.positions
    vectors = graph.gather(x) - x[graph.receivers] + system.lattice_vectors
    found: Array = energies.features(parameters, vectors, system.species, graph)
    return found


_compiled = jax.jit(last_features, static_argnums=0)
