"""What every model of the energy has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms
from ase.data import chemical_symbols
from jaxtyping import Array, Float, Int

from engine.errors import PhonoscopeError
from engine.graph import Graph
from engine.neighbours import Layout
from engine.potentials.domain import Domain

AtomicEnergies = Callable[
    [Any, Float[Array, "edges 3"], Int[Array, " atoms"], Graph], Float[Array, " atoms"]
]
"""(parameters, edge vectors in angstrom, atomic numbers, graph) -> energy of each atom in eV.

An edge vector points from the receiver to the sender. Must be a module-level function or another
object that compares equal to itself: compiled derivatives are kept by it.
"""


@dataclass(frozen=True)
class Potential:
    """A model of the energy.

    Attributes
    ----------
    name : what results call it.
    atomic_energies : the pure function, see :data:`AtomicEnergies`.
    parameters : its parameters, any pytree of floating-point arrays.
    cutoff_A : distance in angstrom beyond which two atoms do not see each other.
    elements : atomic numbers it covers; None: any.
    reference : where its form and parameters come from.
    domain : what it was trained on, which :func:`engine.domain.surroundings` compares structures
        with; None where nobody kept a record.
    layout : how edges are arranged for it, see :func:`engine.neighbours.neighbour_layout`.
    """

    name: str
    atomic_energies: AtomicEnergies
    parameters: Any
    cutoff_A: float
    elements: frozenset[int] | None
    reference: str
    domain: Domain | None = None
    layout: Layout = "auto"
    _casts: dict[np.dtype, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def astype(self, dtype: np.dtype) -> Potential:
        """The same potential with every floating-point parameter in another precision."""

        def cast(leaf: Any) -> Array:
            array = np.asarray(leaf)  # by NumPy: JAX would compile a cast for every shape
            floating = np.issubdtype(array.dtype, np.floating)
            return jnp.asarray(array.astype(dtype) if floating else array)

        if dtype not in self._casts:
            self._casts[dtype] = jax.tree.map(cast, self.parameters)
        return replace(self, parameters=self._casts[dtype])

    def require_elements(self, atoms: Atoms) -> None:
        """Raise PhonoscopeError if the structure has elements the potential does not know."""
        if self.elements is None:
            return
        unknown = sorted(set(atoms.numbers.tolist()) - self.elements)
        if unknown:
            raise PhonoscopeError(
                f"The model {self.name} does not cover this structure",
                f"it has {_symbols(unknown)}, the model knows {_symbols(sorted(self.elements))}",
                "Choose a model that covers these elements (phonoscope models list).",
            )


def _symbols(numbers: list[int]) -> str:
    return ", ".join(chemical_symbols[number] for number in numbers)
