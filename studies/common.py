"""What studies share: results kept as they come, training runs, figures."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from ase import Atoms
from jaxtyping import Float
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from engine.potentials import Potential, load_model
from engine.training.config import DataConfig, TrainingConfig
from engine.training.evaluation.answers import answers
from engine.training.evaluation.frequencies import frequencies
from engine.training.loop import train
from engine.training.readers import register_reader
from engine.training.samples import Sample

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "build" / "studies"
"""Where runs and unfinished results are kept; ignored by git."""
RESULTS = ROOT / "docs" / "studies"
"""Where figures and numbers go."""


class Results:
    """Numbers by name, each computed once and kept at once."""

    def __init__(self, study: str) -> None:
        self.folder = KEPT / study
        self.folder.mkdir(parents=True, exist_ok=True)

    def of(self, name: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The numbers of this name: those kept, or else those that the function gives."""
        path = self.folder / f"{name}.json"
        if not path.is_file():
            found = compute()
            part = path.with_suffix(f".{os.getpid()}")
            part.write_text(json.dumps(found, indent=1))
            part.replace(path)
            jax.clear_caches()  # of compiled programs a process cannot keep any number
        kept: dict[str, Any] = json.loads(path.read_text())
        return kept


def trained(
    config: TrainingConfig, samples: Sequence[Sample], steps: int, folder: Path
) -> Potential:
    """A network after about so many steps on these samples, none of them kept for validation."""
    size = config.batches.size
    epochs = max(1, round(steps / max(1, -(-len(samples) // size))))
    register_reader("study", lambda path: list(samples))
    config = replace(
        config,
        data=DataConfig(files=("study",), reader="study", validation=0.0),
        epochs=epochs,
        batches=replace(config.batches, size=size),
    )
    if (folder / "done").is_file():
        return load_model(folder / "model")
    model = train(config, folder, say=lambda line: print(f"  {folder.name}: {line}", flush=True))
    (folder / "done").touch()
    return model


def frequency_errors_cm1(
    model: Potential,
    asked: Sequence[tuple[Atoms, Float[np.ndarray, "3"], Float[np.ndarray, " modes"]]],
) -> Float[np.ndarray, " all"]:
    """Errors of frequencies at each (structure, q, frequencies of the reference)."""
    told = answers(model, [(atoms, q) for atoms, q, _ in asked])
    errors = []
    for (atoms, _, reference), answer in zip(asked, told, strict=True):
        assert answer.force_constants_eV_A2 is not None
        errors.append(frequencies(atoms, answer.force_constants_eV_A2)[0] - reference)
    return np.concatenate(errors)


def force_errors_eV_A(model: Potential, samples: Sequence[Sample]) -> Float[np.ndarray, " all"]:
    """Errors of all force components."""
    told = answers(model, [(s.atoms, None) for s in samples])
    return np.concatenate(
        [(a.forces_eV_A - s.forces_eV_A).ravel() for a, s in zip(told, samples, strict=True)]
    )


def written(study: str, numbers: dict[str, Any], paragraph: str, figure: Figure) -> None:
    """Keep what a study found: STUDY.json with the paragraph in it, STUDY.png."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(RESULTS / f"{study}.png", dpi=130)
    table = {"study": study, "found": paragraph, **numbers}
    text = json.dumps(table, indent=1, ensure_ascii=False)
    (RESULTS / f"{study}.json").write_text(text + "\n", encoding="utf-8")
    print(paragraph)


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean of independent runs and its standard error; 0 for a single one."""
    array = np.asarray(values, float)
    spread = float(array.std(ddof=1) / np.sqrt(len(array))) if len(array) > 1 else 0.0
    return float(array.mean()), spread
