"""Going through a list: a process an item; what is done is skipped, what fails recorded."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

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
) -> None:
    """Go through all tasks, `processes` items at a time, each in a fresh process.

    Parameters
    ----------
    limit_s : a task that takes longer is ended; the part it was at counts as failed.
    """
    workplace.prepare()
    fresh = multiprocessing.get_context("spawn")
    running: dict[BaseProcess, tuple[Task, float]] = {}
    for task in tasks(items, stages):
        if all(workplace.settled(task.item.name, part) for part in task.parts):
            continue
        while len(running) >= processes:
            _collect(workplace, running, limit_s)
        process = fresh.Process(target=work_on, args=(workplace, task))
        process.start()
        running[process] = task, time.monotonic()
    while running:
        _collect(workplace, running, limit_s)
    say(workplace.status(items))


def _collect(
    workplace: PartsFolder, running: dict[BaseProcess, tuple[Task, float]], limit_s: float
) -> None:
    """Wait a little, and take leave of the processes that ended or must end."""
    wait([process.sentinel for process in running], timeout=1)
    for process, (task, started) in list(running.items()):
        late = time.monotonic() - started > limit_s
        if process.is_alive() and late:
            process.kill()
        elif process.is_alive():
            continue
        process.join()
        del running[process]
        if process.exitcode != 0:
            name = task.item.name
            part = next((p for p in task.parts if not workplace.settled(name, p)), task.parts[-1])
            why = f"took longer than {limit_s:.0f} s" if late else f"exit code {process.exitcode}"
            workplace.failure(name, part).write_text(f"its process died: {why}\n")
            say(f"{name} {part} FAILED: its process died, {why}")


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
