"""A training run: from a configuration and data to a model folder; what is killed goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from ase.data import chemical_symbols
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from engine.errors import PhonoscopeError
from engine.potentials import Potential
from engine.potentials.checkpoints.native import Card, save_model
from engine.potentials.registry import load_model
from engine.training import records
from engine.training.batches import Batch, Batches, make_batches
from engine.training.checkpoints import STATE, Progress, keep_state, kept_state
from engine.training.config import LossConfig, TrainingConfig, value_at
from engine.training.losses import PARTS, Weights, batch_loss
from engine.training.networks import Network, network_from, new_network
from engine.training.optimiser import (
    TrainingState,
    initial_state,
    learning_rate,
    make_optimiser,
    moved,
)
from engine.training.predictions import predicted
from engine.training.references import (
    ReferenceEnergies,
    elements_of,
    isolated_atom_energies,
    least_squares_energies,
    without_references,
)
from engine.training.samples import Sample, Split, fingerprint, read_samples, split

MODEL = "model"

Say = Callable[[str], None]
Step = Callable[[TrainingState, Batch, Weights], tuple[TrainingState, dict[str, Any]]]


@dataclass(frozen=True)
class Run:
    """What stays the same during a run."""

    config: TrainingConfig
    folder: Path
    network: Network
    references: ReferenceEnergies
    training: Batches
    validation: Batches | None
    n_molecules: tuple[int, int]
    steps_per_epoch: int


def train(
    config: TrainingConfig,
    folder: str | Path,
    say: Say = print,
    after_step: Callable[[int], None] = lambda step: None,
) -> Potential:
    """Train as the configuration says, into a folder; started again, go on.

    The folder then holds ``model`` (for :func:`engine.load_model`: the best on validation data so
    far), ``metrics.csv``, ``learning_curve.png``, ``config.json`` and the state of the run.

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
    run_id = _identity(config, parts)
    network = _network(config, parts.training, dtype)
    resumed = (folder / STATE).is_file()
    _prepare(folder, config)

    references = {z: 0.0 for z in network.elements}
    if not resumed:
        references |= reference_energies(config, network, parts)
    run = _run(config, folder, network, references, parts, dtype)
    optimiser = make_optimiser(config.optimiser, run.steps_per_epoch, config.epochs)
    state = initial_state(network.trained, optimiser)
    progress = Progress(run_id, references={str(z): e for z, e in references.items()})
    if resumed:
        state, progress = kept_state(folder, state, run_id)
        references = {int(z): e for z, e in progress.references.items()}
        run = _run(config, folder, network, references, parts, dtype)
        say(f"going on at epoch {progress.epoch + 1}, step {int(state.step)}")
    say(_introduction(run))
    step = _step(config, network, optimiser)
    state = _placed(state)
    while progress.epoch < config.epochs and not _patience_over(config, progress):
        state, progress = _epoch(run, step, state, progress, say, after_step)
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
        _write_model(run, state.average, {**validation} or {**training}, progress.epoch)
    seconds = spent + time.monotonic() - started
    left = seconds / (progress.epoch + 1) * (config.epochs - progress.epoch - 1)
    say(records.progress_line(progress.epoch, config.epochs, training, validation, left, best))
    rate = float(_rate(run)(int(state.step) - 1))
    row = records.table_row(progress.epoch, int(state.step), seconds, rate, training, validation)
    records.add_row(run.folder, row)
    records.draw_learning_curve(run.folder)
    progress = replace(progress, epoch=progress.epoch + 1, batch=0, sums={}, seconds=seconds)
    keep_state(run.folder, state, progress)
    return state, progress


def reference_energies(config: TrainingConfig, network: Network, parts: Split) -> ReferenceEnergies:
    """Energies of the elements in the data, as the configuration wants them."""
    elements = elements_of(parts.training + parts.validation)
    _require_elements(network, elements)
    if config.references == "none":
        return dict.fromkeys(elements, 0.0)
    if config.references == "isolated-atoms":
        return isolated_atom_energies(parts.atoms, elements)
    if config.references == "model":
        return network.references
    energies = np.array([s.energy_eV for s in parts.training])
    if "start" in config.network:  # what the model says already is not to be said twice
        energies = energies - _predicted_energies(config, network, parts.training)
    found = least_squares_energies(parts.training, energies)
    if missing := sorted(set(elements) - set(found)):
        raise PhonoscopeError(
            f"{', '.join(chemical_symbols[z] for z in missing)} is in the validation data alone",
            "its energy cannot be fitted to the training data",
            "Give more data, or another seed.",
        )
    return {**network.references, **found}


def _predicted_energies(
    config: TrainingConfig, network: Network, samples: Sequence[Sample]
) -> np.ndarray:
    """Energies of the network without those of the elements, in eV."""
    batches = make_batches(
        samples, [0.0] * len(samples), network.cutoff_A, network.elements[0],
        LossConfig(), config.batches.size, 1, config.batches.shapes, np.dtype(config.precision),
    )  # fmt: skip
    parameters = {**network.trained, **network.fixed}

    @jax.jit
    def energies(batch: Batch) -> jax.Array:
        def one(system: Any, real: Any) -> jax.Array:
            return predicted(network.energies, parameters, system, real).energy_eV

        return jax.vmap(one)(batch.system, batch.real)

    found = np.zeros(len(samples))
    for places in batches.order(None):
        found[places] = np.asarray(energies(batches.batch(places, None)))[: len(places)]
    return found


def _network(config: TrainingConfig, samples: Sequence[Sample], dtype: np.dtype) -> Network:
    if "start" in config.network:
        return network_from(str(config.network["start"]), dtype)
    return new_network(config.network, samples, config.seed, dtype)


def _require_elements(network: Network, elements: Sequence[int]) -> None:
    if missing := sorted(set(elements) - set(network.elements)):
        symbols = ", ".join(chemical_symbols[z] for z in missing)
        raise PhonoscopeError(
            f"The network does not cover {symbols}",
            "the data has it",
            "Exclude these structures (data.exclude), or train a network that has the element.",
        )


def _run(
    config: TrainingConfig,
    folder: Path,
    network: Network,
    references: ReferenceEnergies,
    parts: Split,
    dtype: np.dtype,
) -> Run:
    _require_elements(network, elements_of(parts.training + parts.validation))

    def batches(samples: list[Sample], seed: int) -> Batches:
        devices = len(jax.devices())
        return make_batches(
            samples,
            [without_references(s, references) for s in samples],
            network.cutoff_A,
            network.elements[0],
            config.loss,
            -(-config.batches.size // devices) * devices,
            config.batches.probes,
            config.batches.shapes,
            dtype,
            seed,
        )

    training = batches(parts.training, config.seed)
    validation = batches(parts.validation, config.seed + 1) if parts.validation else None
    names = [len({s.name for s in part}) for part in (parts.training, parts.validation)]
    steps = len(training.order(0))
    return Run(
        config, folder, network, references, training, validation, (names[0], names[1]), steps
    )


def _step(
    config: TrainingConfig, network: Network, optimiser: optax.GradientTransformation
) -> Step:
    @jax.jit
    def step(
        state: TrainingState, batch: Batch, weights: Weights
    ) -> tuple[TrainingState, dict[str, Any]]:
        def loss(trained: Any) -> tuple[jax.Array, dict[str, Any]]:
            parameters = {**trained, **network.fixed}
            return batch_loss(network.energies, parameters, batch, weights, config.loss)

        gradient, errors = jax.grad(loss, has_aux=True)(state.parameters)
        return moved(state, gradient, optimiser, config.optimiser.average), errors

    return step


@partial(jax.jit, static_argnames=("energies", "config"))
def _errors(
    energies: Any, config: LossConfig, parameters: Any, batch: Batch, weights: Weights
) -> dict[str, Any]:
    return batch_loss(energies, parameters, batch, weights, config)[1]


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


# --- the folder -----------------------------------------------------------------------------------


def _identity(config: TrainingConfig, parts: Split) -> str:
    """Checksum of what must not change while a run goes on; how often it is kept may."""
    told = replace(config, checkpoint_minutes=0.0)
    text = json.dumps(asdict(told), sort_keys=True, default=str)
    data = fingerprint(parts.training) + fingerprint(parts.validation)
    return hashlib.sha256(f"{text} {data} {len(jax.devices())}".encode()).hexdigest()


def _prepare(folder: Path, config: TrainingConfig) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / STATE).is_file():
            if any(p.name not in (MODEL, records.METRICS, records.PICTURE, "config.json")
                   and not p.name.startswith(".") for p in folder.iterdir()):  # fmt: skip
                raise PhonoscopeError(
                    f"The folder {folder} is not empty",
                    "it holds what no training run has left there",
                    "Choose a new folder.",
                )
            (folder / records.METRICS).unlink(missing_ok=True)
            text = json.dumps(asdict(config), indent=1, ensure_ascii=False, default=str)
            (folder / "config.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise PhonoscopeError(
            f"The folder {folder} cannot be written", str(error), "Choose a writable place."
        ) from error


def _write_model(run: Run, average: Any, errors: dict[str, float], epoch: int) -> None:
    """Replace the model in the folder; there is one at any time after the first."""
    config = run.config
    trained = jax.tree.map(np.asarray, average)
    source = "trained by Phonoscope" + (
        f" from {config.network['start']}" if "start" in config.network else ""
    )
    potential = run.network.potential(trained, run.references, config.name, source)
    new, old = run.folder / f".{MODEL}.new", run.folder / f".{MODEL}.old"
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    save_model(
        potential, new, Card(_training_data(run), config.licence, None, _told(errors, epoch))
    )
    if (run.folder / MODEL).exists():
        (run.folder / MODEL).rename(old)
    new.rename(run.folder / MODEL)
    shutil.rmtree(old, ignore_errors=True)


def _training_data(run: Run) -> str:
    items = run.training.items
    matrices = sum(i.labels.probes or i.labels.spectrum for i in items)
    files = ", ".join(Path(file).name for file in run.config.data.files)
    return (
        f"{len(items)} geometries of {run.n_molecules[0]} {run.config.data.kind} ({files}), "
        f"{matrices} of them with second derivatives"
    )


def _told(errors: dict[str, float], epoch: int) -> str:
    units = {
        "energy_meV_atom": "energy {:.1f} meV/atom",
        "forces_meV_A": "forces {:.0f} meV/angstrom",
        "stress_MPa": "stress {:.0f} MPa",
    }
    told = [text.format(errors[key]) for key, text in units.items() if key in errors]
    return f"mean absolute, on validation data after epoch {epoch + 1}: {', '.join(told)}"


def _introduction(run: Run) -> str:
    n = sum(x.size for x in jax.tree.leaves(run.network.trained))
    apart = len(run.validation.items) if run.validation else 0
    rooms = {s for b in (run.training, run.validation) if b for s in b.shapes}
    return (
        f"{_training_data(run)}; {apart} of {run.n_molecules[1]} for validation\n"
        f"{n:,} parameters, {run.steps_per_epoch} steps an epoch, "
        f"{len(rooms)} shapes of up to {max(s.atoms for s in rooms)} atoms; "
        "the first steps wait for compilation"
    )


def _finished(run: Run, say: Say) -> Potential:
    say(f"the best model is in {run.folder / MODEL}")
    return load_model(run.folder / MODEL)
