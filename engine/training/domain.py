"""The record of what a model was trained on, and the calibration of distances from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import numpy as np
from jaxtyping import Float
from scipy.optimize import isotonic_regression

from engine.domain import last_features
from engine.errors import PhonoscopeError
from engine.graph import DOUBLE
from engine.potentials import Potential
from engine.potentials.domain import Domain, nearest
from engine.training.evaluation.answers import answers
from engine.training.samples import Sample
from engine.training.shapes import connected, few_shapes, padded_system, stacked

CENTRES = 48
"""Most surroundings that are kept of an element."""

SHAPES = 4
TOGETHER = 16
POINTS = 24
"""Of the calibration."""

TOO_MUCH = 2.0
"""Times the error within the data: from here on a model extrapolates."""


def fit_domain(model: Potential, training: Sequence[Sample], unseen: Sequence[Sample]) -> Domain:
    """What a model was trained on, and what its errors are away from that.

    Parameters
    ----------
    unseen : structures it was not trained on, some of them strange to it.

    Raises
    ------
    PhonoscopeError
        for a model that is no network, or without structures of both kinds.
    """
    if not hasattr(model.atomic_energies, "features"):
        raise PhonoscopeError(
            f"{model.name} has no surroundings to compare", "it is no network", "Give a network."
        )
    if not training or not unseen:
        raise PhonoscopeError(
            "The domain cannot be calibrated",
            f"there are {len(training)} structures trained on and {len(unseen)} others",
            "Give both.",
        )
    known = features_of(model, training)
    numbers = np.concatenate([s.atoms.numbers for s in training])
    joined = np.concatenate(known)
    scale = np.maximum(joined.std(0), 1e-3 * joined.std())
    centres = {int(z): _spread(joined[numbers == z], scale) for z in np.unique(numbers)}
    uncalibrated = Domain(centres, scale, np.zeros(1), np.zeros(1), 1.0)

    distances = np.concatenate(
        [
            uncalibrated.distance(s.atoms.numbers, f)
            for s, f in zip(unseen, features_of(model, unseen), strict=True)
        ]
    )
    told = answers(model, [(s.atoms, None) for s in unseen])
    errors = np.concatenate(
        [
            np.linalg.norm(answer.forces_eV_A - s.forces_eV_A, axis=1)
            for s, answer in zip(unseen, told, strict=True)
        ]
    )
    points, expected, limit = calibrated(distances, errors)
    return Domain(centres, scale, points, expected, limit)


def calibrated(
    distances: Float[np.ndarray, " atoms"], errors: Float[np.ndarray, " atoms"]
) -> tuple[Float[np.ndarray, " points"], Float[np.ndarray, " points"], float]:
    """Points of the error as a function of distance, never falling, and the limit.

    The error is the isotonic regression: of all functions that never fall the one that is nearest
    to the data.
    """
    order = np.argsort(distances, kind="stable")
    distances, errors = distances[order], errors[order]
    expected = isotonic_regression(errors).x
    at = np.unique(np.linspace(0, len(order) - 1, POINTS).astype(int))
    usual = errors[: max(1, len(errors) // 2)].mean()
    within = np.flatnonzero(expected <= TOO_MUCH * usual)
    limit = float(distances[within[-1]]) if len(within) else float(distances[0])
    return distances[at], expected[at], max(limit, 1e-6)


def features_of(
    model: Potential, samples: Sequence[Sample]
) -> list[Float[np.ndarray, "atoms features"]]:
    """The scalars of the last layer for many structures, a few compiled programs serving all."""
    parameters = model.astype(DOUBLE).parameters
    structures = [connected(s.atoms, model.cutoff_A) for s in samples]
    shapes = few_shapes([s.shape for s in structures], SHAPES)
    found: dict[int, np.ndarray] = {}
    for shape in sorted(set(shapes)):
        places = [i for i, other in enumerate(shapes) if other == shape]
        for start in range(0, len(places), TOGETHER):
            chunk = places[start : start + TOGETHER]
            filled = [*chunk, *[chunk[-1]] * (TOGETHER - len(chunk))]
            species = int(samples[chunk[0]].atoms.numbers[0])
            rooms = [padded_system(structures[i], shape, species, DOUBLE)[0] for i in filled]
            rows = np.asarray(_features(model.atomic_energies, parameters, stacked(rooms)))
            found |= {i: row[: len(samples[i].atoms)] for i, row in zip(chunk, rows, strict=False)}
    return [found[i] for i in range(len(samples))]


@partial(jax.jit, static_argnums=0)
def _features(energies: Any, parameters: Any, systems: Any) -> Any:
    return jax.vmap(partial(last_features, energies, parameters))(systems)


def _spread(
    points: Float[np.ndarray, "points features"], scale: Float[np.ndarray, " features"]
) -> Float[np.ndarray, "centres features"]:
    """Points chosen one after the other, each the farthest from those chosen before."""
    scaled = points / scale
    chosen = [int(np.square(scaled - scaled.mean(0)).sum(1).argmin())]
    away = nearest(scaled, scaled[chosen])
    while len(chosen) < min(CENTRES, len(points)) and away.max() > 0:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, nearest(scaled, scaled[chosen[-1:]]))
    return points[chosen]
