"""A training run: from a configuration and data to a model folder; what is killed goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from engine.errors import PhonoscopeError
from engine.potentials import Potential
from engine.potentials.registry import load_model
from engine.training import records
from engine.training.batches import Batch
from engine.training.checkpoints import STATE, Progress, keep_state, kept_state
from engine.training.config import LossConfig, TrainingConfig, value_at
from engine.training.folder import MODEL, introduction, prepare, write_model
from engine.training.losses import PARTS, Errors, Weights, at_once, loss_gradient, summed_loss
from engine.training.networks import Network
from engine.training.optimiser import (
    TrainingState,
    initial_state,
    learning_rate,
    make_optimiser,
    moved,
)
from engine.training.readers import read_samples
from engine.training.run import Run, identity, make_network, make_run, reference_energies
from engine.training.samples import split

DRAW_EVERY_S = 60.0

Say = Callable[[str], None]
Step = Callable[[TrainingState, Batch, Weights], tuple[TrainingState, dict[str, Any]]]


def train(
    config: TrainingConfig,
    folder: str | Path,
    say: Say = print,
    after_step: Callable[[int], None] = lambda step: None,
) -> Potential:
    """Train as the configuration says, into a folder; started again, go on.

    The folder then holds ``model`` (for :func:`engine.load_model`: the best on validation data so
    far, or the last), ``metrics.csv``, ``learning_curve.png``, ``config.json`` and the state of the
    run.

    Parameters
    ----------
    say : takes a line of progress.
    after_step : called with the number of steps taken, after each.

    Raises
    ------
    PhonoscopeError
        if data, network or folder do not allow it, or the folder belongs to another run.
    """
    folder = Path(folder)
    dtype = np.dtype(config.precision)
    samples = read_samples(config.data)
    parts = split(samples, config.data, config.seed)
    run_id = identity(config, parts)
    network = make_network(config, parts.training, dtype)
    resumed = (folder / STATE).is_file()
    prepare(folder, config)

    references = {z: 0.0 for z in network.elements}
    if not resumed:
        references |= reference_energies(config, network, parts)
    run = make_run(config, folder, network, references, parts, dtype)
    optimiser = make_optimiser(config.optimiser, run.steps_per_epoch, config.epochs)
    state = initial_state(network.trained, optimiser)
    progress = Progress(run_id, references={str(z): e for z, e in references.items()})
    if resumed:
        state, progress = kept_state(folder, state, run_id)
        references = {int(z): e for z, e in progress.references.items()}
        run = make_run(config, folder, network, references, parts, dtype)
        say(f"going on at epoch {progress.epoch + 1}, step {int(state.step)}")
    say(introduction(run))
    step = _step(config, network, optimiser)
    state, drawn = _placed(state), time.monotonic()
    while progress.epoch < config.epochs and not _patience_over(config, progress):
        state, progress = _epoch(run, step, state, progress, say, after_step)
        if time.monotonic() - drawn > DRAW_EVERY_S:
            records.draw_learning_curve(folder)
            drawn = time.monotonic()
    records.draw_learning_curve(folder)
    return _finished(run, say)


def _epoch(
    run: Run,
    step: Step,
    state: TrainingState,
    progress: Progress,
    say: Say,
    after_step: Callable[[int], None],
) -> tuple[TrainingState, Progress]:
    """One pass over the data, or what is left of it, then validation."""
    config = run.config
    order = run.training.order(progress.epoch)
    started = kept = time.monotonic()
    spent = progress.seconds
    weights = _weights(config.loss, progress.epoch)
    for number in range(progress.batch, len(order)):
        batch = _spread(run.training.batch(order[number], progress.epoch))
        state, errors = step(state, batch, weights)
        sums = _added(progress.sums, errors)
        _refuse_nonsense(sums, int(state.step))
        now = time.monotonic()
        progress = replace(progress, batch=number + 1, sums=sums, seconds=spent + now - started)
        if now - kept > 60 * config.checkpoint_minutes:
            keep_state(run.folder, state, progress)
            kept = now
        after_step(int(state.step))

    training = records.readable(progress.sums, config.loss)
    validation, loss = {}, progress.sums["loss"][0] / progress.sums["loss"][1]
    if run.validation is not None:
        # Weights of the last epoch, or epochs could not be compared.
        sums = _validated(run, state.average, _weights(config.loss, config.epochs))
        validation = records.readable(sums, config.loss)
        loss = sums["loss"][0] / sums["loss"][1]
    best = progress.best_loss is None or loss < progress.best_loss
    if best:
        progress = replace(progress, best_loss=loss, best_epoch=progress.epoch)
    if best or config.keep == "last":
        write_model(run, state.average, {**validation} or {**training}, progress.epoch)
    seconds = spent + time.monotonic() - started
    left = seconds / (progress.epoch + 1) * (config.epochs - progress.epoch - 1)
    say(records.progress_line(progress.epoch, config.epochs, training, validation, left, best))
    rate = float(_rate(run)(int(state.step) - 1))
    row = records.table_row(progress.epoch, int(state.step), seconds, rate, training, validation)
    records.add_row(run.folder, row)
    progress = replace(progress, epoch=progress.epoch + 1, batch=0, sums={}, seconds=seconds)
    keep_state(run.folder, state, progress)
    return state, progress


def _step(
    config: TrainingConfig, network: Network, optimiser: optax.GradientTransformation
) -> Step:
    """Two programs: the gradient takes minutes to compile, and serves any schedule."""

    @jax.jit
    def gradient(trained: Any, batch: Batch, weights: Weights) -> tuple[Any, Errors]:
        def loss(trained: Any, part: Batch) -> tuple[jax.Array, Errors]:
            parameters = {**trained, **network.fixed}
            return summed_loss(network.energies, parameters, part, weights, config.loss)

        return loss_gradient(loss, trained, batch, at_once(batch))

    move = jax.jit(partial(moved, optimiser=optimiser, decay=config.optimiser.average))

    def step(
        state: TrainingState, batch: Batch, weights: Weights
    ) -> tuple[TrainingState, dict[str, Any]]:
        slope, errors = gradient(state.parameters, batch, weights)
        return move(state, slope), errors

    return step


@partial(jax.jit, static_argnames=("energies", "config"))
def _errors(
    energies: Any, config: LossConfig, parameters: Any, batch: Batch, weights: Weights
) -> dict[str, Any]:
    return summed_loss(energies, parameters, batch, weights, config)[1]


def _validated(run: Run, average: Any, weights: Weights) -> dict[str, tuple[float, float]]:
    """Errors of the averaged parameters on the validation data, always with the same probes."""
    assert run.validation is not None
    parameters = {**average, **run.network.fixed}
    sums: dict[str, tuple[float, float]] = {}
    for places in run.validation.order(None):
        batch = _spread(run.validation.batch(places, None))
        found = _errors(run.network.energies, run.config.loss, parameters, batch, weights)
        sums = _added(sums, found)
    return sums


def _weights(loss: LossConfig, epoch: float) -> Weights:
    return {part: jnp.asarray(value_at(getattr(loss, part), epoch), jnp.float32) for part in PARTS}


def _added(
    sums: dict[str, tuple[float, float]], errors: dict[str, Any]
) -> dict[str, tuple[float, float]]:
    new = dict(sums)
    for name, (total, number) in errors.items():
        before = sums.get(name, (0.0, 0.0))
        new[name] = before[0] + float(total), before[1] + float(number)
    return new


def _refuse_nonsense(sums: dict[str, tuple[float, float]], step: int) -> None:
    if not np.isfinite(sums["loss"][0]):
        raise PhonoscopeError(
            "The training went astray",
            f"the loss is not a number any more at step {step}",
            "Lower optimiser.learning_rate or optimiser.clip, or lengthen warm_up_epochs; then "
            "train into a new folder.",
        )


def _patience_over(config: TrainingConfig, progress: Progress) -> bool:
    waited = progress.epoch - 1 - progress.best_epoch
    return config.patience > 0 and progress.best_epoch >= 0 and waited >= config.patience


def _rate(run: Run) -> optax.Schedule:
    return learning_rate(run.config.optimiser, run.steps_per_epoch, run.config.epochs)


# --- several devices: every one takes a part of the batch ----------------------------------------


def _placed(state: TrainingState) -> TrainingState:
    """The state on every device."""
    if len(jax.devices()) == 1:
        return jax.tree.map(jnp.asarray, state)
    placed: TrainingState = jax.device_put(state, NamedSharding(_devices(), PartitionSpec()))
    return placed


def _spread(batch: Batch) -> Batch:
    """The structures of a batch shared out."""
    if len(jax.devices()) == 1:
        return batch
    shared: Batch = jax.device_put(batch, NamedSharding(_devices(), PartitionSpec("structures")))
    return shared


def _devices() -> Mesh:
    return Mesh(np.array(jax.devices()), ("structures",))


def _finished(run: Run, say: Say) -> Potential:
    say(f"the {run.config.keep} model is in {run.folder / MODEL}")
    return load_model(run.folder / MODEL)
