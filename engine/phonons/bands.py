"""Frequencies along a path through the Brillouin zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.phonons.path import BandPath

UNSTABLE_CM1 = 1.0
"""Imaginary frequencies smaller than this are rounding or tiny residual forces."""


@dataclass(frozen=True)
class Bands:
    """Phonon bands.

    Attributes
    ----------
    q : shape (points, 3), in units of the reciprocal vectors of the cell.
    distance : shape (points,), length along the path in 1/angstrom (2 pi included).
    labels : (name, point number) of the labelled points, see :class:`engine.phonons.BandPath`.
    frequencies_cm1 : shape (points, branches), ascending at every point; imaginary negative.
    exact : whether every point was computed from the model; else interpolated from a mesh.
    """

    q: Float[np.ndarray, "points 3"]
    distance: Float[np.ndarray, " points"]
    labels: tuple[tuple[str, int], ...]
    frequencies_cm1: Float[np.ndarray, "points branches"]
    exact: bool = True

    @property
    def unstable(self) -> bool:
        """Whether a frequency is imaginary, beyond the rounding of the acoustic ones at Γ."""
        return bool(self.frequencies_cm1.min() < -UNSTABLE_CM1)


def split_at_gamma(path: BandPath) -> tuple[BandPath, Float[np.ndarray, "points 3"]]:
    """The path with Γ twice where it passes through it, and from where each Γ is approached.

    In a polar crystal frequencies at Γ depend on the direction. The path gets a point more, at the
    same distance as its neighbour as where it jumps; the label stays with the first.

    Returns
    -------
    The path, and for each point the direction towards its neighbour in reciprocal units; of use
    where q is zero.
    """
    at_gamma = (np.abs(path.q) < 1e-9).all(1)
    repeats = np.where(at_gamma & _inside(path), 2, 1)
    source = np.repeat(np.arange(len(path.q)), repeats)
    first = np.cumsum(repeats) - repeats
    labels = tuple((name, int(first[point])) for name, point in path.labels)
    doubled = BandPath(path.q[source], path.distance[source], labels)
    joined = np.diff(doubled.distance) > 0
    before = np.concatenate([[False], joined])
    neighbour: Int[np.ndarray, " points"] = np.arange(len(source)) + np.where(before, -1, 1)
    neighbour = np.clip(neighbour, 0, len(source) - 1)
    return doubled, doubled.q[neighbour] - doubled.q


def _inside(path: BandPath) -> Bool[np.ndarray, " points"]:
    """Points that the path arrives at and goes on from."""
    joined = np.diff(path.distance) > 0
    return np.concatenate([[False], joined]) & np.concatenate([joined, [False]])
