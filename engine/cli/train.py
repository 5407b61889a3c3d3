"""``phonoscope train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    config: Annotated[Path, typer.Argument(help="A TOML file (docs/training.md).")],
    out: Annotated[Path, typer.Option(help="Folder of the run; a run that is there goes on.")],
) -> None:
    """Train a network on energies, forces, stresses and second derivatives."""
    from engine.training.config import read_config
    from engine.training.loop import train as run

    read = read_config(config)
    try:
        run(read, out, typer.echo)
    except KeyboardInterrupt:
        typer.echo("Stopped; the same command goes on from the last state kept.", err=True)
        raise typer.Exit(130) from None
