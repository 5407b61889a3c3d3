"""What a model says of labelled structures, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.finite_differences import energy_forces_stress, hessian
from engine.graph import DOUBLE
from engine.potentials import Potential
from engine.potentials.finite_difference import FiniteDifferencePotential
from engine.training.predictions import force_constants, predicted
from engine.training.shapes import connected, few_shapes, padded_system, stacked

SHAPES = 3
EDGES_AT_ONCE = 4_000
"""Edges times atoms of the structures that are asked about together, at most."""


@dataclass(frozen=True)
class Answer:
    """Of one structure.

    Attributes
    ----------
    energy_eV : scalar.
    forces_eV_A : shape (atoms, 3).
    stress_eV_A3 : shape (3, 3), of crystals.
    force_constants_eV_A2 : shape (3 atoms, 3 atoms), if they were asked for.
    """

    energy_eV: float
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    stress_eV_A3: Float[np.ndarray, "3 3"] | None
    force_constants_eV_A2: Complex[np.ndarray, "3*atoms 3*atoms"] | None


Asked = tuple[Atoms, Float[np.ndarray, "3"] | None]
"""A structure, and the wave vector at which force constants are wanted, if they are."""


class Kind(NamedTuple):
    """What can be asked together.

    Attributes
    ----------
    plain : no force constants are wanted.
    stress : but the stress of a crystal is.
    waves : it has wave vectors.
    paired : at which force constants are real.
    """

    plain: bool
    stress: bool
    waves: bool
    paired: bool


def answers(model: Potential, asked: Sequence[Asked]) -> list[Answer]:
    """What the model says, in double precision.

    Raises
    ------
    PhonoscopeError
        for elements the model does not cover, or a structure without sense.
    """
    for atoms, _ in asked:
        model.require_elements(atoms)
    if isinstance(model, FiniteDifferencePotential):
        return [_by_finite_differences(model, *one) for one in asked]
    found: dict[int, Answer] = {}
    kinds = [_kind(*one) for one in asked]
    for kind in sorted(set(kinds)):
        places = [i for i, other in enumerate(kinds) if other == kind]
        found |= dict(zip(places, _padded(model, [asked[i] for i in places], kind), strict=True))
    return [found[i] for i in range(len(asked))]


def _kind(atoms: Atoms, q: Float[np.ndarray, "3"] | None) -> Kind:
    periodic = atoms.pbc
    return Kind(q is None, bool(periodic.all()), bool(periodic.any()), q is not None and _real(q))


def _wave_vector(asked: Asked) -> Float[np.ndarray, "3"]:
    return np.zeros(3) if asked[1] is None else asked[1]


def _real(q: Float[np.ndarray, "3"]) -> bool:
    return bool((np.abs(2 * q - np.rint(2 * q)) < 1e-12).all())


def _by_finite_differences(
    model: Potential, atoms: Atoms, q: Float[np.ndarray, "3"] | None
) -> Answer:
    state = energy_forces_stress(atoms, model)
    matrix = None
    if q is not None and not q.any():
        matrix = hessian(atoms, model) + 0j
    return Answer(state.energy_eV, state.forces_eV_A, state.stress_eV_A3, matrix)


def _padded(model: Potential, asked: Sequence[Asked], kind: Kind) -> list[Answer]:
    structures = [connected(atoms, model.cutoff_A) for atoms, _ in asked]
    shapes = few_shapes([s.shape for s in structures], SHAPES)
    parameters = model.astype(DOUBLE).parameters
    found: dict[int, Answer] = {}
    for shape in sorted(set(shapes)):
        places = [i for i, other in enumerate(shapes) if other == shape]
        size = max(1, min(8, len(places), EDGES_AT_ONCE // shape.cost))
        for start in range(0, len(places), size):
            chunk = places[start : start + size]
            filled = [*chunk, *[chunk[-1]] * (size - len(chunk))]
            rooms = [
                padded_system(structures[i], shape, int(asked[i][0].numbers[0]), DOUBLE)
                for i in filled
            ]
            system, real = stacked([s for s, _ in rooms]), np.stack([r for _, r in rooms])
            if kind.plain:
                out = _ask_plain(model.atomic_energies, kind.stress, parameters, system, real)
            else:
                q = np.stack([_wave_vector(asked[i]) for i in filled]) if kind.waves else None
                ask = _ask_force_constants
                out = ask(model.atomic_energies, kind.paired, parameters, system, real, q)
            out = jax.tree.map(np.asarray, out)
            for row, i in enumerate(chunk):
                found[i] = _answer([x if x is None else x[row] for x in out], asked[i][0])
    return [found[i] for i in range(len(asked))]


def _answer(row: list[Any], atoms: Atoms) -> Answer:
    energy, forces, virial, matrix = row
    n = len(atoms)
    return Answer(
        float(energy),
        forces[:n],
        None if virial is None else virial / atoms.get_volume(),
        None if matrix is None else matrix[: 3 * n, : 3 * n],
    )


@partial(jax.jit, static_argnums=(0, 1))
def _ask_plain(
    energies: Any, stress: bool, parameters: Any, system: Any, real: Any
) -> tuple[Any, ...]:
    def one(system: Any, real: Any) -> Any:
        return predicted(energies, parameters, system, real, stress)

    out = jax.vmap(one)(system, real)
    return out.energy_eV, out.forces_eV_A, out.virial_eV, None


@partial(jax.jit, static_argnums=(0, 1))
def _ask_force_constants(
    energies: Any, paired: bool, parameters: Any, system: Any, real: Any, q: Any
) -> tuple[Any, ...]:
    def one(system: Any, real: Any, q: Any) -> Any:
        return force_constants(energies, parameters, system, real, q, paired)

    out, matrix = jax.vmap(one)(system, real, q)
    return out.energy_eV, out.forces_eV_A, None, matrix
