"""From the matrices on a mesh to force constants in space, and to any other wave vector.

The Fourier transform of Phi(q) over an N1 x N2 x N3 mesh is Phi(0i, Rj) summed over all images of
R in a supercell of as many cells. Each is given to its nearest images in equal parts, as by
K. Parlinski, Z. Q. Li and Y. Kawazoe, Phys. Rev. Lett. 78, 4063 (1997), and

    D_ij(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R) / sqrt(m_i m_j).

phonopy does the same, adds the non-analytic term, and knows much else; its object takes seconds to
make for fine meshes, and is made when it is asked for.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.geometry import minkowski_reduce
from jaxtyping import Complex, Float, Int
from phonopy import Phonopy
from phonopy.harmonic.dynamical_matrix import get_dynamical_matrices_at_qpoints
from phonopy.structure.atoms import PhonopyAtoms

from engine.phonons.mesh import Sample
from engine.phonons.polar import BornCharges
from engine.phonons.stars import Mesh

EMPTY_A = 30.0
"""Empty space that is put around a chain or slab, so that nearest images lie along its lattice."""


EQUALLY_NEAR_A = 1e-5
"""Images whose distances differ by less share alike."""
NEGLIGIBLE = 1e-12
"""Force constants smaller than this part of the largest are left out."""
LARGEST_CHUNK = 4_000_000
"""Phases that are kept at a time, 16 bytes each."""


def phonopy_object(atoms: Atoms, sample: Sample, born: BornCharges | None = None) -> Phonopy:
    """A phonopy.Phonopy whose supercell is the mesh, with force constants in eV/angstrom^2.

    Its primitive cell is the cell given; symmetry is switched off in it, for it is in the force
    constants already and phonopy's search takes long for large supercells.

    Parameters
    ----------
    born : with these, phonopy adds the non-analytic term by the method of Gonze and Lee.
    """
    ph = Phonopy(
        phonopy_cell(atoms),
        supercell_matrix=np.diag(sample.mesh),
        primitive_matrix="P",
        is_symmetry=False,
        log_level=0,
    )
    n, mesh = len(atoms), np.array(sample.mesh)
    in_space = summed_over_images(atoms, sample)
    cells = _cells(ph, mesh)
    of_cell = np.array([ph.primitive.p2p_map[i] for i in ph.primitive.s2p_map])
    # Each home atom stands in some cell of the supercell; others are counted from there.
    home = cells[np.array(ph.primitive.p2s_map)]
    # phonopy wraps atoms into the cell; R counts from where they are given.
    wrapped = np.rint(ph.unitcell.scaled_positions - ph.primitive.scaled_positions).astype(int)
    r = (cells - wrapped[of_cell] - (home - wrapped)[:, None]) % mesh
    i = np.arange(n)[:, None]
    ph.force_constants = np.ascontiguousarray(
        in_space[r[..., 0], r[..., 1], r[..., 2], i, :, of_cell[None], :]
    )
    if born is not None:
        ph.nac_params = born.nac_params()
    return ph


@dataclass(frozen=True)
class ForceConstants:
    """Phi(0i, Rj) of every pair of atoms, R running over lattice vectors near enough to matter.

    Attributes
    ----------
    lattice : shape (terms, 3), R in lattice vectors.
    values : shape (terms, 9 * atoms * atoms), Phi(0i, Rj) in eV/angstrom^2, its axes i, j and the
        Cartesian components of both in a row; zero for pairs that are far apart in this R.
    masses_amu : shape (atoms,).
    """

    lattice: Int[np.ndarray, "terms 3"]
    values: Float[np.ndarray, "terms components"]
    masses_amu: Float[np.ndarray, " atoms"]

    def matrices(self, q: Float[np.ndarray, "n_q 3"]) -> Complex[np.ndarray, "n_q 3*atoms 3*atoms"]:
        """D(q) in the cell gauge, in eV/(angstrom^2 amu)."""
        n = len(self.masses_amu)
        chunk = max(1, LARGEST_CHUNK // max(1, len(self.lattice)))
        found = [self._sums(q[k : k + chunk]) for k in range(0, len(q), chunk)]
        blocks = np.concatenate(found) if found else np.zeros((0, n, n, 3, 3), complex)
        root = np.sqrt(self.masses_amu)
        blocks /= (root[:, None] * root)[:, :, None, None]
        matrices = blocks.swapaxes(2, 3).reshape(len(q), 3 * n, 3 * n)
        return (matrices + matrices.conj().swapaxes(1, 2)) / 2

    def _sums(self, q: Float[np.ndarray, "n_q 3"]) -> Complex[np.ndarray, "n_q atoms atoms 3 3"]:
        n = len(self.masses_amu)
        phases = np.ones((len(q), len(self.lattice)), complex)
        for axis in range(3):  # one table an axis, instead of an exponential a term
            numbers, which = np.unique(self.lattice[:, axis], return_inverse=True)
            if numbers.any():
                phases *= np.exp(2j * np.pi * np.outer(q[:, axis], numbers))[:, which]
        # Both parts in one real product: the constants are real.
        parts = np.concatenate([phases.real, phases.imag]) @ self.values
        return (parts[: len(q)] + 1j * parts[len(q) :]).reshape(len(q), n, n, 3, 3)


def force_constants(atoms: Atoms, sample: Sample) -> ForceConstants:
    """Force constants in space from the matrices on a mesh."""
    n = len(atoms)
    in_space = summed_over_images(atoms, sample)
    smallest = NEGLIGIBLE * np.abs(in_space).max()
    pairs = list(itertools.product(range(n), repeat=2))
    lattice, values = [], []
    for i, j in pairs:
        r, shares = _nearest_images(atoms, sample.mesh, i, j)
        phi = in_space[*(r % np.array(sample.mesh)).T, i, :, j, :].reshape(-1, 9)
        kept = np.abs(phi).max(1) > smallest
        lattice.append(r[kept])
        values.append(phi[kept] * shares[kept, None])
    together, place = np.unique(np.concatenate(lattice), axis=0, return_inverse=True)
    table = np.zeros((len(together), len(pairs), 9))
    pair = np.repeat(np.arange(len(pairs)), [len(part) for part in values])
    table[place.ravel(), pair] = np.concatenate(values)  # a pair has each R once
    return ForceConstants(together, table.reshape(len(together), -1), atoms.get_masses())


def _nearest_images(
    atoms: Atoms, mesh: Mesh, i: int, j: int
) -> tuple[Int[np.ndarray, "terms 3"], Float[np.ndarray, " terms"]]:
    """Lattice vectors R for which j in cell R is, among its images in the supercell, nearest to i.

    With the share of each: images that are equally near divide what belongs to them.
    """
    cell = atoms.cell.complete().array
    vectors, reduction = minkowski_reduce(cell * np.array(mesh)[:, None], atoms.pbc)
    r = np.indices(mesh).reshape(3, -1).T
    offset = atoms.positions[j] - atoms.positions[i]
    scaled = (r @ cell + offset) @ np.linalg.inv(vectors)
    # Where there is no lattice, nothing is ever moved.
    wraps = np.where(atoms.pbc, -np.rint(scaled), 0)
    around = np.array(
        list(itertools.product(*([-1, 0, 1] if periodic else [0] for periodic in atoms.pbc)))
    )
    moves = wraps[:, None] + around  # in the reduced vectors of the supercell
    distance = np.linalg.norm((scaled[:, None] + moves) @ vectors, axis=2)
    nearest = distance < distance.min(1, keepdims=True) + EQUALLY_NEAR_A
    which, image = np.nonzero(nearest)
    moved = np.rint(moves[which, image] @ reduction).astype(int) * mesh
    return r[which] + moved, 1 / nearest.sum(1)[which]


def summed_over_images(
    atoms: Atoms, sample: Sample
) -> Float[np.ndarray, "n1 n2 n3 atoms 3 atoms 3"]:
    """Phi(0i, Rj), in eV/angstrom^2, summed over the images of R in the supercell of the mesh."""
    n, mesh = len(atoms), np.array(sample.mesh)
    # exp(-2 pi i q.R) over all q is numpy's forward transform.
    at_q = sample.force_constants.reshape(*mesh, n, 3, n, 3)
    in_space: Float[np.ndarray, "n1 n2 n3 atoms 3 atoms 3"] = (
        np.fft.fftn(at_q, axes=(0, 1, 2)).real / mesh.prod()
    )
    # A crystal moved as a whole feels no force; what single precision leaves of one (0.2 cm-1 at Γ)
    # is taken from each atom's force on itself. trust.acoustic_sum_error tells how much it was.
    net = in_space.sum((0, 1, 2)).sum(2)
    own = np.arange(n)
    in_space[0, 0, 0, own, :, own] -= (net + net.swapaxes(1, 2)) / 2
    return in_space


def polar_matrices(
    ph: Phonopy,
    q: Float[np.ndarray, "n_q 3"],
    direction: Float[np.ndarray, "3"] | None = None,
) -> Complex[np.ndarray, "n_q 3*atoms 3*atoms"]:
    """D(q) in the cell gauge by phonopy, in eV/(angstrom^2 amu).

    Parameters
    ----------
    direction : from which q = 0 is approached, in units of the reciprocal vectors; only matters
        with the non-analytic term, which is left out at q = 0 without it.
    """
    assert ph.dynamical_matrix is not None
    matrices = get_dynamical_matrices_at_qpoints(ph.dynamical_matrix, np.ascontiguousarray(q))
    at_gamma = np.linalg.norm(q, axis=1) < 1e-9
    if direction is not None and at_gamma.any():
        matrices[at_gamma] = get_dynamical_matrices_at_qpoints(
            ph.dynamical_matrix, np.zeros((1, 3)), np.asarray(direction, float)
        )
    # Of the cell as given: phonopy wraps the atoms of its primitive cell, and of nothing else.
    phase = np.repeat(np.exp(2j * np.pi * q @ ph.unitcell.scaled_positions.T), 3, axis=1)
    return phase[:, :, None] * matrices * phase[:, None, :].conj()


def phonopy_cell(atoms: Atoms) -> PhonopyAtoms:
    """The cell for phonopy; wide and straight along directions without a lattice."""
    cell = atoms.cell.complete().array.copy()
    open_ = np.flatnonzero(~atoms.pbc)
    if len(open_):
        _, _, basis = np.linalg.svd(cell[atoms.pbc])
        across = basis[len(cell) - len(open_) :]
        extent = np.ptp(atoms.positions @ across.T, axis=0) + EMPTY_A
        cell[open_] = across * extent[:, None]
    return PhonopyAtoms(
        numbers=atoms.numbers, cell=cell, positions=atoms.positions, masses=atoms.get_masses()
    )


def _cells(ph: Phonopy, mesh: Int[np.ndarray, "3"]) -> Int[np.ndarray, "supercell_atoms 3"]:
    """The lattice vector of the cell in which each atom of the supercell stands."""
    of_cell = np.array([ph.primitive.p2p_map[i] for i in ph.primitive.s2p_map])
    offset = ph.supercell.scaled_positions * mesh - ph.primitive.scaled_positions[of_cell]
    return np.rint(offset).astype(int)
