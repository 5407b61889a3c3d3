"""What several commands write."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import typer

from engine.errors import PhonoscopeError
from engine.formats.documents import Document
from engine.modes import Modes


def write(document: Document, target: str) -> None:
    """A document to a file, which appears when it is complete, or to stdout if that is ``-``."""
    text = json.dumps(document, ensure_ascii=False)
    if target == "-":
        typer.echo(text)
        return
    path = Path(target)
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8"
        ) as part:
            part.write(text + "\n")
        os.replace(part.name, path)
    except OSError as error:
        raise PhonoscopeError(
            f"The file {path} cannot be written", str(error), "Choose a writable place."
        ) from error


def print_levels(modes: Modes) -> None:
    """One line a level."""
    typer.echo("    cm-1  degeneracy  irrep  activity")
    for level in modes.levels():
        i = level[0]
        label = "?" if modes.irrep[i] is None else modes.irrep[i]
        label = f"{label}?" if modes.irrep_certain[i] is False else label
        typer.echo(
            f"{cm1(modes.frequency_cm1[i])}  {len(level):>10}  {label:<5}  {_activity(modes, i)}"
        )


def cm1(frequency_cm1: float) -> str:
    """A frequency for a column; an imaginary one is negative."""
    return f"{round(frequency_cm1, 1) + 0.0:8.1f}"  # + 0.0: no minus before a zero


def _activity(modes: Modes, i: int) -> str:
    if modes.acoustic[i]:
        return "acoustic"
    marks = {"IR": modes.ir_active[i], "Raman": modes.raman_active[i]}
    seen = " ".join(name for name, active in marks.items() if active)
    return seen or ("silent (hyper-Raman)" if modes.hyper_raman_active[i] else "silent")
