"""Small untrained networks with every part of the large ones, for tests."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from engine.potentials import Potential
from engine.potentials.nequip import NequIPConfig, initial_parameters, nequip

SMALL = NequIPConfig(
    atomic_numbers=(1, 6, 8, 14),
    cutoff_A=4.0,
    n_layers=2,
    hidden_irreps="6x0e + 4x1o + 3x2e",
    lmax=2,
    n_basis=4,
    radial_width=8,
    average_neighbours=12.0,
)


def small_nequip(config: NequIPConfig = SMALL, seed: int = 0) -> Potential:
    """A NequIP with random weights, its layer norm not at its initial ones."""
    parameters = initial_parameters(config, seed, jnp.float64)
    keys = iter(jax.random.split(jax.random.key(seed + 1), 100))
    shaken = jax.tree.map(lambda x: x + 0.1 * jax.random.normal(next(keys), x.shape), parameters)
    return nequip(config, shaken, "small NequIP", "tests")
