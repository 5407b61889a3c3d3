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
from typing import Any

from engine.errors import PhonoscopeError
from engine.jobs.calculation import Question
from engine.jobs.estimate import Estimate, estimate, record
from engine.jobs.job import Job, Run
from engine.jobs.pool import Pool, Task
from engine.jobs.store import Store

AT_ONCE_S = 0.5
"""How long :meth:`Jobs.submit` waits for an answer from the store."""

RECENT = 16
"""Results kept in memory, for whoever asks again."""

log = logging.getLogger(__name__)


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
        self._runs: dict[str, Run] = {}
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
            run = Run(question, lambda run: None)
            job = run.join(on_change)
            assert job is not None
            self._background.submit(run.finish, "failed", None, error)
            run.finished.wait(AT_ONCE_S)
            return job
        with self._lock:
            run = self._runs.get(key) or Run(question, lambda run: self._forget(key, run))
            job = run.join(on_change)
            new = job is None or self._runs.get(key) is not run
            if job is None:  # it has just finished
                run = Run(question, lambda run: self._forget(key, run))
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

    def _begin(self, key: str, run: Run) -> None:
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

    def _answered(self, key: str, run: Run, content: bytes) -> None:
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

    def _forget(self, key: str, run: Run) -> None:
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
