"""How far phonons can be trusted, measured on the result itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.derivatives import EnergyResult
from engine.phonons.bands import UNSTABLE_CM1
from engine.phonons.columns import little_group, reconstructed
from engine.phonons.mesh import Sample
from engine.phonons.operations import operations
from engine.phonons.polar import BornCharges
from engine.units import GPA_PER_EV_A3, frequency_cm1

LARGE_FORCE_EV_A = 0.01
LARGE_STRESS_GPA = 0.5
LARGE_SYMMETRY_ERROR = 1e-3
LARGE_INTERPOLATION_CM1 = 5.0
LARGE_ACOUSTIC_SUM = 1e-3
LARGE_NEUTRALITY_E = 0.02


@dataclass(frozen=True)
class Trust:
    """What limits the numbers.

    Attributes
    ----------
    acoustic_sum_error : largest |sum_j Phi_ij(q=0)| in eV/angstrom^2; zero for a model that does
        not notice a translation of the crystal.
    symmetry_error : how far the model's own answer is from having the symmetry of the crystal, or
        from being Hermitian, relative.
    interpolation_error_cm1 : largest difference between exact and interpolated frequencies at wave
        vectors half-way between mesh points; None without a mesh, and not known for finite
        differences. With Born charges it is that of the frequencies shown, which have their field,
        from the model's own, at shorter waves.
    max_force_eV_A : largest force on an atom; phonons are those of a structure at rest.
    max_stress_GPa : largest component of the stress; None for chains and slabs.
    lowest_cm1 : lowest frequency at all wave vectors computed exactly.
    lowest_q : where it is, in units of the reciprocal vectors.
    unstable : whether that is imaginary beyond rounding.
    neutrality_error_e : largest element of the sum of the Born charges; None without them.
    """

    acoustic_sum_error: float
    symmetry_error: float
    interpolation_error_cm1: float | None
    max_force_eV_A: float
    max_stress_GPa: float | None
    lowest_cm1: float
    lowest_q: tuple[float, float, float]
    unstable: bool
    neutrality_error_e: float | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the numbers should know, in plain words; empty if all is well."""
        q = ", ".join(f"{x:.3g}" for x in self.lowest_q)
        interpolation = self.interpolation_error_cm1 or 0.0
        stress, neutrality = self.max_stress_GPa or 0.0, self.neutrality_error_e or 0.0
        checks = [
            (
                self.max_force_eV_A > LARGE_FORCE_EV_A,
                f"The largest force is {self.max_force_eV_A:.3g} eV/angstrom: the structure is not "
                "at rest under this model, and its phonons mean little before it is relaxed.",
            ),
            (
                stress > LARGE_STRESS_GPA,
                f"The stress reaches {stress:.2g} GPa: these are the phonons of a strained crystal "
                "under this model.",
            ),
            (
                self.unstable,
                f"The crystal is unstable: an imaginary frequency of {self.lowest_cm1:.1f} cm-1 at "
                f"q = ({q}).",
            ),
            (
                interpolation > LARGE_INTERPOLATION_CM1,
                f"Interpolated frequencies are off by {interpolation:.2g} cm-1 between mesh "
                "points: use a finer mesh.",
            ),
            (
                self.symmetry_error > LARGE_SYMMETRY_ERROR,
                "The model's force constants break the symmetry of the crystal by "
                f"{self.symmetry_error:.1e}: the atoms may stand off their symmetric places.",
            ),
            (
                self.acoustic_sum_error > LARGE_ACOUSTIC_SUM,
                f"The acoustic sum rule is violated by {self.acoustic_sum_error:.1e} "
                "eV/angstrom^2: frequencies near Γ are wrong.",
            ),
            (
                neutrality > LARGE_NEUTRALITY_E,
                f"The Born charges add up to {neutrality:.2g} e instead of zero; the rest was "
                "spread over the atoms.",
            ),
        ]
        return tuple(text for applies, text in checks if applies)


def measured(
    atoms: Atoms,
    state: EnergyResult,
    gamma: Float[np.ndarray, "3*atoms 3*atoms"],
    sample: Sample | None,
    interpolated: Callable[
        [Float[np.ndarray, "n_q 3"]], Complex[np.ndarray, "n_q 3*atoms 3*atoms"]
    ],
    born: BornCharges | None,
) -> Trust:
    """Measure a result.

    Parameters
    ----------
    gamma : Phi(q=0) in eV/angstrom^2, of which alone the trust is known without a mesh.
    interpolated : gives D(q) as it is shown between the points of the mesh.
    """
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    weights = np.outer(root_mass, root_mass)
    if sample is None:
        q, exact = np.zeros((1, 3)), gamma[None] / weights
        symmetry_error = _asymmetry(atoms, gamma)
    else:
        q = np.concatenate([sample.q, sample.check_q])
        both = np.concatenate([sample.force_constants, sample.check_force_constants])
        exact = both / weights
        symmetry_error = sample.symmetry_error
    frequencies = frequency_cm1(np.linalg.eigvalsh(exact))
    where = q[frequencies.min(1).argmin()]
    interpolation_error = None
    if sample is not None and len(sample.check_q):
        between = interpolated(sample.check_q)
        expected = frequencies[len(sample.q) :]
        error = np.abs(frequency_cm1(np.linalg.eigvalsh(between)) - expected).max()
        interpolation_error = float(error)
    stress = state.stress_eV_A3
    return Trust(
        acoustic_sum_error=float(np.abs(gamma.reshape(-1, len(atoms), 3).sum(1)).max()),
        symmetry_error=symmetry_error,
        interpolation_error_cm1=interpolation_error,
        max_force_eV_A=float(np.linalg.norm(state.forces_eV_A, axis=1).max()),
        max_stress_GPa=None if stress is None else float(np.abs(stress).max() * GPA_PER_EV_A3),
        lowest_cm1=float(frequencies.min()),
        lowest_q=(float(where[0]), float(where[1]), float(where[2])),
        unstable=bool(frequencies.min() < -UNSTABLE_CM1),
        neutrality_error_e=born.neutrality_error_e if born else None,
    )


def _asymmetry(atoms: Atoms, gamma: Float[np.ndarray, "3*atoms 3*atoms"]) -> float:
    """Part of Phi(q=0) that symmetry forbids, relative; with one atom a cell Phi is rounding."""
    group = little_group(operations(atoms), np.zeros(3))
    symmetric: Complex[np.ndarray, "a a"] = reconstructed(group, np.eye(len(gamma)), gamma.T)
    symmetric = (symmetric + symmetric.conj().T) / 2
    size = float(np.linalg.norm(gamma))
    return float(np.linalg.norm(gamma - symmetric)) / size if size > LARGE_ACOUSTIC_SUM else 0.0
