"""Compatibility relations: which irreps of a line those of its end fall into."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from engine.phonons.levels import Levels
from engine.symmetry.waves.little_group import carried_characters, multiplicities

SAME = 1e-6
"""Levels of D(q) closer than this part of the highest one are compared together."""


@dataclass(frozen=True)
class Compatibility:
    """How the irreps at an end of a segment fall into those of the segment.

    Attributes
    ----------
    point : number of the point, ``name`` its name.
    segment : number of the segment.
    relations : for each irrep of the point its label and those of the segment, with multiplicity.
    obeyed : whether the modes found at the point and on the segment follow them.
    """

    point: int
    name: str
    segment: int
    relations: tuple[tuple[str | None, tuple[tuple[str | None, int], ...]], ...]
    obeyed: bool


def compatibility_of(
    where: tuple[int, str, int],
    at: Levels,
    along: Levels,
    q: Float[np.ndarray, "3"],
    row: int,
) -> Compatibility:
    """Relations of one end of a segment by characters, and whether the levels obey them.

    Parameters
    ----------
    where : number and name of the point, and number of the segment.
    at : levels at the point, by its own group.
    along : levels on the segment, those at the point in row ``row``.
    q : the point, as a point of the segment.
    """
    end, line = at.symmetry, along.symmetry
    if end.labels is None or line.labels is None:
        raise AssertionError("both have irreps")
    shared = np.array([int(np.flatnonzero(end.group.members == m)[0]) for m in line.group.members])
    back = (
        line.group.q - line.change @ q
    )  # the characters of the end, carried to where the line's are known
    relations, counts = [], []
    for label, irrep in zip(end.labels.labels, end.irreps, strict=True):
        at_end = carried_characters(end.group, irrep.characters, end.group.q + back)[shared]
        times = np.rint(multiplicities(line.irreps, at_end)).astype(int)
        counts.append(times)
        parts = tuple((line.labels.labels[i], int(times[i])) for i in np.flatnonzero(times))
        relations.append((label, parts))
    obeyed = _obeyed(at, along, row, np.array(counts))
    return Compatibility(*where, tuple(relations), obeyed)


def _obeyed(
    at: Levels, along: Levels, row: int, counts: Int[np.ndarray, "irreps segment_irreps"]
) -> bool:
    """Whether at every frequency of the end the segment has the levels that it must have."""
    end_irrep = _irrep_numbers(at)
    line_irrep = _irrep_numbers(along)
    at_end, on_line = at.values[0], along.values[row]
    together = np.sort(np.concatenate([at_end, on_line]))
    same = max(SAME, 3 * at.error, 3 * along.error) * np.abs(together).max()
    cuts = (together[1:] + together[:-1])[np.diff(together) > same] / 2
    clusters_end, clusters_line = np.digitize(at_end, cuts), np.digitize(on_line, cuts)
    for cluster in range(len(cuts) + 1):
        wanted = Counter[int]()
        for i in end_irrep[clusters_end == cluster]:
            # Every partner brings its share of the levels of the whole irrep.
            for j in np.flatnonzero(counts[i]):
                share = counts[i, j] * along.symmetry.irreps[j].dimension
                wanted[int(j)] += share / at.symmetry.irreps[i].dimension
        found = Counter(line_irrep[clusters_line == cluster].tolist())
        if any(abs(wanted[j] - found[j]) > 1e-6 for j in wanted | found):
            return False
    return True


def _irrep_numbers(levels: Levels) -> Int[np.ndarray, " branches"]:
    numbers = [
        next(i for i, irrep in enumerate(levels.symmetry.irreps) if irrep is block.irrep)
        for block in levels.symmetry.blocks
    ]
    return np.array(numbers)[levels.block]
