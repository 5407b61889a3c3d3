"""Going through a list in processes of its own; what is done is skipped, what fails recorded."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import time
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import wait
from typing import Any

from engine.errors import PhonoscopeError
from engine.training.data.workplace import Item, PartsFolder


@dataclass(frozen=True)
class Task:
    """One item's parts of one stage."""

    stage: int
    item: Item

    @property
    def parts(self) -> list[str]:
        """Names of the parts, each needing those before it."""
        return self.item.parts(self.stage)


LAG = 100
"""An item's next stage waits until this many more items have had the one before: first many items,
then more of the cheap ones beside the first of the costly ones."""


def tasks(items: Sequence[Item], stages: Sequence[int]) -> list[Task]:
    """All tasks in the order of work."""
    places = [
        (number + LAG * late, late, Task(stage, item))
        for late, stage in enumerate(sorted(stages))
        for number, item in enumerate(items)
    ]
    return [task for *_, task in sorted(places, key=lambda place: place[:2]) if task.parts]


def say(text: str) -> None:
    """A line of the log, with the time."""
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}", flush=True)


def work_on(workplace: PartsFolder, task: Task) -> None:
    """Compute what is missing of a task.

    A part that cannot be computed leaves a file with the reason, and the rest of its stage waits.
    An item that another run is at work on is left to it.
    """
    name = task.item.name
    locks = workplace.folder / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for part in task.parts:
            if workplace.path(name, part).exists():
                continue
            if workplace.settled(name, part) or not workplace.ready(task.item, part):
                return
            started = time.monotonic()
            try:
                workplace.compute(task.item, part)
            except Exception as error:  # whatever it is, the other items go on
                reason = (
                    str(error) if isinstance(error, PhonoscopeError) else traceback.format_exc()
                )
                workplace.failure(name, part).write_text(reason + "\n")
                say(f"{name} {part} FAILED: {' '.join(str(error).split())}")
                return
            say(f"{name} {part} {time.monotonic() - started:.0f} s")


def run(
    workplace: PartsFolder,
    items: Sequence[Item],
    stages: Sequence[int],
    processes: int,
    limit_s: float,
    in_a_row: int = 1,
) -> None:
    """Go through all tasks, `processes` of them at a time.

    Parameters
    ----------
    limit_s : a task that takes longer is ended; the part it was at counts as failed.
    in_a_row : tasks a process takes before a fresh one follows it. More than one where what a
        process has compiled serves the next task, too.
    """
    workplace.prepare()
    waiting = deque(
        task
        for task in tasks(items, stages)
        if not all(workplace.settled(task.item.name, part) for part in task.parts)
    )
    running: list[_Worker] = []
    while waiting or running:
        while waiting and len(running) < processes:
            some = [waiting.popleft() for _ in range(min(in_a_row, len(waiting)))]
            running.append(_Worker(workplace, some))
        wait([worker.process.sentinel for worker in running], timeout=1)
        for worker in list(running):
            if worker.has_ended(limit_s):
                running.remove(worker)
                waiting.extendleft(reversed(worker.left()))
    say(workplace.status(items))


class _Worker:
    """A process at work on some tasks, one after the other."""

    def __init__(self, workplace: PartsFolder, tasks: Sequence[Task]) -> None:
        fresh = multiprocessing.get_context("spawn")
        self.workplace, self.tasks = workplace, tasks
        self._place = fresh.Value("i", 0)
        self._seen, self._since = 0, time.monotonic()
        self.process = fresh.Process(target=_work_through, args=(workplace, tasks, self._place))
        self.process.start()

    def has_ended(self, limit_s: float) -> bool:
        """Whether it has; a process too long at one task is ended, and its task fails."""
        if self._place.value != self._seen:
            self._seen, self._since = self._place.value, time.monotonic()
        late = time.monotonic() - self._since > limit_s
        if self.process.is_alive():
            if not late:
                return False
            self.process.kill()
        self.process.join()
        if self.process.exitcode != 0:
            code = self.process.exitcode
            self._blame(f"took longer than {limit_s:.0f} s" if late else f"exit code {code}")
        return True

    def left(self) -> list[Task]:
        """Tasks that an early end has left to others."""
        return list(self.tasks[self._place.value + 1 :])

    def _blame(self, why: str) -> None:
        task, workplace = self.tasks[self._place.value], self.workplace
        name = task.item.name
        part = next((p for p in task.parts if not workplace.settled(name, p)), task.parts[-1])
        workplace.failure(name, part).write_text(f"its process died: {why}\n")
        say(f"{name} {part} FAILED: its process died, {why}")


def _work_through(workplace: PartsFolder, tasks: Sequence[Task], place: Any) -> None:
    """Work on one task after the other, and let the parent see which it is; end when it has."""
    parent = multiprocessing.parent_process()
    for number, task in enumerate(tasks):
        if parent is not None and not parent.is_alive():
            return
        place.value = number
        work_on(workplace, task)


def single_threaded() -> None:
    """Keep the numerical libraries of processes started from here to one thread each."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"


def compile_quickly() -> None:
    """Let XLA compile with fewer optimisations in processes started from here.

    Each program runs for seconds only; compiling it well would take minutes.
    """
    quick = "--xla_backend_optimization_level=1 --xla_llvm_disable_expensive_passes=true"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {quick}".strip()
