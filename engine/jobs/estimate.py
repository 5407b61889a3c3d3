"""How long a calculation will take, by what others took on this machine.

A stage of a calculation takes a while that does not depend on the structure, and beyond it a time
in proportion to its work: edges for a gradient, edges times products for second derivatives. The
factor is the median of what past runs of the same model showed, those of about the same work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from engine.jobs.calculation import Calculation, Question
from engine.jobs.identity import model_identity
from engine.neighbours import neighbour_layout
from engine.phonons.mesh import cost
from engine.potentials.registry import made_here
from engine.progress import COMPILING, DERIVATIVES, FORCES, LABELS, LOADING, RELAXING, STAGES

REACH_A = 5.0
"""Distance in angstrom up to which atoms are counted as neighbours, whatever the model's own."""

NEAREST = 5
"""Runs, of those nearest in work, that an estimate rests on."""

SAME_ANYWAY_S = {RELAXING: 0.5, FORCES: 0.5, DERIVATIVES: 0.05, LABELS: 1.0}
"""What a stage takes however small its work is."""

SHARES = {LOADING: 1.0, RELAXING: 5.0, FORCES: 2.0, COMPILING: 5.0, DERIVATIVES: 10.0, LABELS: 1.0}
"""How the whole is divided among the stages where nothing is known of the model."""

NETWORK = "a network"
"""What stands for the model in runs of networks of the usual size, 0.1 to 1 million parameters."""

GUESSED_FROM, GUESSED_TO = 0.4, 4.0
"""How far a network that has never run here may be from those."""

Run = Mapping[str, Any]

# fmt: off
MEASURED: tuple[Run, ...] = (
    # silicon, 4 x 4 x 4, its cell relaxed
    {"model": "stillinger-weber", "kind": "phonons",
     "work": {LOADING: 1, RELAXING: 56, FORCES: 56, COMPILING: 1, DERIVATIVES: 2800, LABELS: 216},
     "seconds": {LOADING: 0.1, RELAXING: 0.5, FORCES: 0.5, COMPILING: 1.0, DERIVATIVES: 0.05,
                 LABELS: 0.4}},
    {"model": "stillinger-weber", "kind": "wave",
     "work": {LOADING: 1, COMPILING: 1, DERIVATIVES: 672},
     "seconds": {LOADING: 0.0, COMPILING: 0.6, DERIVATIVES: 0.01}},
    # water and benzene, relaxed
    {"model": "gfn2-xtb", "kind": "vibrations",
     "work": {LOADING: 1, RELAXING: 6, FORCES: 6, DERIVATIVES: 54, LABELS: 729},
     "seconds": {LOADING: 0.0, RELAXING: 0.05, FORCES: 0.0, DERIVATIVES: 0.05, LABELS: 0.05}},
    {"model": "gfn2-xtb", "kind": "vibrations",
     "work": {LOADING: 1, RELAXING: 160, FORCES: 160, DERIVATIVES: 5760, LABELS: 46656},
     "seconds": {LOADING: 0.0, RELAXING: 0.1, FORCES: 0.0, DERIVATIVES: 0.5, LABELS: 0.1}},
    # ethanol by the bundled model, silicon by nequix-oam-1-pft; nothing compiled before
    {"model": NETWORK, "kind": "vibrations",
     "work": {LOADING: 1, RELAXING: 80, FORCES: 80, COMPILING: 1, DERIVATIVES: 2160,
              LABELS: 19683},
     "seconds": {LOADING: 1.2, RELAXING: 4.4, FORCES: 0.0, COMPILING: 9.0, DERIVATIVES: 0.05,
                 LABELS: 1.4}},
    {"model": NETWORK, "kind": "phonons",
     "work": {LOADING: 1, RELAXING: 56, FORCES: 56, COMPILING: 1, DERIVATIVES: 2800, LABELS: 216},
     "seconds": {LOADING: 0.4, RELAXING: 5.9, FORCES: 0.0, COMPILING: 14.3, DERIVATIVES: 0.4,
                 LABELS: 0.15}},
    {"model": NETWORK, "kind": "wave",
     "work": {LOADING: 1, COMPILING: 1, DERIVATIVES: 672},
     "seconds": {LOADING: 0.0, COMPILING: 13.8, DERIVATIVES: 0.2}},
)
# fmt: on
"""Runs on one core of a server, for models that come with the program: a first guess on a machine
that has not computed anything yet."""


@dataclass(frozen=True)
class Estimate:
    """An expected time.

    Attributes
    ----------
    seconds : in all, without waiting for other jobs; None where nothing is known of the model.
    low, high : a range that most runs should fall into; None likewise.
    stages : seconds of each stage that will occur; parts of the whole, without unit, where the
        time is not known.
    guessed : whether it rests on another model of the same kind.
    """

    seconds: float | None
    low: float | None
    high: float | None
    stages: dict[str, float]
    guessed: bool = False

    @property
    def text(self) -> str:
        """In words, like ``about 5 s``."""
        if self.seconds is None or self.low is None or self.high is None:
            return "time unknown: this model has not been run on this machine"
        if self.guessed:
            low, high = _told(max(self.low, 1)), _told(self.high)
            return f"between {low} and {high}, a first guess: this model has not been run here"
        if self.high < 1:
            return "less than a second"
        if self.high < 3 * max(self.low, 1):
            return f"about {_told(self.seconds)}"
        low = _told(max(self.low, 1))
        return f"between {low} and {_told(self.high)}"


def estimate(question: Question, runs: Iterable[Run]) -> Estimate:
    """The time that a calculation will take.

    Parameters
    ----------
    runs : :meth:`engine.jobs.store.Store.runs`.

    Raises
    ------
    PhonoscopeError
        if there is no such model, or two atoms coincide.
    """
    work, model = works(question), model_identity(question.model)
    alike = [run for run in runs if _alike(run, model, question)]
    if not alike:
        alike = [run for run in MEASURED if _alike(run, model, question)]
    guessed = not alike and _is_network(question.model)
    if guessed:
        alike = [run for run in MEASURED if _alike(run, NETWORK, question)]
    if not alike:
        return Estimate(None, None, None, {stage: SHARES[stage] for stage in work})
    expected = {stage: _expected(stage, work[stage], alike) for stage in work}
    known = [times for times in expected.values() if times]
    middle = sum(median(times) for times in known)
    return Estimate(
        seconds=middle,
        low=(GUESSED_FROM if guessed else 0.7) * sum(min(times) for times in known),
        high=(GUESSED_TO if guessed else 1.5) * sum(max(times) for times in known),
        stages={stage: median(times) if times else 0.0 for stage, times in expected.items()},
        guessed=guessed,
    )


def works(question: Question) -> dict[str, float]:
    """The work of each stage that will occur, in units of its own."""
    atoms, size = question.atoms, 3 * len(question.atoms)
    edges = float(len(neighbour_layout(atoms, REACH_A, "edges").senders))
    if not isinstance(question, Calculation):
        return {LOADING: 1.0, COMPILING: 1.0, DERIVATIVES: edges * 2 * size}
    products = size
    if question.points is not None:
        _, products = cost(atoms, question.points)
    work = {
        LOADING: 1.0,
        RELAXING: edges,
        FORCES: edges,
        COMPILING: 1.0,
        DERIVATIVES: edges * products,
        LABELS: float(size**3),
    }
    if question.relax == "none":
        del work[RELAXING]
    return work


def record(question: Question, seconds: Mapping[str, float]) -> dict[str, Any]:
    """What is to be remembered of a run.

    Parameters
    ----------
    seconds : what each stage took.
    """
    work = works(question)
    return {
        "model": model_identity(question.model),
        "kind": question.kind,
        "work": {stage: work[stage] for stage in STAGES if stage in work and stage in seconds},
        "seconds": {stage: round(seconds[stage], 3) for stage in STAGES if stage in seconds},
    }


def _is_network(model: str) -> bool:
    """Whether a model is a folder or a file of weights; springs are a text."""
    return model not in made_here() and not model.endswith(".toml")


def _alike(run: Run, model: str, question: Question) -> bool:
    words = isinstance(run.get("work"), dict) and isinstance(run.get("seconds"), dict)
    return words and run.get("model") == model and run.get("kind") == question.kind


def _expected(stage: str, work: float, runs: list[Run]) -> list[float]:
    """Seconds that the stage should take by each of the runs nearest in work."""
    found = [
        (run["work"][stage], run["seconds"][stage])
        for run in reversed(runs)
        if stage in run["work"] and stage in run["seconds"]
    ]
    found.sort(key=lambda pair: abs(np.log(max(pair[0], 1) / max(work, 1))))
    anyway = SAME_ANYWAY_S.get(stage, 0.0)
    return [
        min(seconds, anyway) + max(seconds - anyway, 0) * work / max(done, 1)
        for done, seconds in found[:NEAREST]
    ]


def _told(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s" if seconds < 10 else f"{5 * round(seconds / 5)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
