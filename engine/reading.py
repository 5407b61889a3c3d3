"""Structures by name or from files."""

from __future__ import annotations

from pathlib import Path

from ase import Atoms

from engine import library
from engine.errors import PhonoscopeError
from engine.formats.structures import read_file


def read(name_or_path: str | Path) -> Atoms:
    """A structure by library name, or from any file that ase reads (the last one it holds).

    Raises
    ------
    PhonoscopeError
        if there is no such entry or file, or it cannot be read as a structure.
    """
    name = str(name_or_path)
    if name in library.names():
        return library.entry(name).atoms.copy()
    path = Path(name)
    if not path.is_file():
        raise PhonoscopeError(
            f"There is no structure '{name}'",
            "it is neither a file nor a name of the library",
            f"Library: {', '.join(library.names())}.",
        )
    return read_file(path)
