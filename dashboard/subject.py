"""What stands on the page: a structure with its result, and where both come from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from ase import Atoms

from engine import library
from engine.domain import Surroundings
from engine.errors import PhonoscopeError
from engine.experiment import compared
from engine.formats.stored import notes_from_bytes, result_from_bytes
from engine.isotopes import isotopes_text
from engine.isotopologues import isotopologue
from engine.jobs import Store, surroundings_of
from engine.phonons import Bands, Dos, Phonons
from engine.spectra import Intensities
from engine.structure import formula
from engine.trust import Check, Verdict, verdict
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
    surroundings : how near the structure is to what the model was trained on; None: not measured.
    origin : how its geometry came about, in words; empty where that goes without saying.
    plain : the same with the masses it had before isotopes were changed; None: they were not.
    """

    title: str
    result: Vibrations | Phonons
    bands: Bands | None
    entry: str | None = None
    key: str | None = None
    surroundings: Surroundings | None = None
    origin: str = ""
    plain: Subject | None = None

    @property
    def isotopes(self) -> str:
        """The isotopes that were changed, like ``2=2H,3=2H``."""
        return isotopes_text(self.result.atoms, self.plain.result.atoms) if self.plain else ""

    @cached_property
    def verdict(self) -> Verdict:
        """Whether the result may be believed."""
        return verdict(self.result, self.bands, self.surroundings, self._compared)

    @property
    def _compared(self) -> tuple[Check, ...]:
        """The library's own results beside experiment, which is of natural isotopes."""
        if self.entry is None or self.plain is not None:
            return ()
        result = self.result
        modes = result.modes if isinstance(result, Vibrations) else result.gamma
        return compared(modes, library.entry(self.entry).measured)

    @cached_property
    def intensities(self) -> Intensities | None:
        """Infrared and Raman intensities of its levels; None where no derivatives are known."""
        return library.entry(self.entry).intensities(self.result) if self.entry else None

    @property
    def provenance(self) -> dict[str, Any]:
        """How a stored result was computed; empty for one of the user's own."""
        return dict(library.entry(self.entry).provenance) if self.entry else {}

    @cached_property
    def dos(self) -> Dos | None:
        """Its density of states; None for a molecule, and for phonons without a mesh."""
        if isinstance(self.result, Vibrations) or self.result.sample is None:
            return None
        return self.result.dos()


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
    """A result, with its bands if it has any, and what was kept beside it under its key."""
    bands = result.bands() if isinstance(result, Phonons) else None
    kept = Store().get(key) if key else None
    near = surroundings_of(notes_from_bytes(kept)) if kept is not None else None
    return Subject(title, result, bands, entry, key, near, origin)


def isotopologue_of(subject: Subject, atoms: Atoms) -> Subject:
    """The same with the masses of ``atoms``; force constants stay, and nothing is computed anew."""
    plain = subject.plain or subject
    result: Any = plain.result
    changed = subject_of(
        subject.title,
        isotopologue(result, atoms),
        subject.entry,
        subject.key,
        subject.origin,
    )
    return replace(changed, plain=plain, surroundings=subject.surroundings)


def of_key(key: str) -> Subject:
    """A result of a user's own structure, from the store of this server.

    Raises
    ------
    PhonoscopeError
        if it is not there, or no longer.
    """
    content = Store().get(key) if re.fullmatch("[0-9a-f]{64}", key) else None
    if content is None:
        raise PhonoscopeError(
            "The result is not on this server",
            "it was computed on another one, or was dropped to make room",
            "Open the structure and compute it again.",
        )
    result, _ = result_from_bytes(content)
    return subject_of(formula(result.atoms), result, key=key)
