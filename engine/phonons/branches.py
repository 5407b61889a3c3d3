"""Which mode continues which along a path.

All points inside a segment have one group. Levels of one of its irreps do not cross (J. von
Neumann, E. Wigner, Phys. Z. 30, 467 (1929)): ordered by frequency within each irrep they are
continuous curves, up to the ends of the segment, where more symmetry lets several of them meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from engine.phonons.compatibility import SAME, Compatibility, compatibility_of
from engine.phonons.irreps import WaveSymmetries
from engine.phonons.levels import Levels, levels_of
from engine.phonons.path import BandPath, at_gamma
from engine.symmetry.waves.labels import Convention
from engine.units import frequency_cm1

INSIDE = (np.sqrt(5) - 1) / 2
"""Where along a segment its group is taken: no simple fraction, so that it is a general point."""


@dataclass(frozen=True)
class Segment:
    """A straight piece of a path, whose points all have the symmetry of its inside.

    Attributes
    ----------
    first, last : its first and last point.
    group : Schoenflies symbol of the little co-group.
    labels : irrep of each branch; None where it has no name.
    degeneracy : shape (branches,), dimension of that irrep, time reversal included.
    convention : how the labels were chosen, see :mod:`engine.symmetry.waves.labels`; None without.
    symmetry_error : largest element of D(q) that symmetry forbids on it, relative.
    """

    first: int
    last: int
    group: str
    labels: tuple[str | None, ...]
    degeneracy: Int[np.ndarray, " branches"]
    convention: Convention | None
    symmetry_error: float


@dataclass(frozen=True)
class SpecialPoint:
    """An end of segments.

    Attributes
    ----------
    point : its number.
    name : as in the labels of the path; empty where it has none.
    group : Schoenflies symbol of the little co-group.
    labels : irrep of each mode, ascending in frequency.
    degeneracy : shape (branches,), dimension of that irrep, time reversal included.
    convention : how the labels were chosen; None without.
    origin : shape (3,), in units of the cell, the point that labels refer to where they need one.
    symmetry_error : largest element of D(q) that symmetry forbids, relative.
    """

    point: int
    name: str
    group: str
    labels: tuple[str | None, ...]
    degeneracy: Int[np.ndarray, " branches"]
    convention: Convention | None
    origin: Float[np.ndarray, "3"] | None
    symmetry_error: float


@dataclass(frozen=True)
class Connected:
    """Frequencies along a path, with their symmetry.

    Attributes
    ----------
    frequencies_cm1 : shape (points, branches), ascending at every point.
    connection : shape (points, branches): which of the ascending frequencies each branch has.
    irreps : labels, points x branches, of the ascending frequencies.
    segments, points, compatibility : see the classes.
    """

    frequencies_cm1: Float[np.ndarray, "points branches"]
    connection: Int[np.ndarray, "points branches"]
    irreps: tuple[tuple[str | None, ...], ...]
    segments: tuple[Segment, ...]
    points: tuple[SpecialPoint, ...]
    compatibility: tuple[Compatibility, ...]


def connected(
    path: BandPath,
    matrices: Complex[np.ndarray, "points 3*atoms 3*atoms"],
    symmetries: WaveSymmetries,
    directional: bool = False,
) -> Connected:
    """Frequencies of a path from D(q) at its points, each in its irrep, and their connection.

    Parameters
    ----------
    matrices : in the cell gauge, in eV/(angstrom^2 amu).
    directional : whether D at q = 0 depends on the direction it is approached from, as with Born
        charges. Γ then has the symmetry of the segment only.
    """
    runs = straight_runs(path)
    along = [_on_segment(path, run, matrices, symmetries) for run in runs]
    inside = {i for first, last in runs for i in range(first + 1, last)}
    if directional:
        inside |= {i for run in runs for i in run if at_gamma(path.q)[i]}
    at = {
        i: levels_of(symmetries, path.q[i], None, path.q[i : i + 1], matrices[i : i + 1])
        for i in range(len(path.q))
        if i not in inside
    }
    names = dict((point, name) for name, point in path.labels)
    segments, connection = _follow(runs, along, matrices.shape[:2])
    points = tuple(_special_point(i, names.get(i, ""), levels) for i, levels in at.items())
    relations = [
        compatibility_of((end, names.get(end, ""), number), at[end], levels, path.q[end], row)
        for number, (run, levels) in enumerate(zip(runs, along, strict=True))
        for end, row in zip(run, (0, -1), strict=True)
        if end in at and at[end].symmetry.labels and levels.symmetry.labels
    ]
    values = np.zeros(connection.shape)
    irreps: list[tuple[str | None, ...]] = [()] * len(values)
    rows = [
        (i, levels, i - run[0])
        for run, levels in zip(runs, along, strict=True)
        for i in range(run[0], run[1] + 1)
    ]
    for i, levels, row in [*rows, *((i, levels, 0) for i, levels in at.items())]:
        order = np.argsort(levels.values[row], kind="stable")
        values[i] = levels.values[row][order]
        irreps[i] = tuple(levels.labels[level] for level in order)
    return Connected(
        frequencies_cm1=frequency_cm1(values),
        connection=connection,
        irreps=tuple(irreps),
        segments=segments,
        points=points,
        compatibility=tuple(relations),
    )


def _follow(
    runs: list[tuple[int, int]], along: list[Levels], shape: tuple[int, ...]
) -> tuple[tuple[Segment, ...], Int[np.ndarray, "points branches"]]:
    """The segments, and at every point which of the ascending levels each branch has.

    Where two segments join, and where the path jumps, a branch goes on at the same place in the
    order.
    """
    connection = np.tile(np.arange(shape[1]), (shape[0], 1))
    segments, previous = [], 0
    for (first, last), levels in zip(runs, along, strict=True):
        rank = _ranks(levels.values)
        branch_of_rank = np.argsort(connection[previous])
        level = np.argsort(branch_of_rank[rank[0]])  # of each branch
        connection[first : last + 1] = rank[:, level]
        segments.append(
            Segment(
                first=first,
                last=last,
                group=levels.symmetry.group.name,
                labels=tuple(levels.labels[i] for i in level),
                degeneracy=levels.degeneracy[level],
                convention=levels.convention,
                symmetry_error=levels.error,
            )
        )
        previous = last
    return tuple(segments), connection


def _ranks(values: Float[np.ndarray, "points branches"]) -> Int[np.ndarray, "points branches"]:
    """Place of each level in the order of its point.

    Levels that meet at an end stand there in the order they have beside it, not that of rounding.
    """
    rank = np.argsort(np.argsort(values, axis=1, kind="stable"), axis=1)
    same = SAME * np.abs(values).max()
    for end, beside in ((0, 1), (-1, -2)):
        order = np.argsort(values[end], kind="stable")
        level = np.empty(len(order), int)
        level[order] = np.concatenate([[0], np.cumsum(np.diff(values[end][order]) > same)])
        rank[end] = np.argsort(np.lexsort((values[beside], level)))
    return rank


def _special_point(point: int, name: str, levels: Levels) -> SpecialPoint:
    order = np.argsort(levels.values[0], kind="stable")
    labels, change = levels.symmetry.labels, levels.symmetry.change
    return SpecialPoint(
        point=point,
        name=name,
        group=levels.symmetry.group.name,
        labels=tuple(levels.labels[level] for level in order),
        degeneracy=levels.degeneracy[order],
        convention=levels.convention,
        origin=None if labels is None or labels.origin is None else labels.origin @ change,
        symmetry_error=levels.error,
    )


def straight_runs(path: BandPath) -> list[tuple[int, int]]:
    """First and last points of its straight pieces, which end at labels, jumps and corners."""
    steps = np.diff(path.q, axis=0)
    moves = (np.abs(steps) > 1e-9).any(1) & (np.diff(path.distance) > 0)
    stops = {point for _, point in path.labels}
    runs, first = [], 0
    for i in range(1, len(path.q)):
        if not moves[i - 1]:
            first = i
            continue
        ends = i == len(path.q) - 1 or i in stops or not moves[i]
        if ends or _corner(steps[i - 1], steps[i]):
            runs.append((first, i))
            first = i
    return runs


def _corner(one: Float[np.ndarray, "3"], other: Float[np.ndarray, "3"]) -> bool:
    a, b = one / np.linalg.norm(one), other / np.linalg.norm(other)
    return bool(np.abs(a - b).max() > 1e-6)


def _on_segment(
    path: BandPath,
    run: tuple[int, int],
    matrices: Complex[np.ndarray, "points 3*atoms 3*atoms"],
    symmetries: WaveSymmetries,
) -> Levels:
    first, last = run
    along = path.q[last] - path.q[first]
    inside = path.q[first] + INSIDE * along
    points = slice(first, last + 1)
    return levels_of(symmetries, inside, along, path.q[points], matrices[points])
