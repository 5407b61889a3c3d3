"""The folder of a run: what it says of itself, and the best model so far."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
import numpy as np

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.native import Card, read_description, save_model
from engine.training import records
from engine.training.checkpoints import STATE
from engine.training.config import TrainingConfig
from engine.training.run import Run

MODEL = "model"


def prepare(folder: Path, config: TrainingConfig) -> None:
    """Make the folder; one that holds a run is left as it is.

    Raises
    ------
    PhonoscopeError
        if it cannot be written, or holds something else.
    """
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


def write_model(run: Run, average: Any, errors: dict[str, float], epoch: int) -> None:
    """Replace the model in the folder; there is one at any time after the first."""
    config = run.config
    trained = jax.tree.map(np.asarray, average)
    source = "trained by Phonoscope" + (
        f" from {_name_of(config.network['start'])}" if "start" in config.network else ""
    )
    potential = run.network.potential(trained, run.references, config.name, source)
    new, old = run.folder / f".{MODEL}.new", run.folder / f".{MODEL}.old"
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    save_model(potential, new, Card(training_data(run), config.licence, None, _told(errors, epoch)))
    if (run.folder / MODEL).exists():
        (run.folder / MODEL).rename(old)
    new.rename(run.folder / MODEL)
    shutil.rmtree(old, ignore_errors=True)


def training_data(run: Run) -> str:
    """What the model is trained on, in words."""
    items = run.training.items
    matrices = sum(i.labels.probes or i.labels.spectrum for i in items)
    files = ", ".join(Path(file).name for file in run.config.data.files)
    return (
        f"{len(items)} geometries of {run.n_molecules[0]} {run.config.data.reader} ({files}), "
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


def introduction(run: Run) -> str:
    """What a run begins with, for a person."""
    n = sum(x.size for x in jax.tree.leaves(run.network.trained))
    apart = len(run.validation.items) if run.validation else 0
    rooms = {s for b in (run.training, run.validation) if b for s in b.shapes}
    return (
        f"{training_data(run)}; {apart} of {run.n_molecules[1]} for validation\n"
        f"{n:,} parameters, {run.steps_per_epoch} steps an epoch, "
        f"{len(rooms)} shapes of up to {max(s.atoms for s in rooms)} atoms; "
        "the first steps wait for compilation"
    )


def _name_of(model: str) -> str:
    """What a model is called, rather than where it lies on this machine."""
    folder = Path(model)
    return str(read_description(folder)["name"]) if folder.is_dir() else folder.name
