"""A process that computes, one question after the other, for a server that listens.

Started by :mod:`engine.jobs.pool` as ``python -m engine.jobs.worker``. Questions arrive pickled on
standard input and answers leave on standard output, both from and to the one server that started
it. When the input ends, because the server has ended in whatever way, so does the worker.

Messages to the server: ``("ready",)``, ``("progress", Progress)``, ``("done", answer, spent)`` and
``("failed", (what, why, fix), spent)``; ``spent`` says that the process should be replaced.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, BinaryIO

NICENESS = 5
"""Below the server in priority, so that the page stays quick while something is computed."""

TOLD_S = 0.1
"""Progress within a stage is not told more often."""

MAPS_SHARE = 0.4
"""Part of the memory maps a process may have at which it is spent. Every compiled program takes
some for good, and past the last one the process ends in a segmentation fault."""

MAX_ANSWERS = 300
"""Answers after which a process is spent where its maps cannot be counted."""


def main() -> None:
    """Answer until the input ends."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, whose end ends this
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what programs print must not get into the answers
    questions: queue.Queue[Any] = queue.Queue()
    # A thread of its own, so that the end of the server is seen while something is computed.
    threading.Thread(target=_listen, args=(sys.stdin.buffer, questions), daemon=True).start()

    from engine.potentials import load_model  # seconds: JAX and all

    _send(output, "ready")
    models: dict[tuple[str, str], Any] = {}

    def load(name: str) -> Any:
        from engine.jobs.identity import model_identity

        identity = name, model_identity(name)
        if identity not in models:
            models[identity] = load_model(name)
        return models[identity]

    answered = 0
    while True:
        question = questions.get()
        answered += 1
        message = _answer(question, output, load)
        _send(output, *message, _spent(answered))


def _answer(question: Any, output: BinaryIO, load: Any) -> tuple[str, Any]:
    from engine.errors import PhonoscopeError

    try:
        return "done", question.answer(_Teller(output), load)
    except PhonoscopeError as error:
        return "failed", (error.what, error.why, error.fix)
    except MemoryError:
        return "failed", (
            "The computation needs more memory than there is",
            "it is too large for this machine",
            "Choose a smaller cell or a coarser mesh.",
        )
    except Exception as error:  # whatever it is, the user is told and the next question answered
        traceback.print_exc()
        return "failed", (
            "The computation failed",
            f"{type(error).__name__}: {error}",
            "Check the geometry; if it makes sense, this is a fault of Phonoscope: please report "
            "it with what the server has printed.",
        )


class _Teller:
    """Sends progress on, not too often within a stage."""

    def __init__(self, output: BinaryIO) -> None:
        self.output, self.stage, self.last_s = output, "", 0.0

    def __call__(self, progress: Any) -> None:
        now = time.monotonic()
        if progress.stage == self.stage and now - self.last_s < TOLD_S:
            return
        self.stage, self.last_s = progress.stage, now
        _send(self.output, "progress", progress)


def _listen(source: BinaryIO, questions: queue.Queue[Any]) -> None:
    while True:
        try:
            questions.put(pickle.load(source))
        except EOFError:
            os._exit(0)  # at once, whatever is being computed


def _send(output: BinaryIO, *message: Any) -> None:
    try:
        pickle.dump(message, output)
        output.flush()
    except BrokenPipeError:
        os._exit(0)


def _spent(answered: int) -> bool:
    try:
        maps = Path("/proc/self/maps").read_bytes().count(b"\n")
        most = int(Path("/proc/sys/vm/max_map_count").read_text())
    except (OSError, ValueError):
        return answered >= MAX_ANSWERS
    return maps > MAPS_SHARE * most


if __name__ == "__main__":
    main()
