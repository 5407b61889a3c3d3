"""A finite group of symmetry operations acting on atoms and on their displacements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

MAX_REFINEMENTS = 20


@dataclass(frozen=True)
class SymmetryGroup:
    """Operations of a molecule, or of a crystal's atoms modulo its lattice (its factor group).

    Attributes
    ----------
    name : Schoenflies symbol.
    rotations : shape (order, 3, 3), Cartesian orthogonal matrices, an exact group.
    permutations : shape (order, atoms): the operation carries atom i to the place of atom
        ``permutations[g, i]``.
    rms_A : root mean square distance in angstrom of the atoms from exact symmetry.
    """

    name: str
    rotations: Float[np.ndarray, "order 3 3"]
    permutations: Int[np.ndarray, "order atoms"]
    rms_A: float

    @property
    def order(self) -> int:
        """Number of operations."""
        return len(self.rotations)

    def act(
        self, displacements: Shaped[np.ndarray, "modes atoms 3"]
    ) -> Shaped[np.ndarray, "order modes atoms 3"]:
        """Displacements carried along by every operation: (g u)(g i) = R_g u(i)."""
        rotated = np.einsum("gxy,miy->gmix", self.rotations, displacements)
        moved = np.empty_like(rotated)
        for g, permutation in enumerate(self.permutations):
            moved[g][:, permutation] = rotated[g]
        return moved

    def characters(self, modes: Shaped[np.ndarray, "modes atoms 3"]) -> Float[np.ndarray, " order"]:
        """Trace of each operation in the space of the given orthonormal modes."""
        return np.einsum("mix,gmix->g", modes.conj(), self.act(modes)).real

    def displacement_characters(self) -> Float[np.ndarray, " order"]:
        """Characters of all 3N displacements: unmoved atoms times the trace of the rotation."""
        unmoved = (self.permutations == np.arange(self.permutations.shape[1])).sum(1)
        return unmoved * np.trace(self.rotations, axis1=1, axis2=2)

    def symmetrize_hessian(
        self, hessian: Float[np.ndarray, "3*atoms 3*atoms"]
    ) -> Float[np.ndarray, "3*atoms 3*atoms"]:
        """Average over the group, H <- (1/h) sum_g D(g)^T H D(g)."""
        n = self.permutations.shape[1]
        blocks = hessian.reshape(n, 3, n, 3).transpose(0, 2, 1, 3)
        total = np.zeros_like(blocks)
        for rotation, permutation in zip(self.rotations, self.permutations, strict=True):
            carried = blocks[np.ix_(permutation, permutation)]
            total += np.einsum("yx,ijyz,zw->ijxw", rotation, carried, rotation)
        return (total / self.order).transpose(0, 2, 1, 3).reshape(3 * n, 3 * n)

    def symmetrize_positions(
        self, positions: Float[np.ndarray, "atoms 3"]
    ) -> Float[np.ndarray, "atoms 3"]:
        """Positions relative to the fixed point of the group, averaged over it."""
        carried = [
            positions[permutation] @ rotation
            for rotation, permutation in zip(self.rotations, self.permutations, strict=True)
        ]
        return np.mean(carried, axis=0)


def generated(
    generators: Float[np.ndarray, "some 3 3"], largest: int = 120
) -> Float[np.ndarray, "order 3 3"] | None:
    """All products of approximate operations.

    Operations of finite point groups up to twelvefold axes differ by 1/2 in some matrix element, so
    that products within 1/5 of each other are the same. (pymatgen's own closure compares within its
    distance tolerance and may never end on noisy geometries.)

    Parameters
    ----------
    largest : order at which to give up; 120 is that of Ih.

    Returns
    -------
    The operations; None if there are more, so that the generators belong to no such group.
    """
    found = [np.eye(3)]
    for operation in found:
        for generator in generators:
            product = operation @ generator
            if np.abs(np.array(found) - product).max((1, 2)).min() > 0.2:
                found.append(product)
                if len(found) > largest:
                    return None
    return np.array(found)


def exact_group(
    rotations: Float[np.ndarray, "order 3 3"],
) -> Float[np.ndarray, "order 3 3"] | None:
    """The exact group of matrices nearest to approximate operations.

    Each matrix is replaced by the orthogonal part of the mean of R_h^T R_(h g) over all h, which is
    a homomorphism to second order in the error, until it is one to rounding (the idea of K. Grove,
    H. Karcher, E. Ruh, Math. Ann. 211, 7 (1974), for almost-homomorphisms into compact groups).

    Returns
    -------
    The refined matrices in the given order; None if the operations do not close to a group.
    """
    products = np.einsum("axy,byz->abxz", rotations, rotations)
    distance = np.linalg.norm(products[:, :, None] - rotations, axis=(3, 4))
    table = distance.argmin(2)
    everything = np.arange(len(rotations))
    if (np.sort(table, axis=1) != everything).any() or distance.min(2).max() > 0.5:
        return None
    for _ in range(MAX_REFINEMENTS):
        mean = np.einsum("hyx,hgyz->gxz", rotations, rotations[table]) / len(rotations)
        u, _, vt = np.linalg.svd(mean)
        refined = u @ vt
        change = np.abs(refined - rotations).max()
        rotations = refined
        if change < 1e-15:
            break
    return rotations
