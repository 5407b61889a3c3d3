"""What several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import engine
from engine import library
from engine.errors import PhonoscopeError
from engine.potentials import model_names

Structure = Annotated[str, typer.Argument(help="A file, or a name of the library.")]
Model = Annotated[str | None, typer.Option(help="A model's name or file; default: the library's.")]
Isotopes = Annotated[str, typer.Option(help="Isotopes of atoms, counted from 1, like 2=2H,3=2H.")]
Tolerance = Annotated[
    float | None, typer.Option(help="Largest distance of an atom from symmetry, angstrom.")
]
Json = Annotated[str | None, typer.Option("--json", help="Write JSON to this file; - is stdout.")]


def library_entry(structure: str) -> library.Entry:
    """The structure by its name, with what moves it, where no model is chosen."""
    if structure not in library.names() and Path(structure).exists():
        raise PhonoscopeError(
            f"No model is chosen for {structure}",
            "only the structures of the library bring their own",
            f"Add --model with one of: {', '.join(model_names())}.",
        )
    engine.read(structure)  # says what is wrong if it is neither file nor entry
    return library.entry(structure)
