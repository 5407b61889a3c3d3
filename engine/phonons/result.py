"""The result: exact matrices at any q, and what force constants from a mesh of them give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float
from phonopy import Phonopy

from engine.derivatives import EnergyResult, dynamical_matrices
from engine.errors import PhonoscopeError
from engine.finite_differences import derivatives_of
from engine.modes import Modes
from engine.phonons.bands import Bands, split_at_gamma, towards_neighbours
from engine.phonons.branches import connected
from engine.phonons.dos import DenseModes, Dos, dense_mesh, dense_modes, density_of_states
from engine.phonons.force_constants import (
    ForceConstants,
    force_constants,
    phonopy_object,
    polar_matrices,
)
from engine.phonons.gamma import modes_at_gamma
from engine.phonons.irreps import WaveSymmetries, wave_symmetries
from engine.phonons.mesh import Sample, checked_mesh
from engine.phonons.path import BandPath, at_gamma, band_path
from engine.phonons.polar import BornCharges, polarization
from engine.phonons.stars import Mesh
from engine.phonons.thermal import Thermal, thermal_properties
from engine.phonons.trust import Trust, measured
from engine.phonons.velocities import group_velocities
from engine.phonons.wave_modes import modes_at
from engine.phonons.weights import atom_weights
from engine.potentials import Potential
from engine.potentials.finite_difference import FiniteDifferencePotential
from engine.potentials.theory import Theory
from engine.symmetry import SpaceGroup

ON_THE_MESH = FiniteDifferencePotential, Theory
"""Models that give force constants on the mesh alone."""


@dataclass(frozen=True)
class Phonons:
    """Phonons of a crystal.

    Exact matrices are known at any q; with a mesh there are force constants as well, and from them
    everything that needs many q.

    Attributes
    ----------
    atoms : the cell, positions in angstrom, masses in amu.
    potential : the model of the energy.
    dtype : the precision of its derivatives.
    state : energy, forces and stress of the cell.
    space_group : its symmetry.
    gamma : the modes at q = 0, the three translations marked as acoustic. In a polar crystal they
        are those without a macroscopic field; see :meth:`modes` for the others.
    gamma_optical : representation of the optical modes at q = 0, like ``T2g``; None where a label
        cannot be given.
    gamma_force_constants : shape (3*atoms, 3*atoms), Phi(q=0) in eV/angstrom^2, real.
    sample : the exact matrices on the mesh; None if no mesh was asked for.
    born : Born charges and dielectric tensor, None where they were not given.
    """

    atoms: Atoms
    potential: Potential
    dtype: np.dtype
    state: EnergyResult
    space_group: SpaceGroup
    gamma: Modes
    gamma_optical: str | None
    gamma_force_constants: Float[np.ndarray, "3*atoms 3*atoms"]
    sample: Sample | None
    born: BornCharges | None

    @property
    def mesh(self) -> Mesh | None:
        """Numbers of points of the mesh along the reciprocal vectors; None without a mesh."""
        return self.sample.mesh if self.sample else None

    @property
    def derivatives(self) -> str:
        """How second derivatives were taken: ``automatic``, or by finite differences of a step."""
        return derivatives_of(self.potential)

    @property
    def acoustic_sum_error(self) -> float:
        """Largest |sum_j Phi_ij(q=0)| in eV/angstrom^2."""
        return self.trust.acoustic_sum_error

    @cached_property
    def trust(self) -> Trust:
        """Errors, measured on this result."""
        return measured(
            self.atoms,
            self.state,
            self.gamma_force_constants,
            self.sample,
            self._interpolated,
            self.born,
        )

    @cached_property
    def force_constants(self) -> ForceConstants:
        """Force constants in space, without the non-analytic term; raises as :attr:`phonopy`."""
        return force_constants(self.atoms, self._mesh_sample)

    @cached_property
    def phonopy(self) -> Phonopy:
        """The force constants as a phonopy.Phonopy, in its units, for whatever else it can do.

        Raises
        ------
        PhonoscopeError
            without a mesh.
        """
        return phonopy_object(self.atoms, self._mesh_sample, self.born)

    @property
    def _mesh_sample(self) -> Sample:
        if self.sample is None:
            raise PhonoscopeError(
                "These phonons have no force constants",
                "they were computed without a mesh of wave vectors, with exact matrices only",
                "Compute them with engine.phonons(atoms, model, mesh=(4, 4, 4)).",
            )
        return self.sample

    @cached_property
    def wave_symmetries(self) -> WaveSymmetries:
        """The symmetry of the waves, for any q."""
        return wave_symmetries(self.atoms, self.space_group)

    def dynamical_matrix(
        self, q: Float[np.ndarray, "*n 3"], gauge: Literal["cell", "atom"] = "cell"
    ) -> Complex[np.ndarray, "*n 3*atoms 3*atoms"]:
        """D(q) of the model, exact at any q, in eV/(angstrom^2 amu).

        It is never interpolated, and never contains the non-analytic term of Born charges: that is
        added to interpolated results only (:meth:`bands`, :meth:`modes`, :meth:`dos`).

        By finite differences (:attr:`derivatives`, like "finite differences, 0.01 angstrom") and by
        a theory whose results are stored it is that of the method on the mesh, and interpolated
        elsewhere.

        Parameters
        ----------
        q : one wave vector or several, in units of the reciprocal vectors of the cell.
        gauge : ``cell``: D_ij(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R) / sqrt(m_i m_j).
            ``atom``: the phase is q.(R + r_j - r_i), the convention of phonopy.
        """
        q = _wave_vectors(q)
        flat = q.reshape(-1, 3)
        if isinstance(self.potential, ON_THE_MESH):
            matrices = self.force_constants.matrices(flat)
        else:
            matrices = dynamical_matrices(self.atoms, self.potential, flat, self.dtype)
        if gauge == "atom":
            scaled = self.atoms.get_scaled_positions(wrap=False)
            phase = np.repeat(np.exp(2j * np.pi * flat @ scaled.T), 3, axis=1)
            matrices = phase.conj()[:, :, None] * matrices * phase[:, None, :]
        elif gauge != "cell":
            raise PhonoscopeError(
                f"There is no gauge '{gauge}'", "known are cell and atom", "Choose one of them."
            )
        return matrices.reshape(*q.shape[:-1], *matrices.shape[1:])

    def modes(
        self,
        q: Float[np.ndarray, "3"],
        direction: Float[np.ndarray, "3"] | None = None,
        exact: bool | None = None,
        matrix: Complex[np.ndarray, "3*atoms 3*atoms"] | None = None,
    ) -> Modes:
        """Modes at one wave vector, each in one irrep; partners are exactly degenerate.

        Parameters
        ----------
        q : in units of the reciprocal vectors of the cell.
        direction : Cartesian, from which q = 0 is approached in a polar crystal: the modes then
            include the macroscopic field of long waves (LO-TO splitting), and are told apart as
            longitudinal and transverse ones instead of by irreps.
        exact : as for :meth:`bands`.
        matrix : :meth:`dynamical_matrix` of q, where it is known already, such as from
            :mod:`engine.jobs`; nothing is asked of the model then.

        Raises
        ------
        PhonoscopeError
            for a direction without Born charges or away from q = 0, or one that is zero.
        """
        q, masses = _wave_vectors(q).reshape(3), self.atoms.get_masses()
        if direction is not None:
            return self._polar_modes(q, np.asarray(direction, float))
        if not q.any():
            return self.gamma
        if matrix is None and self._exact(exact):
            matrix = self.dynamical_matrix(q)
        elif matrix is None:
            matrix = self._interpolated(q[None])[0]
        return modes_at(self.wave_symmetries, matrix, masses, q)

    def bands(
        self,
        path: BandPath | str = "auto",
        n_points: int = 200,
        exact: bool | None = None,
    ) -> Bands:
        """Frequencies along a path, connected to continuous branches, with their irreps.

        Parameters
        ----------
        path : points, or a route through labelled ones, see :func:`engine.phonons.band_path`;
            ``auto``: the standard path.
        n_points : about how many points in all.
        exact : True: the model's own D(q) at every point, without the term of Born charges. False:
            by force constants. None: by force constants where there is a mesh.
        """
        if isinstance(path, str):
            path = band_path(self.atoms, n_points, path)
        exact = self._exact(exact)
        polar = self.born is not None and not exact
        if polar:
            path, _ = split_at_gamma(path)
        matrices = self._matrices_along(path.q, path.distance, exact)
        found = connected(path, matrices, self.wave_symmetries, directional=polar)
        return Bands(
            q=path.q,
            distance=path.distance,
            labels=path.labels,
            frequencies_cm1=found.frequencies_cm1,
            exact=exact,
            irreps=found.irreps,
            connection=found.connection,
            segments=found.segments,
            points=found.points,
            compatibility=found.compatibility,
        )

    def atom_weights(self, bands: Bands) -> Float[np.ndarray, "points branches atoms"]:
        """Weight of each atom in the modes of bands, in the order of their ``frequencies_cm1``."""
        return atom_weights(self._matrices_along(bands.q, bands.distance, bands.exact))

    def dos(
        self,
        n_points: int = 400,
        mesh: Sequence[int] | None = None,
        smearing_cm1: float | None = None,
    ) -> Dos:
        """Density of states, total and by atom and element, from force constants.

        Parameters
        ----------
        n_points : number of intervals of the frequency axis.
        mesh : points of the dense mesh; None: about 60 angstrom's worth along each direction.
        smearing_cm1 : width of the normal distributions; None: the tetrahedron method.
        """
        return density_of_states(self.atoms, self._modes_on(mesh), n_points, smearing_cm1)

    def thermal(
        self,
        temperature_K: float | Sequence[float] | Float[np.ndarray, " n"] = 300.0,
        mesh: Sequence[int] | None = None,
    ) -> Thermal:
        """Heat capacity, entropy and free energy per mole of cells, from force constants."""
        modes = self._modes_on(mesh)
        return thermal_properties(
            modes.frequencies_cm1, modes.multiplicity, modes.mesh, temperature_K
        )

    def group_velocities(self, q: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n branches 3"]:
        """d omega / dk in km/s, Cartesian, from force constants, for q in reciprocal units."""
        q = _wave_vectors(q)
        found = group_velocities(self.phonopy, q.reshape(-1, 3))
        return found.reshape(*q.shape[:-1], *found.shape[1:])

    @cached_property
    def _dense(self) -> DenseModes:
        return dense_modes(self.atoms, self._interpolated, dense_mesh(self.atoms))

    def _interpolated(
        self, q: Float[np.ndarray, "n_q 3"]
    ) -> Complex[np.ndarray, "n_q 3*atoms 3*atoms"]:
        """D(q) from force constants, with the term of Born charges if there are any."""
        if self.born is not None:
            return polar_matrices(self.phonopy, q)
        return self.force_constants.matrices(q)

    def _matrices_along(
        self, q: Float[np.ndarray, "points 3"], distance: Float[np.ndarray, " points"], exact: bool
    ) -> Complex[np.ndarray, "points 3*atoms 3*atoms"]:
        """D(q) along a path; with Born charges Γ is approached from its neighbour on the path."""
        if exact:
            return self.dynamical_matrix(q)
        matrices = self._interpolated(q)
        if self.born is not None:
            towards = towards_neighbours(q, distance)
            for i in np.flatnonzero(at_gamma(q)):
                matrices[i] = polar_matrices(self.phonopy, np.zeros((1, 3)), towards[i])[0]
        return matrices

    def _modes_on(self, mesh: Sequence[int] | None) -> DenseModes:
        if mesh is None:
            return self._dense
        return dense_modes(self.atoms, self._interpolated, checked_mesh(self.atoms, mesh))

    def _exact(self, exact: bool | None) -> bool:
        if exact and isinstance(self.potential, ON_THE_MESH):
            raise PhonoscopeError(
                f"{self.potential.name} has no exact matrices here",
                f"its derivatives ({self.derivatives}) are known on the mesh alone",
                "Leave exact away, or choose a mesh that contains the wave vector.",
            )
        return self.sample is None if exact is None else exact

    def _polar_modes(self, q: Float[np.ndarray, "3"], direction: Float[np.ndarray, "3"]) -> Modes:
        usable = direction.shape == (3,) and np.isfinite(direction).all() and direction.any()
        if self.born is None or q.any() or not usable:
            raise PhonoscopeError(
                "A direction makes no difference here",
                f"it matters at q = 0 of a crystal with Born charges, and was {direction.tolist()} "
                f"at q = {q.tolist()}, {'with' if self.born else 'without'} Born charges",
                "Leave it away, or give born= to engine.phonons.",
            )
        towards = self.atoms.cell.array @ direction / np.linalg.norm(direction)
        matrix = polar_matrices(self.phonopy, q[None], towards)[0]
        modes = modes_at_gamma(matrix.real, self.atoms, None)
        kinds = polarization(modes.displacement.real, self.born, direction)
        return replace(modes, polarization=kinds)


def _wave_vectors(q: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    try:
        vectors = np.asarray(q, float)
    except (TypeError, ValueError):
        vectors = np.empty(0)
    if vectors.shape[-1:] != (3,) or not np.isfinite(vectors).all():
        raise PhonoscopeError(
            "This is not a wave vector",
            f"three numbers are expected, or an array of such, not {q!r}",
            "Give q in units of the reciprocal vectors of the cell, like (0.5, 0, 0.5).",
        )
    return vectors
