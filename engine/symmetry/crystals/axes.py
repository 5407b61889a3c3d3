"""The axes x, y, z of a crystal, by which B1 is told from B2 and tensors are written."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

VALUES = np.array([-1.0, -np.sqrt(0.75), -0.5, 0.0, 0.5, np.sqrt(0.75), 1.0])
"""Elements of the matrices of crystallographic operations in the axes chosen here."""

Vector = Float[np.ndarray, "3"]

X_AXIS, Z_AXIS = np.diag([1.0, -1, -1]), np.diag([-1.0, -1, 1])
XZ_PLANE, XY_PLANE = np.diag([1.0, -1, 1]), np.diag([1.0, 1, -1])


def crystal_axes(
    name: str,
    rotations: Float[np.ndarray, "order 3 3"],
    standard: Float[np.ndarray, "3 3"],
) -> Float[np.ndarray, "3 3"]:
    """Cartesian axes along the vectors a, b, c of the standard setting, fitted to the operations.

    ==============  =======  ==================================================================
    class           z along  x along
    ==============  =======  ==================================================================
    triclinic       c        a, made orthogonal
    monoclinic      b        a: z is the twofold axis, or the normal of the mirror, as in tables
                             of point groups; crystallography calls it the unique axis b
    orthorhombic    c        a: z is polar in mm2, and σv is xz, normal to b
    tetragonal      c        a, so that C2' and σv belong to [100]; [110] in -4m2
    trigonal,       c        a where an axis C2' along it ([100]), or a mirror that contains it,
    hexagonal                demands it (321, -3m1, -62m, 622, 6/mmm, 31m) or none demands
                             another; else [210] (312, -31m, -6m2, 3m1, and 6mm, whose σv is
                             the mirror normal to [100], second in the symbol)
    cubic           c        a
    ==============  =======  ==================================================================

    Where the symbol leaves the setting open (Pmmm and others whose axes may be exchanged), spglib
    takes a, b, c by their lengths.

    Parameters
    ----------
    name : Schoenflies symbol of the class.
    rotations : its operations, an exact group.
    standard : rows a, b, c in angstrom, in the orientation of the crystal, hexagonal for trigonal
        classes; symmetric within tolerance only.

    Returns
    -------
    Right-handed orthonormal columns x, y, z, in which the operations have exactly the matrix
    elements 0, ±1/2, ±√3/2, ±1.
    """
    required = _required(name)
    for z, x in _candidates(name, *standard):
        frame = _frame(z, x)
        local = _snapped(frame.T @ rotations @ frame)
        if np.abs(local - required).max((1, 2)).min() < 1e-9:
            break
    # The mean of R_g F S_g^T carries the exact matrices S_g of the frame onto the operations.
    left, _, right = np.linalg.svd(np.mean(rotations @ frame @ local.swapaxes(1, 2), axis=0))
    return left @ right


def _candidates(name: str, a: Vector, b: Vector, c: Vector) -> list[tuple[Vector, Vector]]:
    """Directions of z and x, of which the first that fit the operations are taken."""
    if name in ("C2", "Cs", "C2h"):
        return [(b, a), (c, a), (a, b)]
    if name == "C2v":  # polar along c, but in the plane in some layer groups
        return [(c, a), (b, c), (a, b)]
    if name == "D2d":
        return [(c, a), (c, a + b)]
    if name in ("C3v", "D3", "D3d", "D3h"):
        return [(c, a), (c, 2 * a + b)]
    return [(c, 2 * a + b)] if name == "C6v" else [(c, a)]


def _required(name: str) -> Float[np.ndarray, "3 3"]:
    """An operation that the standard orientation of the class contains."""
    if name in ("C2", "C2h", "C2v"):
        return Z_AXIS
    if name == "Cs":
        return XY_PLANE
    if name.startswith("D"):
        return X_AXIS
    return XZ_PLANE if name in ("C3v", "C4v", "C6v") else np.eye(3)


def _frame(z: Vector, x: Vector) -> Float[np.ndarray, "3 3"]:
    z = z / np.linalg.norm(z)
    x = x - (x @ z) * z
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


def _snapped(matrices: Float[np.ndarray, "order 3 3"]) -> Float[np.ndarray, "order 3 3"]:
    """Every element replaced by the nearest that crystallographic operations have."""
    return VALUES[np.abs(matrices[..., None] - VALUES).argmin(-1)]
