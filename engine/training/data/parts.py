"""HDF5 files of labelled structures: one group for each part of the work on one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import h5py
import numpy as np
from ase import Atoms

from engine.errors import PhonoscopeError

T = TypeVar("T")

SMALL = 2000
"""Bytes up to which an array of a packed file stands in its header."""


class Labelled(Protocol):
    """What every labelled structure has."""

    @property
    def name(self) -> str:
        """Of the molecule or crystal."""

    @property
    def kind(self) -> str:
        """How its geometry came about."""

    @property
    def atoms(self) -> Atoms:
        """Positions, and the cell if there is one, in angstrom."""

    @property
    def energy_eV(self) -> float:
        """Its energy."""


@contextmanager
def new_part(
    path: Path, part: str, structures: Sequence[Labelled], notes: dict[str, Any]
) -> Iterator[h5py.Group]:
    """The group `/NAME/PART` of a new file, which appears complete or not at all.

    What every structure has is written already.

    Parameters
    ----------
    structures : of one molecule or crystal, their atoms in one order.
    notes : attributes of the part; numbers, text, or what JSON can say.
    """
    if len({(s.name, tuple(s.atoms.numbers)) for s in structures}) != 1:
        raise ValueError("a part is of one crystal or molecule, its atoms in one order")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with h5py.File(unfinished, "w") as file:
        group = file.create_group(f"{structures[0].name}/{part}")
        group["numbers"] = structures[0].atoms.numbers.astype(np.uint8)
        group["kind"] = [s.kind for s in structures]
        group["positions_A"] = np.array([s.atoms.positions for s in structures])
        group["energy_eV"] = np.array([s.energy_eV for s in structures])
        yield group
        for key, value in notes.items():
            group.attrs[key] = value if isinstance(value, str | float | int) else json.dumps(value)
    unfinished.replace(path)


def read_parts(
    path: str | Path, what: str, read: Callable[[str, h5py.Group], Iterable[T]]
) -> list[T]:
    """What is in all parts of a packed file, or of a folder of parts as they come.

    Parameters
    ----------
    what : molecules or crystals, for the messages.
    read : makes structures of a name and a part.

    Raises
    ------
    PhonoscopeError
        if there is nothing to read, or the file is not one of these.
    """
    path = Path(path)
    files = sorted(path.glob("*.h5")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        fix = f"Compute some: python -m engine.training.make_data {what}."
        raise PhonoscopeError(f"no labelled {what} in {path}", "there is no .h5 file", fix)
    found: list[T] = []
    for file_path in files:
        try:
            with h5py.File(file_path) as file:
                for name, parts in file.items():
                    for part in parts.values():
                        found += read(name, part)
        except (OSError, KeyError, AttributeError) as error:
            fix = "Give what `make_data` wrote, or compute it again."
            raise PhonoscopeError(f"cannot read {file_path}", str(error), fix) from error
    return found


def pack(parts: Iterable[Path], out: Path, provenance: dict[str, Any]) -> int:
    """Collect the files of parts into one file; returns its size in bytes.

    Raises
    ------
    PhonoscopeError
        if there are none.
    """
    chosen = sorted(parts)
    if not chosen:
        why, fix = "no part is there, or none is left", "Compute some, or leave fewer out."
        raise PhonoscopeError(f"nothing to collect in {out}", why, fix)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    with h5py.File(unfinished, "w", libver="latest") as packed:
        for path in chosen:
            with h5py.File(path) as file:
                for name, groups in file.items():
                    for part, group in groups.items():
                        _copy(group, packed.create_group(f"{name}/{part}"))
        for key, value in provenance.items():
            packed.attrs[key] = value if isinstance(value, str) else json.dumps(value)
    unfinished.replace(out)
    return out.stat().st_size


def _copy(part: h5py.Group, into: h5py.Group) -> None:
    """A part as it is, but small arrays kept within their headers: there are very many of them."""
    into.attrs.update(part.attrs)
    for key, dataset in part.items():
        values = dataset.asstr()[()].astype("S") if key == "kind" else dataset[()]
        if values.nbytes > SMALL:
            into.create_dataset(key, data=values, compression="gzip", shuffle=True)
        else:
            layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            layout.set_layout(h5py.h5d.COMPACT)
            into.create_dataset(key, data=values, dcpl=layout)


def unpack(packed: Path, folder: Path) -> int:
    """Lay the parts of a file of :func:`pack` into a folder, where they are missing.

    Work then goes on from them. Returns how many were laid.

    Raises
    ------
    PhonoscopeError
        if there is no such file, or it is another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    laid = 0
    try:
        with h5py.File(packed) as file:
            for name, parts in file.items():
                for part in parts:
                    path = folder / f"{name}.{part}.h5"
                    if path.exists():
                        continue
                    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
                    with h5py.File(unfinished, "w") as single:
                        file.copy(parts[part], single.require_group(name), part)
                    unfinished.replace(path)
                    laid += 1
    except (OSError, AttributeError, TypeError) as error:
        fix = "Give what `make_data pack` wrote."
        raise PhonoscopeError(f"cannot read {packed}", str(error), fix) from error
    return laid
