"""Levels of D(q), irrep by irrep, at one wave vector or all along a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from engine.phonons.irreps import BROKEN, WaveSymmetries, WaveSymmetry
from engine.symmetry.waves.labels import Convention


@dataclass(frozen=True)
class Levels:
    """Levels of one point or of a straight run of points, irrep by irrep.

    ``values`` (points, branches) in eV/(angstrom^2 amu); ``block`` (branches,): which one each
    branch belongs to.
    """

    symmetry: WaveSymmetry
    values: Float[np.ndarray, "points branches"]
    block: Int[np.ndarray, " branches"]
    error: float

    @property
    def labels(self) -> tuple[str | None, ...]:
        """Irrep of each branch."""
        return tuple(self.symmetry.blocks[b].label for b in self.block)

    @property
    def degeneracy(self) -> Int[np.ndarray, " branches"]:
        """Its dimension."""
        return np.array([self.symmetry.blocks[b].irrep.dimension for b in self.block])

    @property
    def convention(self) -> Convention | None:
        """How labels were chosen; None without."""
        return self.symmetry.labels.convention if self.symmetry.labels else None


def levels_of(
    symmetries: WaveSymmetries,
    q: Float[np.ndarray, "3"],
    along: Float[np.ndarray, "3"] | None,
    points: Float[np.ndarray, "points 3"],
    matrices: Complex[np.ndarray, "points 3*atoms 3*atoms"],
) -> Levels:
    """Levels at the points of a line, or at one point; without symmetry if D(q) has it not."""
    levels = _levels_in(symmetries.at(q, along), points, matrices)
    if levels.error > BROKEN:
        return _levels_in(symmetries.without(q), points, matrices)
    return levels


def _levels_in(
    symmetry: WaveSymmetry,
    points: Float[np.ndarray, "points 3"],
    matrices: Complex[np.ndarray, "points 3*atoms 3*atoms"],
) -> Levels:
    found = [symmetry.levels(q, matrix) for q, matrix in zip(points, matrices, strict=True)]
    sizes = [block.irrep.dimension for block in symmetry.blocks]
    values = [
        np.repeat(np.array([at_point[0][b] for at_point in found]), size, axis=1)
        for b, size in enumerate(sizes)
    ]
    numbers = [np.full(part.shape[1], b) for b, part in enumerate(values)]
    return Levels(
        symmetry=symmetry,
        values=np.concatenate(values, axis=1),
        block=np.concatenate(numbers),
        error=max(error for _, error in found),
    )
