"""Structures from files and texts."""

from __future__ import annotations

import re
import tempfile
import warnings
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import NoReturn

import numpy as np
from ase import Atoms
from ase.io import read as ase_read
from ase.io.formats import UnknownFileTypeError, filetype
from vesin import NeighborList

from engine.errors import PhonoscopeError
from engine.finite_differences import bare
from engine.formats.bonded import read_molfile, read_smiles
from engine.formats.cif import read_cif
from engine.formats.cif_expansion import TOO_CLOSE_A
from engine.formats.given import Given
from engine.formats.recognition import ENDINGS, recognised, with_head

CIF_ENDINGS = (".cif", ".mcif", ".cif.gz")
MOL_ENDINGS = (".mol", ".sdf", ".sd", ".mdl")
SMILES_ENDINGS = (".smi", ".smiles")
PYMATGEN_ENDINGS = (".json", ".yaml", ".yml", ".res")
LARGEST_BYTES = 64_000_000
MOST_SHOWN = 40
"""Characters of a pasted text by which it is called."""


def read_file(path: Path) -> Atoms:
    """The structure in a file, see :func:`given_file`."""
    return given_file(path).atoms


def given_file(path: Path, frame: int | None = None, add_hydrogens: bool = False) -> Given:
    """A structure from a file: CIF, MOL, SDF, SMILES, and whatever ase or pymatgen read.

    Constraints of a file, like POSCAR's selective dynamics, are left out: no vibration keeps them.

    Parameters
    ----------
    frame : which of several structures, counted from 0; None: the last.
    add_hydrogens : place those that the bonds of a MOL or SDF file ask for.

    Raises
    ------
    PhonoscopeError
        if the format is unknown, the file is damaged or very large, its positions are not numbers,
        or its atoms are dummies or coincide.
    """
    name = path.name.lower()
    if path.stat().st_size > LARGEST_BYTES:
        raise PhonoscopeError(
            f"The file {path.name} is too large",
            f"it has {path.stat().st_size / 1e6:.0f} MB, at most {LARGEST_BYTES / 1e6:.0f} are "
            "read",
            "Cut out the one structure that is meant.",
        )
    if name.endswith(CIF_ENDINGS):
        return Given(read_cif(path), path.name, "CIF")
    if name.endswith(MOL_ENDINGS):
        given = read_molfile(_text(path), path.name, frame, add_hydrogens)
    elif name.endswith(SMILES_ENDINGS):
        given = read_smiles(_text(path))
    else:
        given = _read_by_ase(path, frame)
    _check(given.atoms, path.name)
    return given


def given_text(text: str, frame: int | None = None, add_hydrogens: bool = False) -> Given:
    """A structure from a text whose format its content tells; a single word is a SMILES.

    Parameters
    ----------
    frame, add_hydrogens : see :func:`given_file`.

    Raises
    ------
    PhonoscopeError
        if it is of no known format, or cannot be read.
    """
    kind = recognised(text)
    if kind is None:
        shown = " ".join(text.split())[:MOST_SHOWN]
        raise PhonoscopeError(
            "The text is not recognised" if shown else "There is no text",
            f"it begins with '{shown}'" if shown else "the field is empty",
            f"Paste the content of a file ({', '.join(ENDINGS)}), or a SMILES such as CCO.",
        )
    if kind == "SMILES":
        return read_smiles(text)
    content = with_head(text) if kind == "coordinates" else text.strip("\n") + "\n"
    if kind == "MOL/SDF":
        content = text  # its first line may be empty
    given = given_upload(f"text{ENDINGS[kind]}", content.encode(), frame, add_hydrogens)
    return replace(given, title="pasted text", format=kind)


def given_upload(
    name: str, content: bytes, frame: int | None = None, add_hydrogens: bool = False
) -> Given:
    """A structure from the content of a file that is not on this machine.

    Parameters
    ----------
    name : what its owner calls it; its ending tells the format.
    frame, add_hydrogens : see :func:`given_file`.

    Raises
    ------
    PhonoscopeError
        if it cannot be read.
    """
    plain = re.sub(r"[^\w.+ -]", "_", Path(name.replace("\\", "/")).name).lstrip(".") or "file"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / plain[-100:]
        path.write_bytes(content)
        return given_file(path, frame, add_hydrogens)


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return content.decode("latin-1").replace("\r\n", "\n")


def _read_by_ase(path: Path, frame: int | None) -> Given:
    try:
        frames = ase_read(path, index=":")
    except UnknownFileTypeError as error:
        return _read_by_content(path, frame, error)
    except Exception as error:  # ase's readers raise anything on damaged files
        # ase takes these endings for its own; pymatgen would make something of half a file, too.
        if path.suffix.lower() in PYMATGEN_ENDINGS and (given := _read_by_pymatgen(path)):
            return given
        raise PhonoscopeError(
            f"The file {path.name} cannot be read as a structure", *_reason(error)
        ) from error
    frames = [frames] if isinstance(frames, Atoms) else frames
    if not frames or len(frames[-1 if frame is None else frame]) == 0:
        _refuse_empty(path.name, "no atoms were read")
    chosen = len(frames) - 1 if frame is None else frame
    atoms = frames[chosen]
    if not np.isfinite(atoms.positions).all():
        _refuse_empty(
            path.name, f"{len(atoms)} atoms were read, with positions that are not all numbers"
        )
    notes = _left_out(atoms)
    if path.suffix.lower() in (".pdb", ".ent"):
        notes += _of_protein_data_bank(atoms, _text(path))
    charge = atoms.info.get("charge", 0)  # as extended XYZ files tell it
    return Given(
        atoms=bare(atoms),
        title=path.name,
        format=_format(path),
        notes=tuple(notes),
        frames=len(frames),
        frame=chosen,
        charge=int(round(charge) if isinstance(charge, Real) else 0),
    )


def _read_by_content(path: Path, frame: int | None, error: Exception) -> Given:
    """A file whose name says nothing."""
    try:
        kind = recognised(path.read_text("utf-8"))
    except UnicodeDecodeError:
        kind = None
    if kind not in (None, "SMILES"):
        return replace(given_text(_text(path), frame), title=path.name)
    if (given := _read_by_pymatgen(path)) is not None:
        return given
    raise PhonoscopeError(
        f"The format of {path.name} is not known",
        "neither its name nor its content tells what it is",
        "Use an ending such as .cif, .xyz, .vasp or .pdb.",
    ) from error


def _read_by_pymatgen(path: Path) -> Given | None:
    """What pymatgen reads and ase does not, such as its own JSON; None if it does not either."""
    from pymatgen.core import Molecule, Structure

    for kind in (Structure, Molecule):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = kind.from_file(str(path))
                atoms = bare(found.to_ase_atoms())
        except Exception:  # its readers, too, raise anything
            continue
        if not found.is_ordered:
            raise PhonoscopeError(
                f"The crystal of {path.name} is disordered",
                "sites are not occupied by one atom each",
                "Use an ordered structure, such as a supercell in which every site has one atom.",
            )
        if len(atoms) and np.isfinite(atoms.positions).all():
            return Given(atoms, path.name, "pymatgen")
    return None


def _format(path: Path) -> str:
    try:
        return filetype(str(path), guess=True)
    except Exception:
        return path.suffix.lstrip(".")


def _left_out(atoms: Atoms) -> list[str]:
    notes = []
    if atoms.constraints:
        notes.append("Atoms held fast in the file are free to vibrate here.")
    if atoms.has("initial_magmoms") and np.any(atoms.get_initial_magnetic_moments()):
        notes.append("Magnetic moments are left out: no model here knows them.")
    return notes


def _of_protein_data_bank(atoms: Atoms, text: str) -> list[str]:
    """Drop a cell that is a placeholder, or that holds more than the atoms listed."""
    notes = []
    occupancy = atoms.arrays.get("occupancy")
    if occupancy is not None and np.any(np.asarray(occupancy, float) < 1):
        notes.append("Some atoms are only partly there (occupancy below 1); all were taken.")
    card = next((line for line in text.splitlines() if line.startswith("CRYST1")), "")
    group = card[55:66].strip()
    if card and atoms.get_volume() < len(atoms):
        atoms.pbc = False
        atoms.cell = None
    elif card and group not in ("", "P 1", "P1"):
        atoms.pbc = False
        atoms.cell = None
        notes.append(
            f"The crystal has symmetry {group}, of which the file lists one part: it was read as "
            "a molecule, without its cell."
        )
    return notes


def _refuse_empty(file: str, why: str) -> NoReturn:
    raise PhonoscopeError(
        f"The file {file} holds no usable structure", why, "Check the file in a viewer or editor."
    )


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
