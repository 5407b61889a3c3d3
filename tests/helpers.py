"""Independent ways to the same numbers, shared by tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ase import Atoms

from engine.derivatives import hessian
from engine.graph import Graph
from engine.potentials import Potential


def numerical_gradient(
    energy: Callable[[np.ndarray], float], x: np.ndarray, step: float = 1e-4
) -> np.ndarray:
    """Fourth-order central differences."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[index] = step
        near = energy(x + d) - energy(x - d)
        far = energy(x + 2 * d) - energy(x - 2 * d)
        gradient[index] = (8 * near - far) / (12 * step)
    return gradient


def dynamical_matrix_by_supercell(
    atoms: Atoms, potential: Potential, q: np.ndarray, repeats: tuple[int, int, int]
) -> np.ndarray:
    """D(q) at a commensurate q from the Hessian of a supercell, summed with phases."""
    n = len(atoms)
    supercell = atoms.repeat(repeats)
    cells = np.rint(
        (supercell.positions[::n] - atoms.positions[0]) @ np.linalg.inv(atoms.cell.array)
    ).astype(int)
    blocks = hessian(supercell, potential).reshape(len(cells), 3 * n, len(cells), 3 * n)
    home = int(np.flatnonzero((cells == 0).all(1))[0])
    phases = np.exp(2j * np.pi * cells @ q)
    force_constants = np.einsum("arb,r->ab", blocks[home], phases)
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    return force_constants / np.outer(root_mass, root_mass)


def message_passing_potential(seed: int = 0, layers: int = 2) -> Potential:
    """A small random network whose atoms see each other through several gathers.

    Unlike a pair or triplet potential it needs the Bloch rule on hidden features too.
    """
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 4 * layers + 2))
    width, radial = 6, 5

    def normal(*shape: int) -> jax.Array:
        return jax.random.normal(next(keys), shape, jnp.float64)

    parameters = {
        "embed": 0.5 * normal(20, width),
        "layers": [
            {
                "radial": normal(radial, width),
                "mix": normal(width, width),
                "self": normal(width, width),
            }
            for _ in range(layers)
        ],
        "readout": normal(width),
    }
    return Potential("random network", _network_energies, parameters, 4.2, None, "tests")


def _network_energies(
    parameters: Any, vectors: jax.Array, species: jax.Array, graph: Graph
) -> jax.Array:
    r = jnp.linalg.norm(vectors, axis=1)
    envelope = jnp.where(r < 4.2, (1 - (r / 4.2) ** 2) ** 3, 0.0)
    basis = envelope[:, None] * jnp.exp(-((r[:, None] - jnp.linspace(1.5, 4.0, 5)) ** 2))
    h = parameters["embed"][species]
    for layer in parameters["layers"]:
        message = graph.gather(jnp.tanh(h @ layer["mix"])) * (basis @ layer["radial"])
        # A vector feature, so that directions enter as in equivariant networks.
        vector = graph.sum_over_edges(message[:, :, None] * vectors[:, None, :] / r[:, None, None])
        h = jnp.tanh(h @ layer["self"] + graph.sum_over_edges(message)) + jnp.sum(vector**2, 2)
    return h @ parameters["readout"]
