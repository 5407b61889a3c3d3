"""How far a run is: from what its worker says and from what was expected."""

from __future__ import annotations

import time

from engine.jobs.estimate import SHARES, Estimate
from engine.progress import STAGES, Progress

TRUSTED = 0.05
"""Fraction of a stage from which on its own pace says more than the estimate."""


class Course:
    """The stages of a run in time. Written by one thread, read by any.

    Attributes
    ----------
    expected : what was estimated; None: nothing.
    progress : what was said last.
    seconds : what each stage took that is over.
    """

    def __init__(self) -> None:
        self.expected: Estimate | None = None
        self.progress = Progress("waiting", None, "")
        self.seconds: dict[str, float] = {}
        self._began_s: float | None = None
        self._ended_s: float | None = None
        self._stage_s = 0.0
        self._furthest = 0.0

    def begin(self) -> None:
        """A worker has taken it."""
        self._began_s = self._stage_s = time.monotonic()

    def go_on(self, progress: Progress) -> None:
        """It has come so far."""
        now = time.monotonic()
        if progress.stage != self.progress.stage:
            self._leave(now)
        self.progress = progress

    def end(self) -> None:
        """It is over."""
        self._ended_s = time.monotonic()
        self._leave(self._ended_s)

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        if self._began_s is None:
            return 0.0
        return (self._ended_s or time.monotonic()) - self._began_s

    @property
    def fraction(self) -> float:
        """How much of the whole is done, 0 to 1, never falling."""
        shares = self.expected.stages if self.expected else SHARES
        whole = sum(shares.values())
        if self.progress.stage not in STAGES or whole == 0:
            return self._furthest
        place = STAGES.index(self.progress.stage)
        done = sum(share for stage, share in shares.items() if STAGES.index(stage) < place)
        done += shares.get(self.progress.stage, 0.0) * self._stage_fraction()
        self._furthest = max(self._furthest, min(done / whole, 0.99))
        return self._furthest

    @property
    def seconds_left(self) -> float | None:
        """About how long it will still take; None where nobody can tell."""
        fraction, stage = self.progress.fraction, self.progress.stage
        if stage not in STAGES:
            return self.expected.seconds if self.expected else None
        known = self.expected is not None and self.expected.seconds is not None
        stages = self.expected.stages if self.expected is not None and known else {}
        here = time.monotonic() - self._stage_s
        if fraction is not None and fraction >= TRUSTED:
            left = here * (1 - fraction) / fraction
        elif not known or here > 2 * stages.get(stage, 0.0) + 1:
            return None
        else:
            left = max(stages.get(stage, 0.0) - here, 0.0)
        place = STAGES.index(stage)
        later = [seconds for name, seconds in stages.items() if STAGES.index(name) > place]
        if not known and place < STAGES.index("second derivatives"):
            return None  # what takes longest is still to come
        return left + sum(later)

    def _stage_fraction(self) -> float:
        if self.progress.fraction is not None:
            return self.progress.fraction
        known = self.expected is not None and self.expected.seconds is not None
        if self.expected is None or not known:
            return 0.0
        expected = self.expected.stages.get(self.progress.stage, 0.0)
        here = time.monotonic() - self._stage_s
        return min(here / expected, 0.9) if expected > 0 else 0.0

    def _leave(self, now: float) -> None:
        """The stage is over."""
        stage = self.progress.stage
        if stage in STAGES:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._stage_s
        self._stage_s = now
