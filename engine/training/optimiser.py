"""How parameters move: the optimiser of a configuration, and the running average that is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
import optax.contrib
from jaxtyping import Array, Int

from engine.training.config import OptimiserConfig


class TrainingState(NamedTuple):
    """Everything a step changes.

    Attributes
    ----------
    parameters : those that are trained.
    average : their running average, which is validated and kept.
    optimiser : what the optimiser remembers.
    step : steps taken.
    """

    parameters: Any
    average: Any
    optimiser: Any
    step: Int[Array, ""]


def learning_rate(config: OptimiserConfig, steps_per_epoch: int, epochs: int) -> optax.Schedule:
    """The learning rate at a step: a straight rise, then the decay until the last step."""
    rise = round(config.warm_up_epochs * steps_per_epoch)
    rest = max(1, epochs * steps_per_epoch - rise)
    peak, end = config.learning_rate, config.final_rate
    after: optax.Schedule
    if config.decay == "cosine":
        after = optax.cosine_decay_schedule(peak, rest, end)
    elif config.decay == "exponential":
        after = optax.exponential_decay(peak, rest, end)
    else:
        after = optax.constant_schedule(peak)
    # From the first step on something moves.
    before = optax.linear_schedule(peak / (rise + 1), peak, rise)
    return optax.join_schedules([before, after], [rise])


def make_optimiser(
    config: OptimiserConfig, steps_per_epoch: int, epochs: int
) -> optax.GradientTransformation:
    """AdamW (I. Loshchilov, F. Hutter, ICLR 2019), AMSGrad (S. Reddi et al., ICLR 2018), Muon."""
    return optax.chain(
        optax.clip_by_global_norm(config.clip) if config.clip else optax.identity(),
        DIRECTIONS[config.name](),
        optax.add_decayed_weights(config.weight_decay) if config.weight_decay else optax.identity(),
        optax.scale_by_learning_rate(learning_rate(config, steps_per_epoch, epochs)),
    )


def muon() -> optax.GradientTransformation:
    """Matrices along the nearest orthogonal matrix of their momentum, everything else as Adam.

    K. Jordan et al., Muon (2024). Steps have the root mean square of Adam's, 0.2 of the learning
    rate, whatever the shape (J. Liu et al., arXiv:2502.16982, Eq. 4).
    """
    steps: optax.GradientTransformation = optax.contrib.muon(1.0, consistent_rms=0.2)
    # It descends already; the learning rate and its sign come after.
    return optax.chain(steps, optax.scale(-1.0))


DIRECTIONS: dict[str, Callable[[], optax.GradientTransformation]] = {
    "adamw": optax.scale_by_adam,
    "amsgrad": optax.scale_by_amsgrad,
    "muon": muon,
}


def initial_state(parameters: Any, optimiser: optax.GradientTransformation) -> TrainingState:
    """Before the first step."""
    copied = jax.tree.map(jnp.array, parameters)
    return TrainingState(copied, copied, optimiser.init(copied), jnp.zeros((), jnp.int32))


def moved(
    state: TrainingState, gradient: Any, optimiser: optax.GradientTransformation, decay: float
) -> TrainingState:
    """After a step; early on the average follows faster, or it would remember the start."""
    updates, memory = optimiser.update(gradient, state.optimiser, state.parameters)
    parameters: Any = optax.apply_updates(state.parameters, updates)
    step = state.step + 1
    keep = jnp.minimum(decay, step / (step + 9.0))
    average = jax.tree.map(partial(_towards, keep), state.average, parameters)
    return TrainingState(parameters, average, memory, step)


def _towards(keep: Array, average: Array, new: Array) -> Array:
    keep = keep.astype(average.dtype)
    return keep * average + (1 - keep) * new
