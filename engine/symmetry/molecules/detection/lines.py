"""Linear molecules: C∞v and D∞h by operations of C8v and D8h about the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

TURNS = 8
"""An eightfold axis tells angular momenta up to 3 apart, and tensors up to rank 3 from it on."""


@dataclass(frozen=True)
class Line:
    """A line placed as near to a molecule as it can be.

    Attributes
    ----------
    name : ``C∞v`` or ``D∞h``.
    axes : shape (3, 3), columns x, y, z; z along the line.
    rotations : shape (16 or 32, 3, 3).
    permutations : shape (16 or 32, atoms).
    positions : shape (atoms, 3), exactly on the line, relative to the centroid, in angstrom.
    rms_A, largest_A : distance in angstrom of the atoms from these positions.
    """

    name: str
    axes: Float[np.ndarray, "3 3"]
    rotations: Float[np.ndarray, "order 3 3"]
    permutations: Int[np.ndarray, "order atoms"]
    positions: Float[np.ndarray, "atoms 3"]
    rms_A: float
    largest_A: float


def lines(
    kinds: Int[np.ndarray, " atoms"], positions: Float[np.ndarray, "atoms 3"]
) -> tuple[Line, ...]:
    """The molecule as D∞h, if its kinds of atoms read alike from both ends, and as C∞v."""
    z = np.linalg.svd(positions)[2][0]
    along = positions @ z
    order = np.argsort(along)
    backwards = np.empty(len(kinds), int)
    backwards[order] = order[::-1]
    same = np.arange(len(kinds))
    polar = _line("C∞v", z, along, kinds, positions, same)
    if (kinds[backwards] != kinds).any():
        return (polar,)
    centred = (along - along[backwards]) / 2
    return _line("D∞h", z, centred, kinds, positions, backwards), polar


def _line(
    name: str,
    z: Float[np.ndarray, "3"],
    along: Float[np.ndarray, " atoms"],
    kinds: Int[np.ndarray, " atoms"],
    positions: Float[np.ndarray, "atoms 3"],
    backwards: Int[np.ndarray, " atoms"],
) -> Line:
    symmetric = np.outer(along, z)
    axes = _axes(z * _direction(along, kinds, z))
    angle = 2 * np.pi / TURNS * np.arange(TURNS)
    turns = np.zeros((TURNS, 3, 3))
    turns[:, 0, 0] = turns[:, 1, 1] = np.cos(angle)
    turns[:, 1, 0], turns[:, 0, 1] = np.sin(angle), -np.sin(angle)
    turns[:, 2, 2] = 1.0
    operations = np.concatenate([turns, turns @ np.diag([1.0, -1.0, 1.0])])
    permutations = np.tile(np.arange(len(kinds)), (len(operations), 1))
    if name == "D∞h":
        operations = np.concatenate([operations, -operations])
        permutations = np.concatenate([permutations, np.tile(backwards, (2 * TURNS, 1))])
    distance = np.linalg.norm(symmetric - positions, axis=1)
    return Line(
        name=name,
        axes=axes,
        rotations=axes @ operations @ axes.T,
        permutations=permutations,
        positions=symmetric,
        rms_A=float(np.sqrt(np.mean(distance**2))),
        largest_A=float(distance.max()),
    )


def _direction(
    along: Float[np.ndarray, " atoms"], kinds: Int[np.ndarray, " atoms"], z: Float[np.ndarray, "3"]
) -> float:
    """Towards where more nuclear charge is; where it is even, z's largest component is positive."""
    moment = kinds @ along
    if abs(moment) > 1e-6 * np.abs(along).max():
        return float(np.sign(moment))
    return float(np.sign(z[np.argmax(np.abs(z))]))


def _axes(z: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """x as near as can be to that Cartesian axis which is least along z, the first of equals."""
    nearest = np.eye(3)[np.argmin(np.abs(z).round(6))]
    x = nearest - (nearest @ z) * z
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)
