"""The catalogue of published models: where they are, how to know them, what they are."""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ase.data import atomic_numbers

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.config_json import config_from_json

VARIABLE = "PHONOSCOPE_CATALOGUE"
"""Environment variable that names another catalogue, for a mirror or a group's own models."""


@dataclass(frozen=True)
class Published:
    """A model that can be downloaded.

    Attributes
    ----------
    name : what it is fetched by.
    address : of its file.
    sha256, size : of its file; size in bytes.
    elements : how many it covers.
    which : these elements, like ``H-Bi Ac-Pu``; empty where nobody says.
    covers : what it is for, in a few words.
    training_data, licence, reference : for its card.
    """

    name: str
    address: str
    sha256: str
    size: int
    elements: int
    covers: str
    training_data: str
    licence: str
    reference: str
    which: str = ""

    @property
    def covered(self) -> frozenset[int] | None:
        """Atomic numbers of the elements it covers; None where they are not known."""
        if not self.which:
            return None
        ends = [
            [atomic_numbers[symbol] for symbol in part.split("-")] for part in self.which.split()
        ]
        return frozenset(z for numbers in ends for z in range(numbers[0], numbers[-1] + 1))

    @property
    def file(self) -> str:
        """Name of the file at its address."""
        return PurePosixPath(urlsplit(self.address).path).name


def catalogue() -> tuple[Published, ...]:
    """All models that can be downloaded.

    Raises
    ------
    PhonoscopeError
        if the file that the environment names is no catalogue.
    """
    named = os.environ.get(VARIABLE)
    return _read(Path(named) if named else Path(__file__).with_name("catalogue.toml"))


def published(name: str) -> Published:
    """A model of the catalogue by name.

    Raises
    ------
    PhonoscopeError
        if it is not listed.
    """
    known = {model.name: model for model in catalogue()}
    if name not in known:
        close = difflib.get_close_matches(name, known, n=3)
        raise PhonoscopeError(
            f"The catalogue has no model '{name}'",
            f"did you mean {' or '.join(close)}?" if close else f"it lists {', '.join(known)}",
            "Choose one of phonoscope models list, or import a file with phonoscope models import.",
        )
    return known[name]


def published_with(sha256: str) -> Published | None:
    """The model whose file has this checksum, if it is listed."""
    return next((model for model in catalogue() if model.sha256 == sha256), None)


@lru_cache
def _read(path: Path) -> tuple[Published, ...]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("model", [])
        return tuple(
            config_from_json(Published, entry, f"model {i}") for i, entry in enumerate(entries, 1)
        )
    except (OSError, TypeError, ValueError) as error:
        raise PhonoscopeError(
            f"The catalogue {path} cannot be read",
            str(error),
            f"Correct it, or unset {VARIABLE} to use the one that ships with Phonoscope.",
        ) from error
