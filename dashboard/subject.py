"""What stands on the page: a structure with its result, and where both come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine import library
from engine.phonons import Bands, Phonons
from engine.vibrations import Vibrations


@dataclass(frozen=True)
class Subject:
    """A structure and its result.

    Attributes
    ----------
    title : what people call it.
    result : its vibrations or phonons.
    bands : along the standard path; None for a molecule.
    entry : its name in the library; None for a structure of the user's own.
    key : the name of its result in the store, by which a link finds it again; None if it is not
        stored there.
    origin : how its geometry came about, in words; empty where that goes without saying.
    """

    title: str
    result: Vibrations | Phonons
    bands: Bands | None
    entry: str | None = None
    key: str | None = None
    origin: str = ""


@lru_cache
def of_entry(name: str) -> Subject:
    """A library entry with its stored result, opened once for all sessions.

    Raises
    ------
    PhonoscopeError
        if the library has no such entry.
    """
    entry = library.entry(name)
    return subject_of(entry.title, entry.result(), entry=name)


def subject_of(
    title: str,
    result: Vibrations | Phonons,
    entry: str | None = None,
    key: str | None = None,
    origin: str = "",
) -> Subject:
    """A result, with its bands if it has any."""
    bands = result.bands() if isinstance(result, Phonons) else None
    return Subject(title, result, bands, entry, key, origin)
