"""Where the entries stand, and how they are found."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from ase import Atoms
from ase.io import read as ase_read

from engine.errors import PhonoscopeError
from engine.experiment import Measured
from engine.library.entry import Entry


def assets() -> Path:
    """Where the assets are: inside the installed package, or beside it in a checkout."""
    installed = Path(__file__).parents[1] / "assets"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "assets"


@lru_cache
def names() -> tuple[str, ...]:
    """Names of all entries, molecules first, in the order in which they are taught."""
    return tuple(_descriptions())


def entries() -> tuple[Entry, ...]:
    """All entries of the library."""
    return tuple(entry(name) for name in names())


@lru_cache
def entry(name: str) -> Entry:
    """An entry by name.

    Raises
    ------
    PhonoscopeError
        if there is none of that name.
    """
    if name not in names():
        raise PhonoscopeError(
            f"The library has no '{name}'", f"it holds {', '.join(names())}", "Choose one of these."
        )
    folder, described = assets() / "structures" / name, _descriptions()[name]
    structure = ase_read(folder / "structure.xyz", format="extxyz")
    assert isinstance(structure, Atoms)  # one frame a file
    return Entry(
        name=name,
        title=described["title"],
        formula=described["formula"],
        kind=described["kind"],
        teaches=described["teaches"],
        tags=tuple(described.get("tags", ())),
        atoms=structure,
        model=described.get("model"),
        springs=tuple(described.get("springs", ())),
        measured=tuple(Measured(**known) for known in described.get("measured", ())),
        folder=folder,
    )


@lru_cache
def _descriptions() -> dict[str, dict[str, Any]]:
    found = {
        path.parent.name: tomllib.loads(path.read_text())
        for path in (assets() / "structures").glob("*/entry.toml")
        if path.with_name("provenance.json").is_file()  # its result is there
    }
    kinds = ("molecule", "crystal")
    order = sorted(found, key=lambda n: (kinds.index(found[n]["kind"]), found[n]["order"], n))
    return {name: found[name] for name in order}
