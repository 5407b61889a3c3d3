"""One who waits for an answer, and the computation that several wait for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Literal

from engine.errors import PhonoscopeError
from engine.jobs.calculation import Question
from engine.jobs.course import Course
from engine.jobs.pool import Task
from engine.progress import Progress

Status = Literal["waiting", "running", "done", "failed", "cancelled"]

log = logging.getLogger(__name__)


class Job:
    """One request for an answer. Its properties may be read from any thread at any time."""

    def __init__(self, run: Run, on_change: Callable[[Job], None] | None) -> None:
        self._run = run
        self._on_change = on_change
        self._cancelled = False

    @property
    def question(self) -> Question:
        """What was asked."""
        return self._run.question

    @property
    def status(self) -> Status:
        """``waiting`` for others or ``running``; then ``done``, ``failed`` or ``cancelled``."""
        return "cancelled" if self._cancelled else self._run.status

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("done", "failed", "cancelled")

    @property
    def stored(self) -> bool:
        """Whether the answer was in the store, and nothing had to be computed."""
        return self._run.stored

    @property
    def stage(self) -> str:
        """What is being done, like ``relaxing``; see :data:`engine.progress.STAGES`."""
        return self._run.course.progress.stage if self.status == "running" else self.status

    @property
    def detail(self) -> str:
        """More of it, like ``12 of 29 wave vectors``; may be empty."""
        return self._run.course.progress.detail if self.status == "running" else ""

    @property
    def fraction(self) -> float | None:
        """How much of the whole is done, 0 to 1, never falling; None before it runs."""
        if self.status == "done":
            return 1.0
        return None if self.status == "waiting" else self._run.course.fraction

    @property
    def seconds_left(self) -> float | None:
        """About how long it will still take; None where nobody can tell."""
        return self._run.course.seconds_left if self.status == "running" else None

    @property
    def elapsed_s(self) -> float:
        """Seconds since a worker took it; 0 before, and for stored answers."""
        return self._run.course.elapsed_s

    @property
    def error(self) -> PhonoscopeError | None:
        """Why it failed."""
        return self._run.error if self.status == "failed" else None

    def result(self, timeout_s: float | None = None) -> Any:
        """The answer: Vibrations, Phonons, or the matrix of a wave. Waits until it is there.

        Raises
        ------
        PhonoscopeError
            if it failed, or was cancelled.
        TimeoutError
            if it is not there in time.
        """
        if not self.wait(timeout_s):
            raise TimeoutError(f"the job is {self.status}")
        if self.status == "done":
            return self._run.result
        raise self.error or PhonoscopeError(
            "There is no result", "the calculation was cancelled", "Ask again."
        )

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is finished; returns whether it is."""
        return self._cancelled or self._run.finished.wait(timeout_s)

    def cancel(self) -> None:
        """Wait no more; the computation ends if nobody else does. Harmless when finished."""
        if not self.finished:
            self._cancelled = True
            self._run.leave(self)
            self.tell()

    def tell(self) -> None:
        """Call who wants to know of changes."""
        if self._on_change is None:
            return
        try:
            self._on_change(self)
        except Exception:  # a page that is gone must not stop the others
            log.exception("A listener to a job failed")


class Run:
    """One computation and all who wait for it."""

    def __init__(self, question: Question, forget: Callable[[Run], None]) -> None:
        self.question = question
        self.status: Status = "waiting"
        self.stored = False
        self.course = Course()
        self.error: PhonoscopeError | None = None
        self.result: Any = None
        self.finished = threading.Event()
        self.task: Task | None = None
        self._jobs: list[Job] = []
        self._forget = forget
        self._lock = threading.Lock()

    def join(self, on_change: Callable[[Job], None] | None) -> Job | None:
        """One more who waits; None if it is finished."""
        with self._lock:
            if self.finished.is_set():
                return None
            job = Job(self, on_change)
            self._jobs.append(job)
            return job

    def leave(self, job: Job) -> None:
        """One less; the last ends the computation."""
        with self._lock:
            self._jobs.remove(job)
            last = not self._jobs and not self.finished.is_set()
        if last:
            self.finish("cancelled")

    def began(self) -> None:
        """A worker has taken it."""
        with self._lock:
            if not self.finished.is_set():
                self.course.begin()
                self.status = "running"

    def told(self, progress: Progress) -> None:
        """It has come so far."""
        self.course.go_on(progress)
        self._tell()

    def finish(
        self, status: Status, result: Any = None, error: PhonoscopeError | None = None
    ) -> None:
        """It has ended so; only the first end counts."""
        with self._lock:
            if self.finished.is_set():
                return
            self.result, self.error = result, error
            self.course.end()
            self.status = status
            self.finished.set()
        self._forget(self)
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            jobs = list(self._jobs)
        for job in jobs:
            job.tell()
