"""What a long computation says while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LOADING = "loading the model"
RELAXING = "relaxing"
FORCES = "forces"
COMPILING = "compiling"
DERIVATIVES = "second derivatives"
LABELS = "symmetry and labels"
STAGES = (LOADING, RELAXING, FORCES, COMPILING, DERIVATIVES, LABELS)
"""What a calculation passes through, in this order; not every one has all."""


@dataclass(frozen=True)
class Progress:
    """How far a computation is.

    Attributes
    ----------
    stage : what is being done, one of :data:`STAGES`.
    fraction : how much of the stage is done, 0 to 1; None where nobody can tell.
    detail : more of it in words, like ``12 of 29 wave vectors``; may be empty.
    """

    stage: str
    fraction: float | None
    detail: str


Report = Callable[[Progress], None]
"""Who listens; called from the thread that computes, many times, and should be quick."""


def tell(
    report: Report | None, stage: str, fraction: float | None = None, detail: str = ""
) -> None:
    """Tell the listener, if there is one."""
    if report is not None:
        report(Progress(stage, fraction, detail))
