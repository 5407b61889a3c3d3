"""Going through the molecules: a process each; what is done is skipped, what fails recorded."""

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
from engine.training.data.labelled import read_molecules
from engine.training.data.molecule_list import HELD_OUT, Molecule
from engine.training.data.molecules import (
    STAGES,
    Workplace,
    compute_free_atoms,
    compute_part,
    wanted,
)


@dataclass(frozen=True)
class Task:
    """One molecule's parts of one stage."""

    stage: int
    molecule: Molecule

    @property
    def parts(self) -> list[str]:
        """Names of the parts, each needing those before it."""
        return [part for part in STAGES[self.stage] if wanted(self.molecule, part)]


LAG = 100
"""A molecule's next stage waits until this many more molecules have had the one before: first many
molecules, then more of the cheap ones beside the first of the costly ones."""


def tasks(molecules: Sequence[Molecule], stages: Sequence[int]) -> list[Task]:
    """All tasks in the order of work."""
    places = [
        (number + LAG * late, late, Task(stage, molecule))
        for late, stage in enumerate(sorted(stages))
        for number, molecule in enumerate(molecules)
    ]
    return [task for *_, task in sorted(places, key=lambda place: place[:2]) if task.parts]


def say(text: str) -> None:
    """A line of the log, with the time."""
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}", flush=True)


def work_on(workplace: Workplace, task: Task) -> None:
    """Compute what is missing of a task.

    A part that cannot be computed leaves a file with the reason, and the parts after it wait. A
    molecule that another run is at work on is left to it.
    """
    name = task.molecule.name
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
            if workplace.settled(name, part) or not _ready(workplace, name, part):
                return
            started = time.monotonic()
            try:
                compute_part(workplace, task.molecule, part)
            except Exception as error:  # whatever it is, the other molecules go on
                reason = (
                    str(error) if isinstance(error, PhonoscopeError) else traceback.format_exc()
                )
                workplace.failure(name, part).write_text(reason + "\n")
                say(f"{name} {part} FAILED: {' '.join(str(error).split())}")
                return
            say(f"{name} {part} {time.monotonic() - started:.0f} s")


def _ready(workplace: Workplace, name: str, part: str) -> bool:
    return part == "equilibrium" or workplace.path(name, "equilibrium").exists()


def run(
    workplace: Workplace,
    molecules: Sequence[Molecule],
    stages: Sequence[int],
    processes: int,
    limit_s: float,
) -> None:
    """Go through all tasks, `processes` molecules at a time, each in a fresh process.

    Parameters
    ----------
    limit_s : a task that takes longer is ended; the part it was at counts as failed.
    """
    compute_free_atoms(workplace)
    fresh = multiprocessing.get_context("spawn")
    running: dict[BaseProcess, tuple[Task, float]] = {}
    for task in tasks(molecules, stages):
        if all(workplace.settled(task.molecule.name, part) for part in task.parts):
            continue
        while len(running) >= processes:
            _collect(workplace, running, limit_s)
        process = fresh.Process(target=work_on, args=(workplace, task))
        process.start()
        running[process] = task, time.monotonic()
    while running:
        _collect(workplace, running, limit_s)
    say(status_line(workplace, molecules))


def _collect(
    workplace: Workplace, running: dict[BaseProcess, tuple[Task, float]], limit_s: float
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
            name = task.molecule.name
            part = next((p for p in task.parts if not workplace.settled(name, p)), task.parts[-1])
            why = f"took longer than {limit_s:.0f} s" if late else f"exit code {process.exitcode}"
            workplace.failure(name, part).write_text(f"its process died: {why}\n")
            say(f"{name} {part} FAILED: its process died, {why}")


def status_line(workplace: Workplace, molecules: Sequence[Molecule]) -> str:
    """What is there, in one line for a person."""
    structures = read_molecules(workplace.folder) if any(workplace.folder.glob("*.h5")) else []
    names = {s.name for s in structures if s.kind == "equilibrium"}
    held_out = sum(m.name in HELD_OUT for m in molecules)
    geometries = sum(s.kind != "atom" for s in structures)
    hessians = sum(s.hessian_eV_A2 is not None for s in structures)
    failed = len(list(workplace.folder.glob("*.failed")))
    return (
        f"{len(names & {m.name for m in molecules})} of {len(molecules)} molecules "
        f"({len(names & HELD_OUT)} of {held_out} held out), {geometries} geometries with forces, "
        f"{hessians} Hessians, {failed} parts failed"
    )


def single_threaded() -> None:
    """Keep the numerical libraries of processes started from here to one thread each."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
