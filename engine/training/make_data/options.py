"""What the commands have in common: options, and the choice of what to compute."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.errors import PhonoscopeError
from engine.training.data.molecule_list import STAGES
from engine.training.data.workplace import ItemType

Folder = Annotated[Path, typer.Option("--out", help="folder of the parts, one file each")]
Only = Annotated[str, typer.Option(help="names from the list, with spaces between")]
Command = Annotated[str, typer.Option(help="what computed them, for the file's provenance")]
Retry = Annotated[bool, typer.Option("--retry", help="try again what failed")]


def new_app() -> typer.Typer:
    """A program without commands yet, whose mistakes :func:`engine.errors.run_command` tells."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def forget_failures(folder: Path, retry: bool) -> None:
    """Remove what says that parts have failed, if they are to be tried again."""
    for failure in folder.glob("*.failed") if retry else ():
        failure.unlink()


def stage_numbers(stages: str, known: Collection[int] = tuple(STAGES)) -> list[int]:
    """Numbers of stages, from text with commas between.

    Raises
    ------
    PhonoscopeError
        if one of them is unknown.
    """
    words = stages.split(",")
    if not all(word.isdigit() and int(word) in known for word in words):
        fix = f"Give some of {','.join(map(str, known))}."
        raise PhonoscopeError(f"no stages {stages!r}", f"there are {list(known)}", fix)
    return [int(word) for word in words]


def named(items: Sequence[ItemType], only: str) -> list[ItemType]:
    """The items with these names, with spaces between; all without names.

    Raises
    ------
    PhonoscopeError
        if a name is unknown.
    """
    names = set(only.split()) if only else {item.name for item in items}
    if unknown := names - {item.name for item in items}:
        fix = f"Give names of the list, like {items[0].name}."
        raise PhonoscopeError(f"unknown names {sorted(unknown)}", "not in the list", fix)
    return [item for item in items if item.name in names]


def collected(
    what: str, names: Sequence[str], held_out: Collection[str], command: str
) -> dict[str, Any]:
    """What every file of collected parts says of itself.

    Parameters
    ----------
    what : molecules or crystals.
    names : of those in the file.
    held_out : names that are never trained on, in the file or not.
    """
    return {
        "command": command,
        "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        what: list(names),
        "held_out": sorted(set(held_out).intersection(names)),
    }
