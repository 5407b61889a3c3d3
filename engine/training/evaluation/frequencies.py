"""Frequencies of labelled structures, and the geometry a model itself finds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from jaxtyping import Float, Shaped

from engine.potentials import Potential
from engine.training.evaluation.answers import Answer, answers
from engine.training.probes import mass_weighted
from engine.units import frequency_cm1
from engine.vibrations import rigid_motions

STEPS = 20
LONGEST_A = 0.3
"""Longest step of a relaxation, all coordinates together."""

SOFTEST_EV_A2 = 0.02
"""Curvatures below count as this one; rigid motions feel no force."""

FORCE_EV_A = 1e-4


def frequencies(
    atoms: Atoms, phi: Shaped[np.ndarray, "3*atoms 3*atoms"]
) -> tuple[Float[np.ndarray, " modes"], Shaped[np.ndarray, "3*atoms modes"]]:
    """Wavenumbers in cm^-1, ascending, and mass-weighted modes.

    Of a molecule without its rigid motions; of a crystal all modes of the wave vector.
    """
    d, basis = mass_weighted(atoms, phi), np.eye(3 * len(atoms))
    if not atoms.pbc.any():
        d = d.real
        rigid = np.concatenate(rigid_motions(atoms.positions, atoms.get_masses()), axis=1)
        basis = np.linalg.svd(rigid)[0][:, rigid.shape[1] :]
    eigenvalues, modes = np.linalg.eigh(basis.T @ d @ basis)
    return frequency_cm1(eigenvalues), basis @ modes


def relaxed(model: Potential, molecules: Sequence[Atoms]) -> list[tuple[Atoms, Answer, bool]]:
    """Each molecule where the model has no force, its answer there, and whether it got there.

    Newton's steps with the model's own Hessian, downhill whatever its sign; they keep the point
    group, for neither gradient nor Hessian leaves it.
    """
    places = [atoms.copy() for atoms in molecules]
    found: dict[int, Answer] = {}
    moving = list(range(len(places)))
    for _ in range(STEPS):
        asked = answers(model, [(places[i], np.zeros(3)) for i in moving])
        found |= dict(zip(moving, asked, strict=True))
        moving = [i for i in moving if np.abs(found[i].forces_eV_A).max() > FORCE_EV_A]
        if not moving:
            break
        for i in moving:
            places[i].positions += _step(found[i])
    last = set(moving)
    return [(atoms, found[i], i not in last) for i, atoms in enumerate(places)]


def _step(answer: Answer) -> Float[np.ndarray, "atoms 3"]:
    assert answer.force_constants_eV_A2 is not None
    hessian = answer.force_constants_eV_A2.real
    curvatures, directions = np.linalg.eigh((hessian + hessian.T) / 2)
    along = directions.T @ answer.forces_eV_A.ravel()
    step = directions @ (along / np.maximum(np.abs(curvatures), SOFTEST_EV_A2))
    step *= min(1.0, LONGEST_A / max(float(np.linalg.norm(step)), 1e-12))
    return step.reshape(-1, 3)


def element_shares(
    atoms: Atoms, modes: Shaped[np.ndarray, "3*atoms modes"]
) -> dict[int, Float[np.ndarray, " modes"]]:
    """How much of each mode is motion of each element, by mass-weighted squares; they add to 1."""
    weight = (np.abs(modes) ** 2).reshape(len(atoms), 3, -1).sum(1)
    return {int(z): weight[atoms.numbers == z].sum(0) for z in np.unique(atoms.numbers)}
