"""What the space group does to lattice waves.

A wave is a displacement u_j exp(2 pi i q.R) of atom j in cell R. An operation {W|w}, in units of
the cell, carries atom j onto atom g(j) shifted by the lattice vector L_j = W x_j + w - x_g(j), and
the wave to one of wave vector q' = W^-T q,

    u'_g(j) = R_W u_j exp(-2 pi i q'.L_j),

with R_W the Cartesian rotation. Called Gamma_q(g), this matrix gives the force constants of a whole
star, Phi(q') = Gamma_q(g) Phi(q) Gamma_q(g)^+ (A. A. Maradudin, S. H. Vosko, Rev. Mod. Phys. 40, 1
(1968), here in the gauge Phi(q + G) = Phi(q)). Time reversal adds Phi(-q) = Phi(q)*.

Masses do not enter: force constants know nothing of isotopes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float, Int, Shaped

from engine.symmetry.crystals.space_group import TOLERANCE_A, symmetry_dataset
from engine.symmetry.group import exact_group

SAME_Q = 1e-6
"""Wave vectors closer than this, in reciprocal units of the cell, are the same."""

SAME_MASS_AMU = 1e-3
"""Masses closer than this are the same: isotopes differ by about 1 amu."""


@dataclass(frozen=True)
class Operations:
    """Operations of a space group on the atoms of a cell, modulo its lattice.

    A cell that is not primitive brings the translations within it as operations of their own.

    Attributes
    ----------
    wave_rotations : shape (order, 3, 3), integers: W^-T, by which q turns.
    rotations : shape (order, 3, 3), Cartesian orthogonal matrices R_W.
    sources : shape (order, atoms): the operation brings atom ``sources[g, j]`` to the place of
        atom j.
    shifts : shape (order, atoms, 3), integers: the lattice vector by which the atom that came from
        ``sources[g, j]`` stands away from atom j.
    translations : shape (order, 3), w in units of the cell. In a primitive cell the products of the
        operations, with these, differ from the operations by lattice vectors exactly. Zero along
        directions without a lattice but for what belongs to a centre or plane of symmetry.
    """

    wave_rotations: Int[np.ndarray, "order 3 3"]
    rotations: Float[np.ndarray, "order 3 3"]
    sources: Int[np.ndarray, "order atoms"]
    shifts: Int[np.ndarray, "order atoms 3"]
    translations: Float[np.ndarray, "order 3"]

    def __len__(self) -> int:
        return len(self.rotations)

    @property
    def lattice_rotations(self) -> Int[np.ndarray, "order 3 3"]:
        """W of each operation, in units of the cell."""
        return _inverse(self.wave_rotations).swapaxes(1, 2)

    @property
    def of_primitive_cell(self) -> bool:
        """Whether no operation is a pure translation but the identity."""
        return bool((self.wave_rotations == np.eye(3, dtype=int)).all((1, 2)).sum() == 1)

    def preserving(self, masses_amu: Float[np.ndarray, " atoms"]) -> Operations:
        """Those that carry every atom to one of the same mass: the symmetry of D(q)."""
        moved = np.abs(masses_amu[self.sources] - masses_amu).max(1)
        return self[moved < SAME_MASS_AMU]

    def matrices(self, q: Float[np.ndarray, "3"]) -> Complex[np.ndarray, "order 3*atoms 3*atoms"]:
        """Gamma_q(g) of every operation."""
        size = 3 * self.sources.shape[1]
        return self.carried(q, np.eye(size)).swapaxes(1, 2)

    def __getitem__(self, which: Shaped[np.ndarray, " some"]) -> Operations:
        """Some of the operations, by number or by a mask."""
        return Operations(
            self.wave_rotations[which],
            self.rotations[which],
            self.sources[which],
            self.shifts[which],
            self.translations[which],
        )

    def phases(self, q: Float[np.ndarray, "... 3"]) -> Complex[np.ndarray, "order atoms"]:
        """exp(-2 pi i q'.L) on every atom that is arrived at, q' the turned wave vector.

        Parameters
        ----------
        q : shape (3,), or (order, 3): a wave vector of its own for each operation.
        """
        each = np.broadcast_to(q, (len(self), 3))
        turned = np.einsum("gab,gb->ga", self.wave_rotations, each)
        return np.exp(-2j * np.pi * np.einsum("ga,gja->gj", turned, self.shifts))

    def carried(
        self, q: Float[np.ndarray, "3"], waves: Shaped[np.ndarray, "k 3*atoms"]
    ) -> Complex[np.ndarray, "order k 3*atoms"]:
        """Waves of wave vector q after every operation, Gamma_q(g) u."""
        vectors = waves.reshape(len(waves), -1, 3)
        gathered = vectors[:, self.sources].transpose(1, 0, 2, 3)
        turned = np.einsum("gxy,gkjy->gkjx", self.rotations, gathered)
        turned = turned * self.phases(q)[:, None, :, None]
        return turned.reshape(len(self), len(waves), -1)

    def carried_matrices(
        self,
        q: Float[np.ndarray, "order 3"],
        matrices: Complex[np.ndarray, "order 3*atoms 3*atoms"],
    ) -> Complex[np.ndarray, "order 3*atoms 3*atoms"]:
        """Gamma_q(g) Phi Gamma_q(g)^+, each operation with a matrix of its own."""
        n = self.sources.shape[1]
        blocks = matrices.reshape(-1, n, 3, n, 3).transpose(0, 1, 3, 2, 4)
        one, everywhere = np.arange(len(self))[:, None, None], self.sources
        blocks = blocks[one, everywhere[:, :, None], everywhere[:, None, :]]
        rotations = self.rotations[:, None, None]
        blocks = rotations @ blocks @ rotations.swapaxes(-1, -2)
        phases = self.phases(q)
        blocks = blocks * (phases[:, :, None] * phases[:, None, :].conj())[..., None, None]
        return blocks.transpose(0, 1, 3, 2, 4).reshape(matrices.shape)


def operations(atoms: Atoms, tolerance_A: float = TOLERANCE_A) -> Operations:
    """The operations of a crystal, slab or chain; the identity alone where none are found.

    spglib knows crystals only. Of what it finds for a slab or chain, those operations are kept that
    do not mix the directions with a lattice and those without, and that carry no atom across the
    empty space.
    """
    lattice = atoms.cell.complete().array
    scaled = atoms.get_scaled_positions(wrap=False)
    found = symmetry_dataset(lattice, scaled, atoms.numbers, tolerance_A)
    w = np.eye(3, dtype=int)[None] if found is None else found.rotations.astype(int)
    t = np.zeros((1, 3)) if found is None else found.translations
    arrived = np.einsum("gab,jb->gja", w, scaled) + t[:, None]
    targets = np.array([_matching(atoms.numbers, scaled, a, lattice) for a in arrived])
    shifts = np.rint(arrived - scaled[targets]).astype(int)

    open_ = ~atoms.pbc
    mixes = w[:, open_][:, :, ~open_].any((1, 2)) | w[:, ~open_][:, :, open_].any((1, 2))
    crosses = (shifts[:, :, open_] != shifts[:, :1, open_]).any((1, 2))
    permutes = (np.sort(targets, axis=1) == np.arange(len(atoms))).all(1)
    keep = ~mixes & ~crosses & permutes
    w, t, targets, shifts = w[keep], t[keep], targets[keep], shifts[keep]
    t = t - np.where(open_, shifts[:, 0], 0)
    shifts[:, :, open_] = 0

    sources = np.argsort(targets, axis=1)
    return Operations(
        wave_rotations=_inverse(w).swapaxes(1, 2),
        rotations=_cartesian(w, lattice),
        sources=sources,
        shifts=np.take_along_axis(shifts, sources[:, :, None], axis=1),
        translations=_consistent(w, t),
    )


def _consistent(
    w: Int[np.ndarray, "order 3 3"], t: Float[np.ndarray, "order 3"]
) -> Float[np.ndarray, "order 3"]:
    """Translations freed of the noise of the positions they were found from.

    With products {W1|t1}{W2|t2} = {W3|t3 + n}, n the nearest lattice vector, the mean over 2 of
    t3 + n - W1 t2 is consistent exactly, and differs from t1 by noise and a move of the origin.
    """
    number = {matrix.tobytes(): i for i, matrix in enumerate(w)}
    if len(number) < len(w):
        return t  # not a primitive cell: the rotation alone does not tell the operation
    third = np.array([[number[(a @ b).tobytes()] for b in w] for a in w])
    carried = np.einsum("aij,bj->abi", w, t)
    n = np.rint(carried + t[:, None] - t[third])
    return (t[third] + n - carried).mean(1)


def _inverse(w: Int[np.ndarray, "order 3 3"]) -> Int[np.ndarray, "order 3 3"]:
    return np.rint(np.linalg.inv(w)).astype(int)


def _matching(
    numbers: Int[np.ndarray, " atoms"],
    scaled: Float[np.ndarray, "atoms 3"],
    arrived: Float[np.ndarray, "atoms 3"],
    lattice: Float[np.ndarray, "3 3"],
) -> Int[np.ndarray, " atoms"]:
    """Which atom of the same element stands nearest to each place, modulo the lattice."""
    offset = arrived[:, None] - scaled
    distance = np.linalg.norm((offset - np.rint(offset)) @ lattice, axis=2)
    distance[numbers[:, None] != numbers] = np.inf
    return distance.argmin(1)


def _cartesian(
    w: Int[np.ndarray, "order 3 3"], lattice: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "order 3 3"]:
    """Exactly orthogonal rotations, though the lattice may be symmetric only within tolerance."""
    different, which = np.unique(w, axis=0, return_inverse=True)
    turned = lattice.T @ different @ np.linalg.inv(lattice.T)
    exact = exact_group(turned)
    if exact is None:
        left, _, right = np.linalg.svd(turned)
        exact = left @ right
    return exact[which.ravel()]
