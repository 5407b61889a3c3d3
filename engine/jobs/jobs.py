"""Jobs: what is asked, who waits for it, how far it is, and its answer.

Several who ask the same question share one computation, which goes on as long as one of them
waits. An answer that is in the store is there at once.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Literal

from engine.errors import PhonoscopeError
from engine.jobs.calculation import Question
from engine.jobs.course import Course
from engine.jobs.estimate import Estimate, estimate, record
from engine.jobs.pool import Pool, Task
from engine.jobs.store import Store
from engine.progress import Progress

Status = Literal["waiting", "running", "done", "failed", "cancelled"]

AT_ONCE_S = 0.5
"""How long :meth:`Jobs.submit` waits for an answer from the store."""

RECENT = 16
"""Results kept in memory, for whoever asks again."""

log = logging.getLogger(__name__)


class Job:
    """One request for an answer. Its properties may be read from any thread at any time."""

    def __init__(self, run: _Run, on_change: Callable[[Job], None] | None) -> None:
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


class _Run:
    """One computation and all who wait for it."""

    def __init__(self, question: Question, forget: Callable[[_Run], None]) -> None:
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


class Jobs:
    """Takes questions and has them answered.

    Parameters
    ----------
    store, pool : None: those of this user and this machine.
    """

    def __init__(self, store: Store | None = None, pool: Pool | None = None) -> None:
        self.store = store or Store()
        self.pool = pool or Pool()
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._recent: OrderedDict[str, Any] = OrderedDict()
        self._background = ThreadPoolExecutor(2, "phonoscope jobs")

    def submit(self, question: Question, on_change: Callable[[Job], None] | None = None) -> Job:
        """Have a question answered. Nothing is raised: what is wrong fails the job.

        An answer at hand is there on return, unless it takes more than a moment to read.

        Parameters
        ----------
        on_change : called with the job whenever something about it changes, for the last time when
            it is finished. It is called from a background thread, perhaps before this returns.
        """
        try:
            key = question.key
        except PhonoscopeError as error:
            run = _Run(question, lambda run: None)
            job = run.join(on_change)
            assert job is not None
            self._background.submit(run.finish, "failed", None, error)
            run.finished.wait(AT_ONCE_S)
            return job
        with self._lock:
            run = self._runs.get(key) or _Run(question, lambda run: self._forget(key, run))
            job = run.join(on_change)
            new = job is None or self._runs.get(key) is not run
            if job is None:  # it has just finished
                run = _Run(question, lambda run: self._forget(key, run))
                job = run.join(on_change)
            self._runs[key] = run
        assert job is not None
        if new:
            self._background.submit(self._begin, key, run)
            run.finished.wait(AT_ONCE_S)
        return job

    def estimate(self, question: Question) -> Estimate:
        """How long it will take if it has to be computed.

        Raises
        ------
        PhonoscopeError
            if there is no such model, or two atoms coincide.
        """
        return estimate(question, self.store.runs())

    def warm(self) -> None:
        """Start a worker ahead of the first question."""
        self.pool.warm()

    def close(self) -> None:
        """End all workers."""
        self.pool.close()
        self._background.shutdown(wait=False, cancel_futures=True)

    def _begin(self, key: str, run: _Run) -> None:
        """Take the answer from memory or the store, or have it computed."""
        try:
            result = self._kept(key, run.question)
            if result is not None:
                run.stored = True
                run.finish("done", result)
                return
            run.course.expected = self._stages(run.question)
            run.task = Task(
                run.question,
                run.began,
                run.told,
                lambda content: self._answered(key, run, content),
                lambda error: run.finish("failed", error=error),
            )
            self.pool.submit(run.task)
            if run.status == "cancelled":  # before there was a task that could be
                self.pool.cancel(run.task)
        except Exception as error:  # nobody may wait for ever
            log.exception("A job could not be begun")
            run.finish("failed", error=_fault(error))

    def _kept(self, key: str, question: Question) -> Any:
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        content = self.store.get(key)
        if content is None:
            return None
        try:
            result = question.read(content)
        except PhonoscopeError as error:
            log.warning("A stored result is damaged and computed again: %s", error)
            self.store.drop(key)
            return None
        self._keep(key, result)
        return result

    def _answered(self, key: str, run: _Run, content: bytes) -> None:
        try:
            self.store.put(key, content)
            result = run.question.read(content)
            self._keep(key, result)
            run.finish("done", result)
            self.store.remember(record(run.question, run.course.seconds))
        except PhonoscopeError as error:
            run.finish("failed", error=error)
        except Exception as error:
            log.exception("An answer could not be read")
            run.finish("failed", error=_fault(error))

    def _keep(self, key: str, result: Any) -> None:
        with self._lock:
            self._recent[key] = result
            self._recent.move_to_end(key)
            while len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def _stages(self, question: Question) -> Estimate | None:
        try:
            return self.estimate(question)
        except PhonoscopeError:
            return None  # the worker will say what is wrong

    def _forget(self, key: str, run: _Run) -> None:
        with self._lock:
            if self._runs.get(key) is run:
                del self._runs[key]
        if run.status == "cancelled" and run.task is not None:
            self.pool.cancel(run.task)


@lru_cache
def default_jobs() -> Jobs:
    """The jobs of this server, one for all its sessions."""
    return Jobs()


def _fault(error: Exception) -> PhonoscopeError:
    return PhonoscopeError(
        "The calculation failed",
        f"{type(error).__name__}: {error}",
        "Try again; if it happens again, please report it with what the server has printed.",
    )
