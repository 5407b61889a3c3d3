"""Models in the files of the programs that trained them, and their import into the own format."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.catalogue import published_with
from engine.potentials.checkpoints.native import Card, Source, save_model
from engine.potentials.potential import Potential

FORMATS = {".nqx": "nequix", ".model": "mace-torch"}
"""Endings of the files that can be read."""


def read_foreign(path: Path, head: str | None = None) -> Potential:
    """A model from a file of another program.

    Parameters
    ----------
    head : which energies of a MACE model that has several.

    Raises
    ------
    PhonoscopeError
        if the file cannot be read, is of no known kind, or has no such head.
    """
    kind = FORMATS.get(path.suffix)
    if not path.is_file() or kind is None:
        raise PhonoscopeError(
            f"{path} cannot be imported",
            "its kind is not known" if path.is_file() else "there is no such file",
            f"Give a file that ends in {' or '.join(FORMATS)}.",
        )
    # The readers are imported here for the reason that architectures.py gives.
    if kind == "mace-torch":
        from engine.potentials.checkpoints.mace_torch import load_mace_torch

        return load_mace_torch(path, head)
    if head is not None:
        raise PhonoscopeError(
            f"{path} has no heads", "only MACE models can have several", "Leave out the head."
        )
    from engine.potentials.checkpoints.nequix import read_nequix

    return read_nequix(path)


def foreign_card(path: Path) -> Card:
    """What is known of a file: its checksum, and the catalogue's words if it is listed there."""
    source = Source(path.name, sha256_of(path), FORMATS[path.suffix])
    known = published_with(source.sha256)
    if known is None:
        return Card(source=source)
    return Card(known.training_data, known.licence, source)


def import_model(
    path: Path,
    folder: Path,
    *,
    name: str | None = None,
    licence: str | None = None,
    training_data: str | None = None,
    head: str | None = None,
) -> Potential:
    """Read a file of another program and write it in the own format, as a new folder.

    Parameters
    ----------
    name : what results call the model; default: its name in the catalogue, or of the file.
    licence, training_data : for the card; default: what the catalogue says of this very file.

    Returns
    -------
    the model, as it was written.

    Raises
    ------
    PhonoscopeError
        if the file cannot be read or the folder not be written.
    """
    potential, card = read_foreign(path, head), foreign_card(path)
    assert card.source is not None
    known = published_with(card.source.sha256)
    potential = replace(
        potential,
        name=name or imported_name(path),
        reference=known.reference if known else potential.reference,
    )
    licence, training_data = licence or card.licence, training_data or card.training_data
    save_model(potential, folder, Card(training_data, licence, card.source))
    return potential


def imported_name(path: Path) -> str:
    """The name of a file's model: that of the catalogue if it lists this very file."""
    try:
        known = published_with(sha256_of(path))
    except OSError:  # reading the file will say so better
        known = None
    return known.name if known else path.stem


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
