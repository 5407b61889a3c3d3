"""The command line: ``phonoscope``, a file a command."""

from __future__ import annotations

import typer

from engine.cli.convert import convert
from engine.cli.evaluate import evaluate
from engine.cli.models import models
from engine.cli.modes import modes
from engine.cli.phonons import phonons
from engine.cli.symmetry import symmetry
from engine.cli.train import train
from engine.errors import run_command

app = typer.Typer(
    help="See molecules and crystals vibrate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (modes, phonons, symmetry, convert, train, evaluate):
    app.command()(command)
app.add_typer(models, name="models")


def main() -> None:
    """Run the command line; a mistake of the user's is told in two lines and ends with 2."""
    run_command(app)
