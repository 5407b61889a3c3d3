"""Phonons of a crystal under a potential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.derivatives import EnergyResult, dynamical_matrices, energy_forces_stress
from engine.errors import PhonoscopeError
from engine.modes import Modes, joined, modes_of
from engine.phonons.bands import Bands
from engine.phonons.path import BandPath, band_path
from engine.potentials import Potential
from engine.symmetry import SpaceGroup, representation, space_group
from engine.units import frequency_cm1
from engine.vibrations import rigid_motions


@dataclass(frozen=True)
class Phonons:
    """Phonons of a crystal.

    Attributes
    ----------
    atoms : the cell, positions in angstrom, masses in amu.
    potential : the model of the energy.
    state : energy, forces and stress of the cell.
    space_group : its symmetry.
    gamma : the modes at q = 0, the three translations marked as acoustic.
    gamma_optical : representation of the optical modes at q = 0, like ``T2g``; None where a label
        cannot be given.
    acoustic_sum_error : largest |sum_j Phi_ij(q=0)| in eV/angstrom^2; zero for a potential that
        does not notice a translation of the crystal.
    """

    atoms: Atoms
    potential: Potential
    state: EnergyResult
    space_group: SpaceGroup
    gamma: Modes
    gamma_optical: str | None
    acoustic_sum_error: float

    def dynamical_matrix(
        self, q: Float[np.ndarray, "*n 3"], gauge: Literal["cell", "atom"] = "cell"
    ) -> Complex[np.ndarray, "*n 3*atoms 3*atoms"]:
        """D(q), exact at any q, in eV/(angstrom^2 amu).

        Parameters
        ----------
        q : one wave vector or several, in units of the reciprocal vectors of the cell.
        gauge : ``cell``: D_ij(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R) / sqrt(m_i m_j).
            ``atom``: the phase is q.(R + r_j - r_i), the convention of phonopy.
        """
        q = np.asarray(q, float)
        matrices = dynamical_matrices(self.atoms, self.potential, q.reshape(-1, 3))
        if gauge == "atom":
            scaled = self.atoms.get_scaled_positions(wrap=False)
            phase = np.repeat(np.exp(2j * np.pi * q.reshape(-1, 3) @ scaled.T), 3, axis=1)
            matrices = phase.conj()[:, :, None] * matrices * phase[:, None, :]
        elif gauge != "cell":
            raise PhonoscopeError(
                f"There is no gauge '{gauge}'", "known are cell and atom", "Choose one of them."
            )
        return matrices.reshape(*q.shape[:-1], *matrices.shape[1:])

    def modes(self, q: Float[np.ndarray, "3"]) -> Modes:
        """Modes at one wave vector; labelled at q = 0."""
        q = np.asarray(q, float)
        if not q.any():
            return self.gamma
        return modes_of(self.dynamical_matrix(q), self.atoms.get_masses(), q)

    def bands(self, path: BandPath | Literal["auto"] = "auto", n_points: int = 200) -> Bands:
        """Frequencies along a path, by exact D(q) at every point.

        Parameters
        ----------
        path : ``auto``: the standard path with about ``n_points`` points.
        """
        if isinstance(path, str):
            path = band_path(self.atoms, n_points)
        matrices = self.dynamical_matrix(path.q)
        return Bands(
            q=path.q,
            distance=path.distance,
            labels=path.labels,
            frequencies_cm1=frequency_cm1(np.linalg.eigvalsh(matrices)),
        )


def phonons(atoms: Atoms, model: Potential) -> Phonons:
    """Phonons of the cell as given; reduce it with :func:`engine.primitive_cell` first if needed.

    Raises
    ------
    PhonoscopeError
        for a structure that is not periodic, or elements the model does not cover.
    """
    if not atoms.pbc.any():
        raise PhonoscopeError(
            "This structure is a molecule, not a crystal",
            f"{atoms.get_chemical_formula()} is not periodic, so that there is no q",
            "Use phonoscope modes (engine.vibrations).",
        )
    state = energy_forces_stress(atoms, model)
    symmetry = space_group(atoms)
    masses = atoms.get_masses()
    matrix = dynamical_matrices(atoms, model, np.zeros((1, 3)))[0].real
    translations, _ = rigid_motions(atoms.positions, masses)
    everything, _, _ = np.linalg.svd(translations)
    optical = everything[:, 3:]

    zero, factor_group = np.zeros(3), symmetry.factor_group
    gamma = modes_of(matrix, masses, zero, factor_group, translations, acoustic=True)
    gamma_optical: str | None = ""
    if optical.size:
        gamma = joined(gamma, modes_of(matrix, masses, zero, factor_group, optical))
        vectors = optical.T.reshape(-1, len(atoms), 3)
        gamma_optical = (
            representation(factor_group, factor_group.characters(vectors)) if factor_group else None
        )
    root_mass = np.repeat(np.sqrt(masses), 3)
    force_constants = (matrix * np.outer(root_mass, root_mass)).reshape(-1, len(atoms), 3)
    return Phonons(
        atoms=atoms,
        potential=model,
        state=state,
        space_group=symmetry,
        gamma=gamma,
        gamma_optical=gamma_optical,
        acoustic_sum_error=float(np.abs(force_constants.sum(1)).max()),
    )
