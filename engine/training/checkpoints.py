"""The state of a run on disk: one safetensors file, there complete or not at all.

Arrays are the leaves of :class:`~engine.training.optimiser.TrainingState` in the order of the tree,
bit by bit; the position in the data and the record of the epoch are JSON in the file's header.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from engine.errors import PhonoscopeError
from engine.training.optimiser import TrainingState

STATE = "state.safetensors"


@dataclass(frozen=True)
class Progress:
    """Where a run is, and what it has seen.

    Attributes
    ----------
    run : checksum of configuration and data; a state goes on with the same only.
    epoch : the present one, from 0.
    batch : batches of it that are done.
    sums : sum and number of terms of each error in the epoch so far.
    best_loss : smallest validation loss, at ``best_epoch``; None before the first.
    seconds : time spent.
    references : energies of the elements in eV, by atomic number as text.
    """

    run: str
    epoch: int = 0
    batch: int = 0
    sums: dict[str, tuple[float, float]] = field(default_factory=dict)
    best_loss: float | None = None
    best_epoch: int = -1
    seconds: float = 0.0
    references: dict[str, float] = field(default_factory=dict)


def keep_state(folder: Path, state: TrainingState, progress: Progress) -> None:
    """Replace the state in a folder.

    Raises
    ------
    PhonoscopeError
        if it cannot be written.
    """
    leaves = {str(i): np.asarray(x) for i, x in enumerate(jax.tree.leaves(state))}
    # A copy in C order, never 0-dimensional views: safetensors writes memory as it lies.
    content = save(
        {k: np.array(x, order="C") for k, x in leaves.items()},
        {"progress": json.dumps(asdict(progress))},
    )
    part = folder / f".{STATE}.part"
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, folder / STATE)
    except OSError as error:
        raise PhonoscopeError(
            f"The state of the run cannot be kept in {folder}",
            str(error),
            "Make room, or choose another folder; the state of before is still there.",
        ) from error


def kept_state(folder: Path, like: TrainingState, run: str) -> tuple[TrainingState, Progress]:
    """The state that a folder keeps.

    Parameters
    ----------
    like : a state of the same tree, shapes and types.

    Raises
    ------
    PhonoscopeError
        if it cannot be read, or belongs to another configuration or other data.
    """
    path = folder / STATE
    try:
        with safe_open(str(path), framework="numpy") as file:
            progress = Progress(**json.loads((file.metadata() or {})["progress"]))
            found: list[Any] = [file.get_tensor(str(i)) for i in range(len(file.keys()))]
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise PhonoscopeError(
            f"The state {path} cannot be read",
            str(error),
            "Train into another folder, or remove this one.",
        ) from error
    if progress.run != run:
        raise PhonoscopeError(
            f"The run in {folder} cannot be gone on with",
            "its configuration or its data were others",
            "Train into another folder; network.start can name the model of this one.",
        )
    leaves, tree = jax.tree.flatten(like)
    shapes = [(x.shape, np.dtype(x.dtype)) for x in leaves]
    if shapes != [(x.shape, x.dtype) for x in found]:
        raise PhonoscopeError(
            f"The state {path} does not fit the network",
            "its arrays have other shapes; it was written by another version",
            "Train into another folder.",
        )
    sums = {name: (s, n) for name, (s, n) in progress.sums.items()}
    return jax.tree.unflatten(tree, found), Progress(**{**asdict(progress), "sums": sums})
