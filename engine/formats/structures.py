"""Structures from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import read as ase_read
from ase.io.formats import UnknownFileTypeError
from vesin import NeighborList

from engine.errors import PhonoscopeError
from engine.formats.cif import read_cif
from engine.formats.cif_expansion import TOO_CLOSE_A


def read_file(path: Path) -> Atoms:
    """A structure from a file.

    Constraints of a file, like POSCAR's selective dynamics, are left out: no vibration keeps them.

    Raises
    ------
    PhonoscopeError
        if the format is unknown, the file is damaged, its positions are not numbers, or its atoms
        are dummies or coincide.
    """
    if path.name.lower().endswith((".cif", ".mcif", ".cif.gz")):
        return read_cif(path)
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
            f"The file {path.name} cannot be read as a structure", *_reason(error)
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
    atoms.set_constraint()
    _check(atoms, path.name)
    return atoms


def _reason(error: Exception) -> tuple[str, str]:
    """Why ase could not read a file, and what to do about it."""
    text = str(error)
    if "determine chemical symbols" in text:
        return (
            "it does not name the elements",
            "Write their symbols on a line above their numbers, as VASP 5 does.",
        )
    if isinstance(error, KeyError) and error.args[0] in ("D", "T"):
        return (
            f"its format has no symbol {error.args[0]}",
            "Write H, and choose the isotope afterwards (engine.with_isotopes).",
        )
    if isinstance(error, UnicodeDecodeError):
        return (
            "it has letters that are not encoded as UTF-8",
            "Save it as UTF-8, or as plain ASCII.",
        )
    why = f"{type(error).__name__}: {text}".splitlines()[0]
    return why, "Check that it is complete and that its ending fits its content."


def _check(atoms: Atoms, file: str) -> None:
    if (atoms.numbers == 0).any():
        where = ", ".join(str(i + 1) for i in np.flatnonzero(atoms.numbers == 0)[:6])
        raise PhonoscopeError(
            f"The structure of {file} has dummy atoms",
            f"X is no element, and stands at places {where} of the list, counted from 1",
            "Take them out, or write the element.",
        )
    cell = atoms.cell.complete().array
    if atoms.pbc.any() and abs(np.linalg.det(cell)) < 1e-3:
        raise PhonoscopeError(
            f"The cell of {file} makes no sense",
            "its vectors enclose no volume",
            "Check the vectors.",
        )
    if len(atoms) < 2:
        return
    # A list of neighbours within so short a reach stays short, however many atoms there are.
    search = NeighborList(cutoff=TOO_CLOSE_A, full_list=False)
    first, second, distance = search.compute(
        points=atoms.positions, box=cell, periodic=list(atoms.pbc), quantities="ijd"
    )
    if len(distance):
        k = int(np.argmin(distance))
        i, j = int(first[k]), int(second[k])
        raise PhonoscopeError(
            f"Atoms of {file} coincide",
            f"atoms {i + 1} ({atoms[i].symbol}) and {j + 1} ({atoms[j].symbol}), counted from 1, "
            f"are {distance[k]:.2g} angstrom apart",
            "Take double atoms out, and check the unit of length.",
        )
