"""A structure as somebody gave it, with what a reader noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass

from ase import Atoms


@dataclass(frozen=True)
class Given:
    """What a file or a text holds.

    Attributes
    ----------
    atoms : the structure; without constraints, calculator and velocities.
    title : what to call it: the name of the file, or the text itself where it is short.
    format : the format in words, like ``CIF`` or ``SMILES``.
    notes : what had to be decided or left out in reading, a sentence each.
    frames : how many structures there were.
    frame : which of them this is, counted from 0.
    missing_hydrogens : how many hydrogen atoms the bonds ask for and the file does not place.
    charge : charge in units of e, where the format tells it; else 0.
    unpaired : number of unpaired electrons, where the format tells it; else 0.
    """

    atoms: Atoms
    title: str
    format: str
    notes: tuple[str, ...] = ()
    frames: int = 1
    frame: int = 0
    missing_hydrogens: int = 0
    charge: int = 0
    unpaired: int = 0
