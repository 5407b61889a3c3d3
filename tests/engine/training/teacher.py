"""A potential without chemistry that labels molecules, and a network small enough for tests."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from ase import Atoms
from ase.build import bulk, molecule

from engine import Potential, energy_forces_stress, hessian
from engine.derivatives import dynamical_matrices
from engine.training.evaluation.frequencies import relaxed
from engine.training.probes import root_masses
from engine.training.samples import Matrices, Sample

CUTOFF_A = 3.5

TINY = {
    "architecture": "nequip",
    "cutoff_A": CUTOFF_A,
    "n_layers": 1,
    "hidden_irreps": "8x0e",
    "lmax": 1,
    "n_basis": 4,
    "radial_width": 8,
    "radial_layers": 1,
}


def morse_energies(parameters, vectors, species, graph):
    r = jnp.linalg.norm(vectors, axis=1)
    smooth = jnp.where(r < CUTOFF_A, (1 - (r / CUTOFF_A) ** 2) ** 3, 0.0)
    well = (1 - jnp.exp(-1.5 * (r - 1.1))) ** 2 - 1
    return 0.5 * graph.sum_over_edges(parameters["depth"] * well * smooth)


MORSE = Potential("Morse", morse_energies, {"depth": np.array(2.0)}, CUTOFF_A, None, "tests")


def labelled(
    atoms: Atoms,
    model: Potential,
    name: str = "",
    kind: str = "random",
    q: Sequence[Sequence[float]] | None = None,
) -> Sample:
    """What the model says of a structure; matrices at every q that is asked for."""
    state = energy_forces_stress(atoms, model)
    matrices = None
    if q is not None and not atoms.pbc.any():
        matrices = Matrices(np.zeros((1, 3)), hessian(atoms, model)[None] + 0j)
    elif q is not None:
        root = root_masses(atoms)
        d = dynamical_matrices(atoms, model, np.array(q))
        matrices = Matrices(np.array(q), d * np.outer(root, root))
    return Sample(
        name or atoms.get_chemical_formula(),
        kind,
        atoms,
        state.energy_eV,
        state.forces_eV_A,
        state.stress_eV_A3,
        matrices,
    )


def molecules(names: Sequence[str] = ("H2O", "CH4"), distorted: int = 3) -> list[Sample]:
    """Minima of the teacher with their Hessians, and geometries about them."""
    rng, samples = np.random.default_rng(0), []
    for name in names:
        ((atoms, _, done),) = relaxed(MORSE, [molecule(name)])
        assert done
        samples.append(labelled(atoms, MORSE, name, "equilibrium", q=[[0, 0, 0]]))
        for _ in range(distorted):
            moved = atoms.copy()
            moved.positions += rng.normal(scale=0.06, size=moved.positions.shape)
            samples.append(labelled(moved, MORSE, name))
    return samples


def silicon(strain: float = 0.02) -> Atoms:
    """Two atoms without symmetry."""
    atoms = bulk("Si")
    atoms.set_cell(atoms.cell.array * (1 + strain), scale_atoms=True)
    atoms.positions[1] += [0.1, 0.05, -0.07]
    return atoms
