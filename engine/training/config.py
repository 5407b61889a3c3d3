"""What a training run is told: a TOML file, read into frozen dataclasses (docs/training.md)."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.config_json import config_from_json

Schedule = tuple[tuple[float, ...], ...]
"""Points (epoch, value), straight lines between them; in the file a number, or [[epoch, value]]."""


@dataclass(frozen=True)
class DataConfig:
    """What is trained on.

    Attributes
    ----------
    files : data sets, files or folders of parts; relative to the working directory.
    repeats : how often an epoch goes through each file, for small ones to count more; (): once.
    reader : ``molecules`` or ``crystals``, what ``make_data`` writes under these names;
        ``structures``, what ASE reads, like extended XYZ; or a name that
        :func:`engine.training.readers.register_reader` was told.
    validation : share of the molecules or crystals (by name, with all their geometries) kept aside
        to decide when to stop.
    exclude : names never trained on, beyond the held-out ones, which never are.
    kinds : kinds of structures to train on (KINDS, CRYSTAL_KINDS);
        (): all.
    elements : symbols; structures with others are not trained on. (): all.
    most_atoms : of a structure that is trained on; 0: any number.
    hessians : whether second derivatives of the data are used.
    sparse : whether structures without second derivatives are used, too; programs for them are
        compiled beside those for the others.
    """

    files: tuple[str, ...]
    repeats: tuple[int, ...] = ()
    reader: str = "molecules"
    validation: float = 0.1
    exclude: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    most_atoms: int = 0
    hessians: bool = True
    sparse: bool = True


@dataclass(frozen=True)
class LossConfig:
    """Weights of the parts of the loss, each a mean over structures; see engine.training.losses.

    Attributes
    ----------
    energy : of the error per atom, in eV.
    forces : of the error of each component, in eV/angstrom.
    stress : of each component, in eV/angstrom^3.
    strain : of the strain by which the cell gives way to the same (engine.training.stiffness), in
        units of 10 %; of crystals whose compliance the data tells.
    probes : of Hessian or dynamical matrix times random displacements, in the ``metric``.
    spectra : of the eigenvalues of dynamical matrices, as frequencies in units of 100 cm^-1. It
        takes whole matrices: for fine-tuning on small cells.
    penalty : of an error x: ``square`` x^2, ``absolute`` |x|, or ``huber``, square up to ``knee``
        and straight beyond.
    knee : where ``huber`` turns.
    metric : ``cartesian``: products Phi u in eV/angstrom^2; ``spectral``: every pair of modes
        counts by what it does to frequencies, in units of 100 cm^-1.
    floor_cm1 : frequency below which modes count as if they had this one, for ``spectral`` and
        ``spectra``.
    """

    energy: Schedule = ((0.0, 1.0),)
    forces: Schedule = ((0.0, 1.0),)
    stress: Schedule = ((0.0, 0.0),)
    strain: Schedule = ((0.0, 0.0),)
    probes: Schedule = ((0.0, 0.0),)
    spectra: Schedule = ((0.0, 0.0),)
    penalty: str = "huber"
    knee: float = 0.05
    metric: str = "spectral"
    floor_cm1: float = 200.0


@dataclass(frozen=True)
class OptimiserConfig:
    """How parameters move.

    Attributes
    ----------
    name : ``adamw``, ``amsgrad`` or ``muon``.
    learning_rate : the highest.
    decay : ``cosine``, ``exponential`` or ``none``, after the warm-up, until the last epoch.
    final_rate : what the decay ends at, as a share of ``learning_rate``.
    warm_up_epochs : epochs in which the rate rises from zero.
    weight_decay : of every parameter, times the learning rate.
    clip : largest norm of the gradient; longer ones are shortened. 0: none.
    average : decay of the running average of the parameters, which is what is kept; 0: none.
    """

    name: str = "adamw"
    learning_rate: float = 3e-3
    decay: str = "cosine"
    final_rate: float = 0.01
    warm_up_epochs: float = 1.0
    weight_decay: float = 0.0
    clip: float = 10.0
    average: float = 0.99


@dataclass(frozen=True)
class BatchConfig:
    """How structures travel together.

    Attributes
    ----------
    size : structures in a step.
    probes : pairs of random displacements in each step for a structure with second derivatives.
    shapes : most sizes that structures are padded to, each compiled once.
    """

    size: int = 8
    probes: int = 1
    shapes: int = 3


@dataclass(frozen=True)
class TrainingConfig:
    """A whole training run.

    Attributes
    ----------
    data : what is trained on.
    network : ``architecture`` (nequip or mace) and its hyper-parameters, the fields of NequIPConfig
        or MACEConfig; those that the data tells may be left out. Or ``start``, a model to go on
        from, which has its form; ``skip_per_species`` then gives every element of a NequIP model
        skip weights of its own, at first all alike.
    name : what results call the model.
    epochs : passes over the data.
    patience : stop after so many epochs without a better validation loss; 0: never.
    keep : the model that is left: ``best`` by the validation loss, or ``last``, where a part of
        that loss that matters less (stress, of few crystals) would decide.
    seed : of everything random.
    precision : ``float32`` or ``float64``.
    references : energies of the elements, by ``least-squares`` over the data, as they are for
        ``isolated-atoms`` of the data, ``none``, or ``model``: those of the model started from.
    checkpoint_minutes : how often the state is kept so that a killed run can go on.
    licence : of the weights, for the model's card.
    """

    data: DataConfig
    network: dict[str, Any] = field(default_factory=dict)
    name: str = "trained"
    epochs: int = 100
    patience: int = 0
    keep: str = "best"
    seed: int = 0
    precision: str = "float32"
    references: str = "least-squares"
    checkpoint_minutes: float = 5.0
    licence: str | None = None
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    batches: BatchConfig = field(default_factory=BatchConfig)


CHOICES = {
    "keep": ("best", "last"),
    "precision": ("float32", "float64"),
    "references": ("least-squares", "isolated-atoms", "none", "model"),
    "loss.penalty": ("square", "absolute", "huber"),
    "loss.metric": ("cartesian", "spectral"),
    "optimiser.name": ("adamw", "amsgrad", "muon"),
    "optimiser.decay": ("cosine", "exponential", "none"),
}
POSITIVE = (
    "epochs",
    "batches.size",
    "batches.probes",
    "batches.shapes",
    "optimiser.learning_rate",
    "optimiser.final_rate",
    "loss.knee",
    "loss.floor_cm1",
)


def read_config(path: str | Path) -> TrainingConfig:
    """The configuration in a TOML file.

    Raises
    ------
    PhonoscopeError
        if it cannot be read, or says something unknown or without sense.
    """
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PhonoscopeError(
            f"The configuration {path} cannot be read",
            str(error),
            "Give a TOML file; engine/training/recipes holds examples.",
        ) from error
    try:
        return parsed(table)
    except ValueError as error:
        raise PhonoscopeError(
            f"The configuration {path} is not right",
            str(error),
            "Correct it; docs/training.md says what each entry means.",
        ) from error


def parsed_json(path: Path) -> TrainingConfig:
    """The configuration that a run has left in its folder.

    Raises
    ------
    PhonoscopeError
        if it cannot be read.
    """
    try:
        return parsed(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise PhonoscopeError(
            f"{path.parent} holds no training run", str(error), "Give a folder of phonoscope train."
        ) from error


def parsed(table: dict[str, Any]) -> TrainingConfig:
    """The configuration that a table of TOML describes.

    Raises
    ------
    ValueError
        naming the entry that is unknown, missing, or of the wrong type or size.
    """
    table = dict(table)
    network = table.pop("network", None)
    if not isinstance(network, dict):
        raise ValueError("there is no table [network]")
    if isinstance(loss := table.get("loss"), dict):
        table["loss"] = {key: _schedule(value, key) for key, value in loss.items()}
    config = config_from_json(TrainingConfig, table, "the configuration")
    config = replace(config, network=network)
    _check(config)
    return config


def value_at(schedule: Schedule, epoch: float) -> float:
    """The value of a schedule at an epoch, constant before its first and after its last point."""
    before = schedule[0]
    for point in schedule:
        if epoch < point[0]:
            if point is schedule[0]:
                return point[1]
            share = (epoch - before[0]) / (point[0] - before[0])
            return before[1] + share * (point[1] - before[1])
        before = point
    return before[1]


def _schedule(value: Any, key: str) -> Any:
    """A number as a schedule of one point; everything else as it is."""
    if key in ("energy", "forces", "stress", "strain", "probes", "spectra") and isinstance(
        value, int | float
    ):
        return [[0.0, float(value)]]
    return value


def _check(config: TrainingConfig) -> None:
    def entry(name: str) -> Any:
        value: Any = config
        for part in name.split("."):
            value = getattr(value, part)
        return value

    for name, choices in CHOICES.items():
        if entry(name) not in choices:
            raise ValueError(f"{name} is {entry(name)!r}; known are {', '.join(choices)}")
    for name in POSITIVE:
        if entry(name) <= 0:
            raise ValueError(f"{name} is {entry(name)}, not above zero")
    if not config.data.files:
        raise ValueError("data.files names no file")
    repeats = config.data.repeats
    if repeats and (len(repeats) != len(config.data.files) or min(repeats) < 1):
        raise ValueError("data.repeats has not one number, at least 1, for each of data.files")
    if not 0 <= config.data.validation < 1:
        raise ValueError(f"data.validation is {config.data.validation}, not from 0 to below 1")
    if not 0 <= config.optimiser.average < 1:
        raise ValueError(f"optimiser.average is {config.optimiser.average}, not from 0 to below 1")
    for name in ("energy", "forces", "stress", "strain", "probes", "spectra"):
        points = entry(f"loss.{name}")
        if not points or any(len(point) != 2 or point[1] < 0 for point in points):
            raise ValueError(f"loss.{name} is not a weight, nor points [epoch, weight]")
        if list(points) != sorted(points) or len({p[0] for p in points}) < len(points):
            raise ValueError(f"loss.{name} has epochs that do not ascend")
    if "start" in config.network:
        if others := ", ".join(sorted(set(config.network) - {"start", "skip_per_species"})):
            raise ValueError(f"network.start has the form of its model, but {others} is given, too")
        if config.network.get("skip_per_species", True) is not True:
            raise ValueError("network.skip_per_species with network.start can only be true")
    if config.references == "model" and "start" not in config.network:
        raise ValueError("references are those of a model, but network.start names none")
