"""Meshes of wave vectors, and which of their points follow from which by symmetry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from engine.phonons.operations import Operations

Mesh = tuple[int, int, int]

NO_SHIFT = np.zeros(3)


@dataclass(frozen=True)
class Stars:
    """How the points of a mesh follow from the irreducible ones.

    Attributes
    ----------
    irreducible : shape (irreducible,), numbers of the points that stand for their stars.
    origin : shape (points,), which of the irreducible points each one comes from.
    operation : shape (points,), by which operation,
    reversed : shape (points,), and whether followed by q -> -q.
    """

    irreducible: Int[np.ndarray, " irreducible"]
    origin: Int[np.ndarray, " points"]
    operation: Int[np.ndarray, " points"]
    reversed: Bool[np.ndarray, " points"]


def mesh_points(mesh: Mesh) -> Int[np.ndarray, "points 3"]:
    """All points, in units of 1/mesh of the reciprocal vectors, the last component fastest."""
    return np.indices(mesh).reshape(3, -1).T


def stars(
    points: Int[np.ndarray, "points 3"],
    mesh: Mesh,
    group: Operations,
    shift: Float[np.ndarray, "3"] = NO_SHIFT,
) -> Stars:
    """Points of the mesh that operations and time reversal carry into each other.

    Operations that the mesh does not have (4,4,2 in a cubic crystal) are left out.

    Parameters
    ----------
    points : all of them, as by :func:`mesh_points`.
    shift : of the whole mesh, 0 or 1/2 of a step along each axis.
    """
    n = np.array(mesh)
    turns = group.wave_rotations * n[:, None] / n
    moved = turns @ shift - shift
    usable = np.flatnonzero(
        (turns == np.rint(turns)).all((1, 2)) & (moved == np.rint(moved)).all(1)
    )
    turned = np.einsum("gab,kb->gka", turns[usable], points + shift)
    images = np.rint(np.stack([turned, -turned]) - shift).astype(int) % n  # reversal, g, point
    reached = np.ravel_multi_index(tuple(np.moveaxis(images, -1, 0)), mesh)
    lowest = reached.min((0, 1))
    irreducible, origin = np.unique(lowest, return_inverse=True)
    operation = np.zeros(len(points), int)
    reverse = np.zeros(len(points), bool)
    for point in irreducible:
        # From the last to the first, so that the simplest way there remains: the identity.
        for flip in (1, 0):
            operation[reached[flip, ::-1, point]] = usable[::-1]
            reverse[reached[flip, :, point]] = bool(flip)
    return Stars(irreducible, origin.ravel(), operation, reverse)


def symmetric_shift(
    mesh: Mesh, pbc: Bool[np.ndarray, "3"], group: Operations
) -> Float[np.ndarray, "3"]:
    """A shift by half a step, so that the mesh avoids Γ, if one keeps its whole symmetry.

    In a face-centred lattice none does, and along the hexagonal axis only one; there it is zero.
    """
    n = np.array(mesh)
    turns = group.wave_rotations * n[:, None] / n
    usable = turns[(turns == np.rint(turns)).all((1, 2))]
    for shift in (1 - np.indices((2, 2, 2)).reshape(3, -1).T) / 2:
        moved = usable @ shift - shift
        if not shift[~pbc].any() and (moved == np.rint(moved)).all():
            return shift
    return NO_SHIFT


def unfolded(
    q: Float[np.ndarray, "irreducible 3"],
    matrices: Complex[np.ndarray, "irreducible 3*atoms 3*atoms"],
    family: Stars,
    group: Operations,
) -> Complex[np.ndarray, "points 3*atoms 3*atoms"]:
    """The matrices on the whole mesh from those at its irreducible points."""
    carried = group[family.operation].carried_matrices(q[family.origin], matrices[family.origin])
    carried[family.reversed] = carried[family.reversed].conj()
    return carried
