"""Directions in which parameters move."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.training.config import OptimiserConfig
from engine.training.optimiser import DIRECTIONS, initial_state, make_optimiser, moved

RATE = 3e-2
STEPS = 400


def _config(name, **changes):
    settings = {"warm_up_epochs": 0.0, "decay": "none", "clip": 0.0} | changes
    return OptimiserConfig(name=name, learning_rate=RATE, average=0.0, **settings)


def test_a_matrix_moves_by_muon_along_the_orthogonal_one_next_to_its_gradient():
    """U V^T of the singular value decomposition; Newton and Schulz come near it only."""
    rng = np.random.default_rng(0)
    gradient = jnp.asarray(rng.normal(size=(6, 12)), jnp.float32)
    optimiser = make_optimiser(_config("muon"), 1, STEPS)
    step, _ = optimiser.update(gradient, optimiser.init(gradient), gradient)
    u, _, vt = np.linalg.svd(np.asarray(gradient), full_matrices=False)
    along = -np.asarray(step) / (0.2 * np.sqrt(12) * RATE)
    assert np.sum(along * (u @ vt)) / 6 == pytest.approx(1.0, abs=0.15)
    assert np.all(np.abs(np.linalg.svd(along, compute_uv=False) - 1) < 0.4)


@pytest.mark.parametrize("name", DIRECTIONS)
def test_each_descends_for_matrices_and_vectors(name):
    rng = np.random.default_rng(1)
    x = jnp.asarray(rng.normal(size=(200, 8)), jnp.float32)
    y = x @ jnp.asarray(rng.normal(size=(8, 4)) / 3, jnp.float32) + 1.5

    @jax.value_and_grad
    def loss(parameters):
        return jnp.mean((x @ parameters["matrix"] + parameters["vector"] - y) ** 2)

    optimiser = make_optimiser(_config(name, decay="cosine", clip=10.0), 1, STEPS)
    start = {"matrix": jnp.zeros((8, 4)), "vector": jnp.zeros(4)}
    state = initial_state(start, optimiser)
    step = jax.jit(lambda state: moved(state, loss(state.parameters)[1], optimiser, 0.0))
    for _ in range(STEPS):
        state = step(state)
    assert loss(state.parameters)[0] < 0.05 * loss(start)[0]
