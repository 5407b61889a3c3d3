"""A finite group of symmetry operations acting on atoms and on their displacements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

MAX_REFINEMENTS = 20

SAME_MASS_AMU = 1e-6

LINEAR = ("C∞v", "D∞h")
"""The infinite groups, carried by operations of C8v and D8h about the line."""


@dataclass(frozen=True)
class NearGroup:
    """A group that the atoms do not have, but nearly.

    Attributes
    ----------
    name : Schoenflies symbol.
    rms_A : root mean square distance in angstrom of the atoms from its exact symmetry.
    largest_A : largest such distance of an atom, in angstrom.
    """

    name: str
    rms_A: float
    largest_A: float


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
    axes : shape (3, 3), Cartesian; columns x, y, z of the standard orientation, right-handed and
        orthonormal, z the principal axis.
    next_higher : the next larger group that the atoms nearly have; None if none is near.
    largest_A : distance in angstrom of the atom that is farthest from exact symmetry.
    """

    name: str
    rotations: Float[np.ndarray, "order 3 3"]
    permutations: Int[np.ndarray, "order atoms"]
    rms_A: float
    axes: Float[np.ndarray, "3 3"] = field(default_factory=lambda: np.eye(3))
    next_higher: NearGroup | None = None
    largest_A: float = 0.0

    @property
    def order(self) -> int:
        """Number of operations."""
        return len(self.rotations)

    @property
    def linear(self) -> bool:
        """Whether it stands for an infinite group, that of a linear molecule."""
        return self.name in LINEAR

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

    def matrices(
        self, modes: Shaped[np.ndarray, "modes atoms 3"]
    ) -> Shaped[np.ndarray, "order modes modes"]:
        """What each operation makes of orthonormal modes: g u_n = sum_m D(g)_mn u_m."""
        return np.einsum("mix,gnix->gmn", modes.conj(), self.act(modes))

    def displacement_characters(self) -> Float[np.ndarray, " order"]:
        """Characters of all 3N displacements: unmoved atoms times the trace of the rotation."""
        unmoved = (self.permutations == np.arange(self.permutations.shape[1])).sum(1)
        return unmoved * np.trace(self.rotations, axis1=1, axis2=2)

    def symmetrize_hessian(
        self, hessian: Float[np.ndarray, "3*atoms 3*atoms"]
    ) -> Float[np.ndarray, "3*atoms 3*atoms"]:
        """Average over the group, H <- (1/h) sum_g D(g)^T H D(g)."""
        n = self.permutations.shape[1]
        blocks = hessian.reshape(n, 3, n, 3).transpose(1, 3, 0, 2)  # xyz xyz atoms atoms
        total = np.zeros_like(blocks)
        for rotation, permutation in zip(self.rotations, self.permutations, strict=True):
            carried = blocks[:, :, permutation][..., permutation]
            turned = np.kron(rotation, rotation).T @ carried.reshape(9, n * n)
            total += turned.reshape(3, 3, n, n)
        return (total / self.order).transpose(2, 0, 3, 1).reshape(3 * n, 3 * n)

    def symmetrize_positions(
        self, positions: Float[np.ndarray, "atoms 3"]
    ) -> Float[np.ndarray, "atoms 3"]:
        """Positions relative to the fixed point of the group, averaged over it."""
        return np.einsum("gix,gxy->iy", positions[self.permutations], self.rotations) / self.order

    def preserving(self, masses: Float[np.ndarray, " atoms"]) -> SymmetryGroup:
        """The subgroup whose permutations leave masses (amu) unchanged, in the same place.

        Distances and axes stay those of this group; ``next_higher`` is not given.
        """
        kept = same_masses(self.permutations, masses)
        rotations, permutations = self.rotations[kept], self.permutations[kept]
        if self.linear:
            moving = (permutations != np.arange(permutations.shape[1])).any()
            name = self.name if moving or kept.all() else "C∞v"
        else:
            name = schoenflies(rotations)
        return replace(
            self, name=name, rotations=rotations, permutations=permutations, next_higher=None
        )


def same_masses(
    permutations: Int[np.ndarray, "order atoms"], masses: Float[np.ndarray, " atoms"]
) -> Bool[np.ndarray, " order"]:
    """Which permutations leave masses in amu unchanged."""
    return (np.abs(masses[permutations] - masses) < SAME_MASS_AMU).all(1)


def schoenflies(rotations: Float[np.ndarray, "order 3 3"]) -> str:
    """The symbol of a finite point group, from nothing but counts of its operations.

    Two different axes of threefold or higher order make it cubic or icosahedral; otherwise the
    highest rotation, the number of proper operations and that of reflections decide.

    Raises
    ------
    ValueError
        for matrices that are no point group.
    """
    proper = np.linalg.det(rotations) > 0
    trace = np.trace(rotations, axis1=1, axis2=2)
    angles = np.arccos(np.clip((trace[proper] - 1) / 2, -1, 1))
    turning = angles[angles > 1e-3]
    n = round(2 * np.pi / turning.min()) if len(turning) else 1
    turns, order = int(proper.sum()), len(rotations)
    reflections = int((~proper & (np.abs(trace - 1) < 1e-3)).sum())
    inversions = int((trace < -3 + 1e-3).sum())
    symbols = _cubic_symbols(turns) if turns not in (n, 2 * n) else _axial_symbols(n, turns)
    name = symbols.get((order // turns, reflections, inversions))
    if not name or order % turns:
        raise ValueError(f"{order} matrices, {turns} of them proper, are no point group")
    return name


def _cubic_symbols(turns: int) -> dict[tuple[int, int, int], str]:
    """Symbols by (order / number of turns, reflections, inversions)."""
    letter = {12: "T", 24: "O", 60: "I"}.get(turns, "")
    mirrors = {12: 3, 24: 9, 60: 15}.get(turns, 0)
    return {(1, 0, 0): letter, (2, mirrors, 1): f"{letter}h", (2, 6, 0): f"{letter}d"}


def _axial_symbols(n: int, turns: int) -> dict[tuple[int, int, int], str]:
    """Symbols by (order / number of turns, reflections, inversions); S2 is Ci, C1h is Cs."""
    centred = 1 - n % 2  # S2n has an inversion if n is odd, Cnh if it is even
    if turns == n == 1:
        return {(1, 0, 0): "C1", (2, 1, 0): "Cs", (2, 0, 1): "Ci"}
    if turns == n:
        vertical, horizontal = (2, n, 0), (2, 1, centred)
        return {(1, 0, 0): f"C{n}", vertical: f"C{n}v", horizontal: f"C{n}h"} | {
            (2, 0, 1 - centred): f"S{2 * n}"
        }
    return {
        (1, 0, 0): f"D{n}",
        (2, n + 1, centred): f"D{n}h",
        (2, n, 1 - centred): f"D{n}d",
    }


def exact_group(
    rotations: Float[np.ndarray, "order 3 3"],
    table: Int[np.ndarray, "order order"] | None = None,
) -> Float[np.ndarray, "order 3 3"] | None:
    """The exact group of matrices nearest to approximate operations.

    Each matrix is replaced by the orthogonal part of the mean of R_h^T R_(h g) over all h, which is
    a homomorphism to second order in the error, until it is one to rounding (the idea of K. Grove,
    H. Karcher, E. Ruh, Math. Ann. 211, 7 (1974), for almost-homomorphisms into compact groups).

    Parameters
    ----------
    table : number of the product g h of each two operations; by default read off the matrices.

    Returns
    -------
    The refined matrices in the given order; None if the operations do not close to a group, or two
    of them become the same.
    """
    if table is None:
        table = _products(rotations)
        if table is None:
            return None
    for _ in range(MAX_REFINEMENTS):
        mean = np.einsum("hyx,hgyz->gxz", rotations, rotations[table]) / len(rotations)
        u, _, vt = np.linalg.svd(mean)
        refined = u @ vt
        change = np.abs(refined - rotations).max()
        rotations = refined
        if change < 1e-14:
            break
    closes = np.abs(rotations[:, None] @ rotations - rotations[table]).max() < 1e-8
    identities = (np.trace(rotations, axis1=1, axis2=2) > 3 - 1e-3).sum()
    return rotations if closes and identities == 1 else None


def _products(rotations: Float[np.ndarray, "order 3 3"]) -> Int[np.ndarray, "order order"] | None:
    products = np.einsum("axy,byz->abxz", rotations, rotations)
    distance = np.linalg.norm(products[:, :, None] - rotations, axis=(3, 4))
    table = distance.argmin(2)
    everything = np.arange(len(rotations))
    if (np.sort(table, axis=1) != everything).any() or distance.min(2).max() > 0.5:
        return None
    return table
