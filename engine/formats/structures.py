"""Structures from files, or from the library by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import read as ase_read
from ase.io.formats import UnknownFileTypeError

from engine import library
from engine.errors import PhonoscopeError


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


def read_file(path: Path) -> Atoms:
    """A structure from a file.

    Raises
    ------
    PhonoscopeError
        if the format is unknown, the file is damaged, or its positions are not numbers.
    """
    try:
        atoms = ase_read(path)
    except UnknownFileTypeError as error:
        raise PhonoscopeError(
            f"The format of {path.name} is not known",
            "neither its name nor its content tells what it is",
            "Use an ending such as .cif, .xyz, .vasp or .pdb.",
        ) from error
    except Exception as error:  # ase's readers raise anything on damaged files
        raise PhonoscopeError(
            f"The file {path.name} cannot be read as a structure",
            f"{type(error).__name__}: {error}".splitlines()[0],
            "Check that it is complete and that its ending fits its content.",
        ) from error
    if isinstance(atoms, list):
        atoms = atoms[-1]
    if len(atoms) == 0 or not np.isfinite(atoms.positions).all():
        raise PhonoscopeError(
            f"The file {path.name} holds no usable structure",
            f"{len(atoms)} atoms were read, with positions that are not all numbers"
            if len(atoms)
            else "no atoms were read",
            "Check the file in a viewer or editor.",
        )
    return atoms
