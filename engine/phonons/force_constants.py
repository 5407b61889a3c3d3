"""From the matrices on a mesh to force constants in space, and to any other wave vector.

The Fourier transform of Phi(q) over an N1 x N2 x N3 mesh is Phi(0i, Rj) summed over all images of R
in a supercell of as many cells. phonopy attributes each to its nearest images and does the rest:
matrices at any q, derivatives, the non-analytic term.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float, Int
from phonopy import Phonopy
from phonopy.harmonic.dynamical_matrix import get_dynamical_matrices_at_qpoints
from phonopy.structure.atoms import PhonopyAtoms

from engine.phonons.mesh import Sample
from engine.phonons.polar import BornCharges

EMPTY_A = 30.0
"""Empty space that is put around a chain or slab, so that nearest images lie along its lattice."""


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
    # exp(-2 pi i q.R) over all q is numpy's forward transform.
    at_q = sample.force_constants.reshape(*mesh, n, 3, n, 3)
    in_space = np.fft.fftn(at_q, axes=(0, 1, 2)).real / mesh.prod()
    # A crystal moved as a whole feels no force; what single precision leaves of one (0.2 cm-1 at Γ)
    # is taken from each atom's force on itself. trust.acoustic_sum_error tells how much it was.
    net = in_space.sum((0, 1, 2)).sum(2)
    own = np.arange(n)
    in_space[0, 0, 0, own, :, own] -= (net + net.swapaxes(1, 2)) / 2
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


def interpolated(
    ph: Phonopy,
    q: Float[np.ndarray, "n_q 3"],
    direction: Float[np.ndarray, "3"] | None = None,
    polar: bool = True,
) -> Complex[np.ndarray, "n_q 3*atoms 3*atoms"]:
    """D(q) in the cell gauge from force constants, in eV/(angstrom^2 amu).

    Parameters
    ----------
    direction : from which q = 0 is approached, in units of the reciprocal vectors; only matters
        with the non-analytic term, which is left out at q = 0 without it.
    polar : False leaves the non-analytic term out everywhere.
    """
    assert ph.dynamical_matrix is not None
    matrices = get_dynamical_matrices_at_qpoints(
        ph.dynamical_matrix, np.ascontiguousarray(q), is_nac=None if polar else False
    )
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
