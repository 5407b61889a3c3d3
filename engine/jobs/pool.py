"""A bounded number of processes that compute, each served by a thread that waits for it.

Processes rather than threads, because a process can be ended whatever it is doing, leaves the
page's interpreter alone, and takes compiled programs with it when it goes.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import PhonoscopeError
from engine.jobs.calculation import Question
from engine.progress import Progress, Report

VARIABLE = "PHONOSCOPE_WORKERS"
"""Environment variable: how many calculations run at once."""

STARTING = Progress("starting", None, "a process that computes")

NO_WORKER = (
    "Nothing can be computed",
    "the system lets no further process start",
    "Close other programs, and try again.",
)
CANCELLED = "The computation was cancelled", "nobody waits for it", "Ask again."

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Task:
    """A question in the hands of the pool.

    Attributes
    ----------
    question : what is asked.
    started : called when a worker takes it,
    told : when it says how far it is,
    answered : with the answer,
    failed : with what went wrong. All are called from the thread of the worker, one at a time;
        the last two at most once together, and perhaps even after a late :meth:`Pool.cancel`.
    """

    question: Question
    started: Callable[[], None]
    told: Report
    answered: Callable[[bytes], None]
    failed: Callable[[PhonoscopeError], None]


class Pool:
    """Workers that start when they are needed and stay for the next question.

    Parameters
    ----------
    size : how many at most; None: what :data:`VARIABLE` says, or 1.
    """

    def __init__(self, size: int | None = None) -> None:
        self.size = size or workers_wanted()
        self._waiting: queue.Queue[Task | None] = queue.Queue()
        self._lock = threading.Lock()
        self._slots: list[_Slot] = []
        self._open: set[Task] = set()  # waiting or being answered
        self._cancelled: set[Task] = set()  # those of them that nobody wants any more

    def submit(self, task: Task) -> None:
        """Have a question answered; those asked first come first."""
        with self._lock:
            self._open.add(task)
            self._waiting.put(task)
            idle = sum(slot.task is None for slot in self._slots)
            if idle < self._waiting.qsize():
                self._add_slot()

    def cancel(self, task: Task) -> None:
        """Have it answered no more; the process that is at it ends at once."""
        with self._lock:
            if task in self._open:
                self._cancelled.add(task)
            for slot in self._slots:
                if slot.task is task:
                    slot.kill()

    def warm(self) -> None:
        """Start a worker ahead of the first question, which then need not wait for it."""
        with self._lock:
            if not self._slots:
                self._add_slot()

    def close(self) -> None:
        """End all workers; what is being computed is lost."""
        with self._lock:
            for slot in self._slots:
                self._waiting.put(None)
                slot.kill()

    @property
    def process_ids(self) -> list[int]:
        """Of the workers that run."""
        return [slot.process.pid for slot in self._slots if slot.process is not None]

    def _add_slot(self) -> None:
        if len(self._slots) < self.size:
            slot = _Slot(self)
            self._slots.append(slot)
            threading.Thread(target=slot.serve, name="phonoscope worker", daemon=True).start()

    def take(self, slot: _Slot) -> Task | None:
        """The next question for a slot; None when the pool is closed."""
        while True:
            task = self._waiting.get()
            with self._lock:
                if task is None or task not in self._cancelled:
                    slot.task = task
                    return task
                self._close(task)

    def is_cancelled(self, task: Task) -> bool:
        """Whether nobody wants the answer any more."""
        with self._lock:
            return task in self._cancelled

    def give_back(self, slot: _Slot) -> bool:
        """A slot is done with its task; returns whether that was cancelled."""
        with self._lock:
            task, slot.task = slot.task, None
            cancelled = task in self._cancelled
            self._close(task)
            return cancelled

    def _close(self, task: Task | None) -> None:
        if task is not None:
            self._open.discard(task)
            self._cancelled.discard(task)


class _Slot:
    """A place for one worker process at a time."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.task: Task | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False

    def serve(self) -> None:
        """Answer what the pool has, for ever."""
        self._start()
        while (task := self.pool.take(self)) is not None:
            try:
                message = self._ask(task)
            except Exception as error:  # of a callback or of the system: the next may do better
                log.exception("A worker could not be asked")
                self.kill()
                message = ("failed", ("The computation failed", str(error), "Try again."), True)
            if self.pool.give_back(self):
                self._start()  # its worker is gone; who cancels often asks again at once
                continue
            kind, content, spent = message
            if spent:
                self._start()
            if kind == "done":
                task.answered(content)
            else:
                task.failed(PhonoscopeError(*content))
        self.kill()

    def kill(self) -> None:
        """End the process whatever it is doing; harmless if it has ended."""
        if self.process is not None:
            self.process.kill()

    def _start(self) -> None:
        """Replace the process; there is none afterwards if the system does not let it start."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                try:
                    if pipe:
                        pipe.close()
                except OSError:  # what was still to be written has no reader
                    pass
        self.ready, self.process = False, None
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "engine.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(self.pool.size),
            )
        except OSError as error:
            log.warning("No worker can be started: %s", error)

    def _ask(self, task: Task, again: bool = False) -> tuple[str, Any, bool]:
        """Done or failed, with what the worker says, and whether it is spent.

        A worker that was dying when it was asked has not begun: another one is asked.
        """
        if self.process is None or self.process.poll() is not None:
            self._start()
        process = self.process
        if process is None:
            return "failed", NO_WORKER, False
        assert process.stdin is not None and process.stdout is not None
        if self.pool.is_cancelled(task):
            return "failed", CANCELLED, False
        task.started()
        if not self.ready:
            task.told(STARTING)
        begun = False
        try:
            pickle.dump(task.question, process.stdin)
            process.stdin.flush()
            while True:
                message = pickle.load(process.stdout)
                if message[0] == "ready":
                    self.ready = True
                elif message[0] == "progress":
                    begun = True
                    task.told(message[1])
                else:
                    return message
        except (EOFError, OSError, pickle.UnpicklingError):
            process.kill()
            status = process.wait()
            if not begun and not again and not self.pool.is_cancelled(task):
                return self._ask(task, again=True)
            return "failed", _told_death(status), True


def workers_wanted() -> int:
    """How many workers :data:`VARIABLE` asks for, 1 if it says nothing that makes sense."""
    try:
        return max(1, int(os.environ.get(VARIABLE, "1")))
    except ValueError:
        return 1


def _environment(workers: int) -> dict[str, str]:
    """That of the server, with the same engine and a fair share of the cores."""
    environment = dict(os.environ)
    home = str(Path(__file__).parents[2])
    given = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{home}{os.pathsep}{given}" if given else home
    environment.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))
    return environment


def _told_death(status: int) -> tuple[str, str, str]:
    if status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        reason = f"the system has ended its process ({name})"
        if name == "SIGKILL":
            reason += ", most often because memory ran out"
    else:
        reason = f"its process ended by itself (status {status})"
    return (
        "The computation ended without an answer",
        reason,
        "Try again; if it happens again, choose a smaller cell or a coarser mesh.",
    )
