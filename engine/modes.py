"""Modes of vibration: what diagonalising a Hessian or a dynamical matrix gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Complex, Float, Int, Shaped

from engine.symmetry.group import SymmetryGroup
from engine.symmetry.labels import DEGENERATE_CM1, label_modes, unlabelled
from engine.units import frequency_cm1

T = TypeVar("T")


@dataclass(frozen=True)
class Modes:
    """Modes of one wave vector, ascending in frequency.

    Attributes
    ----------
    q : shape (3,), in units of the reciprocal vectors of the cell; zero for molecules.
    frequency_cm1 : shape (modes,), in cm^-1; imaginary frequencies are negative.
    displacement : shape (modes, atoms, 3), Cartesian direction normalised to 1; complex away from
        q = 0. Atom j in cell R moves as Re[u_j exp(i(2 pi q.R - omega t))].
    reduced_mass_amu : shape (modes,), 1 / sum_j |e_j|^2 / m_j of the normalised mass-weighted e.
    acoustic : shape (modes,), the three translations of a crystal at q = 0.
    irrep : Mulliken symbol of each mode, None where none can be given.
    degeneracy : shape (modes,), number of modes of the level.
    symmetry_purity : weight of the mode in its irrep, None where no irreps are known.
    ir_active, raman_active : what selection rules allow; None where they do not apply (q != 0).
    hyper_raman_active : the same for hyper-Raman scattering.
    irrep_confidence : how much of its irrep there is where the mode is found if no symmetry is
        imposed, 0 to 1 (:class:`engine.symmetry.ModeLabels`); None where no irreps are known.
    irrep_certain : whether that is at least one half; None without an irrep.
    polarization : where q = 0 of a polar crystal is approached in a direction: ``LO`` or ``TO``, or
        None for a mode without a dipole, or one that is neither; None: it is not approached so.
    """

    q: Float[np.ndarray, "3"]
    frequency_cm1: Float[np.ndarray, " modes"]
    displacement: Complex[np.ndarray, "modes atoms 3"] | Float[np.ndarray, "modes atoms 3"]
    reduced_mass_amu: Float[np.ndarray, " modes"]
    acoustic: Bool[np.ndarray, " modes"]
    irrep: tuple[str | None, ...]
    degeneracy: Int[np.ndarray, " modes"]
    symmetry_purity: tuple[float | None, ...]
    ir_active: tuple[bool | None, ...]
    raman_active: tuple[bool | None, ...]
    hyper_raman_active: tuple[bool | None, ...]
    irrep_confidence: tuple[float | None, ...]
    irrep_certain: tuple[bool | None, ...]
    polarization: tuple[str | None, ...] | None = None

    def __len__(self) -> int:
        return len(self.frequency_cm1)

    def levels(self) -> list[Int[np.ndarray, " level"]]:
        """Mode numbers (from 0) grouped into degenerate levels; acoustic modes stay by themselves.

        Where irreps are known a level never mixes two of them.
        """
        starts = [0]
        for i in range(1, len(self)):
            first = starts[-1]
            same = (
                self.frequency_cm1[i] - self.frequency_cm1[i - 1] < DEGENERATE_CM1
                and self.irrep[i] == self.irrep[first]
                and self.acoustic[i] == self.acoustic[first]
                and i - first < self.degeneracy[first]
            )
            if not same:
                starts.append(i)
        return np.split(np.arange(len(self)), starts[1:])

    def matrices(
        self,
        level: Int[np.ndarray, " level"],
        group: SymmetryGroup,
        masses_amu: Float[np.ndarray, " atoms"],
    ) -> Float[np.ndarray, "order level level"]:
        """What each operation makes of the partners of a level at q = 0, from their displacements.

        Column n tells what becomes of partner n; the trace is the character of the irrep.
        """
        weighted = self.displacement[level].real * np.sqrt(masses_amu)[:, None]
        norm = np.linalg.norm(weighted, axis=(1, 2))
        return group.matrices(weighted / norm[:, None, None])


def modes_of(
    matrix: Shaped[np.ndarray, "3*atoms 3*atoms"],
    masses_amu: Float[np.ndarray, " atoms"],
    q: Float[np.ndarray, "3"],
    group: SymmetryGroup | None = None,
    subspace: Shaped[np.ndarray, "3*atoms dimension"] | None = None,
    acoustic: bool = False,
    as_given: Float[np.ndarray, "3*atoms 3*atoms"] | None = None,
) -> Modes:
    """Diagonalise a mass-weighted matrix, in a subspace if one is given, and label the modes.

    Parameters
    ----------
    matrix : Hermitian, in eV/(angstrom^2 amu).
    group : the symmetry by which modes are labelled, and which is imposed; None: no labels.
    subspace : orthonormal columns to stay within, such as the vibrations of a molecule; the group
        must leave the space as it is.
    acoustic : the modes are the translations of a crystal, which nothing absorbs or scatters.
    as_given : the matrix before any symmetry was imposed, if that is another; the confidence
        tells of it.
    """
    basis = np.eye(len(matrix)) if subspace is None else subspace
    if np.abs(matrix.imag).max() < 1e-12 * max(np.abs(matrix).max(), 1e-300):
        matrix = matrix.real
    labels = label_modes(group, matrix, basis, as_given) if group else unlabelled(matrix, basis)
    displacement, reduced_mass_amu = _cartesian(labels.eigenvectors, masses_amu)
    not_active = (False,) * len(displacement)
    return Modes(
        q=q,
        frequency_cm1=frequency_cm1(labels.eigenvalues),
        displacement=displacement,
        reduced_mass_amu=reduced_mass_amu,
        acoustic=np.full(len(displacement), acoustic),
        irrep=labels.irreps,
        degeneracy=np.array(labels.degeneracies, int),
        symmetry_purity=labels.purities,
        ir_active=not_active if acoustic else labels.ir_active,
        raman_active=not_active if acoustic else labels.raman_active,
        hyper_raman_active=not_active if acoustic else labels.hyper_raman_active,
        irrep_confidence=labels.confidences,
        irrep_certain=labels.certain,
    )


def joined(first: Modes, second: Modes) -> Modes:
    """Modes of two orthogonal subspaces as one, ascending in frequency (the first leads ties)."""
    order = np.argsort(np.concatenate([first.frequency_cm1, second.frequency_cm1]), kind="stable")

    def arrays(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.concatenate([one, other])[order]

    def tuples(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
        return tuple((one + other)[i] for i in order)

    return Modes(
        q=first.q,
        frequency_cm1=arrays(first.frequency_cm1, second.frequency_cm1),
        displacement=arrays(first.displacement, second.displacement),
        reduced_mass_amu=arrays(first.reduced_mass_amu, second.reduced_mass_amu),
        acoustic=arrays(first.acoustic, second.acoustic),
        irrep=tuples(first.irrep, second.irrep),
        degeneracy=arrays(first.degeneracy, second.degeneracy),
        symmetry_purity=tuples(first.symmetry_purity, second.symmetry_purity),
        ir_active=tuples(first.ir_active, second.ir_active),
        raman_active=tuples(first.raman_active, second.raman_active),
        hyper_raman_active=tuples(first.hyper_raman_active, second.hyper_raman_active),
        irrep_confidence=tuples(first.irrep_confidence, second.irrep_confidence),
        irrep_certain=tuples(first.irrep_certain, second.irrep_certain),
    )


def _cartesian(
    vectors: Shaped[np.ndarray, "modes atoms 3"], masses_amu: Float[np.ndarray, " atoms"]
) -> tuple[Shaped[np.ndarray, "modes atoms 3"], Float[np.ndarray, " modes"]]:
    """Displacements e / sqrt(m) normalised to 1, and the reduced masses 1 / |e / sqrt(m)|^2."""
    displacement = vectors / np.sqrt(masses_amu)[:, None]
    norm = np.linalg.norm(displacement, axis=(1, 2))
    return displacement / norm[:, None, None], 1.0 / norm**2
