"""What every model of the energy must satisfy, measured: for one's own models, too.

>>> import engine
>>> from engine.checks import cutoff_jumps, invariance_errors
>>> silicon, model = engine.read("silicon"), engine.load_model("stillinger-weber")
>>> max(invariance_errors(model, silicon).values()) < 1e-9
True
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from ase import Atoms
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from engine.derivatives import bloch_products, energy_forces_stress
from engine.potentials import Potential

Motion = Literal["rotation", "inversion", "translation", "permutation"]


def invariance_errors(model: Potential, atoms: Atoms, seed: int = 0) -> dict[Motion, float]:
    """How far energy and forces are from following the motions that they must follow.

    The atoms are displaced at random by 0.05 angstrom first, so that no symmetry of theirs hides
    an error.

    Returns
    -------
    For each motion the larger of the changes of the energy (eV) and of the forces turned back
    (eV/angstrom), relative to the largest force or 1.

    Raises
    ------
    PhonoscopeError
        for elements the model does not cover.
    """
    rng = np.random.default_rng(seed)
    start = atoms.copy()
    start.positions += rng.normal(scale=0.05, size=start.positions.shape)
    turn = Rotation.random(random_state=seed).as_matrix()
    order = rng.permutation(len(start))
    motions: dict[Motion, tuple[Atoms, Float[np.ndarray, "3 3"], np.ndarray]] = {
        "rotation": (_turned(start, turn), turn, np.arange(len(start))),
        "inversion": (_turned(start, -np.eye(3)), -np.eye(3), np.arange(len(start))),
        "translation": (_shifted(start, rng.normal(size=3)), np.eye(3), np.arange(len(start))),
        "permutation": (start[order], np.eye(3), order),
    }
    before = energy_forces_stress(start, model)
    scale = max(1.0, float(np.abs(before.forces_eV_A).max()))
    errors: dict[Motion, float] = {}
    for motion, (moved, matrix, atoms_from) in motions.items():
        after = energy_forces_stress(moved, model)
        wrong = after.forces_eV_A - before.forces_eV_A[atoms_from] @ matrix.T
        change = abs(after.energy_eV - before.energy_eV)
        errors[motion] = max(change, float(np.abs(wrong).max())) / scale
    return errors


class CutoffJumps(NamedTuple):
    """Jumps of a pair's energy and its derivatives where the distance passes the cutoff.

    Attributes
    ----------
    energy_eV, force_eV_A, stiffness_eV_A2 : largest differences across the cutoff.
    """

    energy_eV: float
    force_eV_A: float
    stiffness_eV_A2: float


def cutoff_jumps(model: Potential, elements: str, step_A: float = 1e-6) -> CutoffJumps:
    """Whether a pair of atoms parts smoothly.

    Parameters
    ----------
    elements : formula of two atoms, such as ``CO``.
    step_A : distances compared are the cutoff less and plus this.
    """
    inside, outside = (
        Atoms(elements, [[0.0, 0.0, 0.0], [0.3, 0.4, np.sqrt(distance**2 - 0.25)]])
        for distance in (model.cutoff_A - step_A, model.cutoff_A + step_A)
    )
    first, second = (energy_forces_stress(pair, model) for pair in (inside, outside))
    gamma, everything = np.zeros((1, 3)), [np.eye(6)]
    stiffness = [bloch_products(pair, model, gamma, everything)[0] for pair in (inside, outside)]
    return CutoffJumps(
        abs(first.energy_eV - second.energy_eV),
        float(np.abs(first.forces_eV_A - second.forces_eV_A).max()),
        float(np.abs(stiffness[0] - stiffness[1]).max()),
    )


def _turned(atoms: Atoms, matrix: Float[np.ndarray, "3 3"]) -> Atoms:
    turned = atoms.copy()
    turned.set_cell(atoms.cell.array @ matrix.T)
    turned.positions = atoms.positions @ matrix.T
    return turned


def _shifted(atoms: Atoms, vector: Float[np.ndarray, "3"]) -> Atoms:
    shifted = atoms.copy()
    shifted.positions += vector
    return shifted
