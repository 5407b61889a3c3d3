"""Frequencies along a path through the Brillouin zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.phonons.branches import Segment, SpecialPoint
from engine.phonons.compatibility import Compatibility
from engine.phonons.path import BandPath, at_gamma

UNSTABLE_CM1 = 1.0
"""Imaginary frequencies smaller than this are rounding or tiny residual forces."""


@dataclass(frozen=True)
class Bands:
    """Phonon bands.

    Points have the names of Y. Hinuma et al., Comput. Mater. Sci. 128, 140 (2017). What the labels
    of irreps mean, and which of them are the project's own, stands in
    :mod:`engine.symmetry.waves.labels`.

    Attributes
    ----------
    q : shape (points, 3), in units of the reciprocal vectors of the cell.
    distance : shape (points,), length along the path in 1/angstrom (2 pi included).
    labels : (name, point number) of the labelled points, see :class:`engine.phonons.BandPath`.
    frequencies_cm1 : shape (points, branches), ascending at every point; imaginary negative.
    exact : whether every point was computed from the model; else interpolated from a mesh.
    irreps : points x branches, the irrep of every frequency in ``frequencies_cm1``, None where it
        has no name; at the ends of segments those of the point. In a polar crystal Γ has those of
        the segment, for the direction of approach lowers its symmetry. None: not determined.
    connection : shape (points, branches): column b is one continuous curve, and at point p its
        frequency is ``frequencies_cm1[p, connection[p, b]]``. None: not determined.
    segments : the straight pieces of the path, with one irrep for each branch.
    points : the ends of segments, with the irreps of their own group.
    compatibility : how irreps of the ends fall into those of the segments.
    """

    q: Float[np.ndarray, "points 3"]
    distance: Float[np.ndarray, " points"]
    labels: tuple[tuple[str, int], ...]
    frequencies_cm1: Float[np.ndarray, "points branches"]
    exact: bool = True
    irreps: tuple[tuple[str | None, ...], ...] | None = None
    connection: Int[np.ndarray, "points branches"] | None = None
    segments: tuple[Segment, ...] = ()
    points: tuple[SpecialPoint, ...] = ()
    compatibility: tuple[Compatibility, ...] = ()

    @property
    def connected_cm1(self) -> Float[np.ndarray, "points branches"]:
        """The frequencies branch by branch: every column is a continuous curve between jumps."""
        if self.connection is None:
            return self.frequencies_cm1
        return np.take_along_axis(self.frequencies_cm1, self.connection, axis=1)

    @property
    def symmetry_error(self) -> float:
        """Largest element of D(q) on the path that symmetry forbids, relative."""
        errors = [part.symmetry_error for part in self.segments]
        return max([*errors, *(point.symmetry_error for point in self.points)], default=0.0)

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
    repeats = np.where(at_gamma(path.q) & _inside(path), 2, 1)
    source = np.repeat(np.arange(len(path.q)), repeats)
    first = np.cumsum(repeats) - repeats
    labels = tuple((name, int(first[point])) for name, point in path.labels)
    doubled = BandPath(path.q[source], path.distance[source], labels)
    return doubled, towards_neighbours(doubled.q, doubled.distance)


def towards_neighbours(
    q: Float[np.ndarray, "points 3"], distance: Float[np.ndarray, " points"]
) -> Float[np.ndarray, "points 3"]:
    """From each point of a path towards one that it is joined to, in reciprocal units."""
    joined = np.diff(distance) > 0
    before = np.concatenate([[False], joined])
    neighbour: Int[np.ndarray, " points"] = np.arange(len(q)) + np.where(before, -1, 1)
    return q[np.clip(neighbour, 0, len(q) - 1)] - q


def _inside(path: BandPath) -> Bool[np.ndarray, " points"]:
    """Points that the path arrives at and goes on from."""
    joined = np.diff(path.distance) > 0
    return np.concatenate([[False], joined]) & np.concatenate([joined, [False]])
