"""The project's own format of a trained model: a folder with two files (docs/models.md).

``model.json`` says what the model is: architecture and hyper-parameters, units, elements, what it
was trained on, its licence, where it comes from. ``weights.safetensors`` holds the parameters, one
array for each leaf of the tree, named by the keys that lead to it joined with ``/``. Neither can
hold anything that is executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from ase.data import chemical_symbols
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.architectures import (
    Shape,
    architecture_of,
    architectures,
    flattened,
    nested,
)
from engine.potentials.checkpoints.config_json import config_from_json, config_to_json
from engine.potentials.domain import Domain, read_domain
from engine.potentials.potential import Potential

FORMAT, VERSION = "phonoscope-model", 1
DESCRIPTION, WEIGHTS = "model.json", "weights.safetensors"
UNITS = {"length": "angstrom", "energy": "eV"}
DTYPES = ("float32", "float64")
CARD = ("training_data", "licence", "source", "errors")


@dataclass(frozen=True)
class Source:
    """The file that a model was imported from.

    Attributes
    ----------
    file : its name.
    sha256 : of its bytes.
    format : like ``nequix`` or ``mace-torch``.
    """

    file: str
    sha256: str
    format: str


@dataclass(frozen=True)
class Card:
    """What a file of weights cannot say of itself; None where nobody said it.

    Attributes
    ----------
    training_data : what it was trained on, and to what level of theory.
    licence : of the weights.
    source : the file it was imported from; None for a model trained here.
    errors : how far it is from data that it was not trained on.
    """

    training_data: str | None = None
    licence: str | None = None
    source: Source | None = None
    errors: str | None = None


def save_model(potential: Potential, folder: str | Path, card: Card) -> None:
    """Write a model as a new folder; it is there complete or not at all.

    Parameters that are not all of one precision are written in the widest, which loses nothing.

    Raises
    ------
    PhonoscopeError
        if the folder exists, cannot be written, or the model is of no known architecture.
    """
    folder = Path(folder)
    name = architecture_of(potential)
    if name is None:
        raise PhonoscopeError(
            f"The model {potential.name} cannot be stored",
            f"the format knows the architectures {', '.join(architectures())} and it is another",
            "A model without learnt parameters needs no file: load it by name.",
        )
    if folder.exists():
        raise PhonoscopeError(
            f"{folder} is not written",
            "it exists already",
            "Remove it, or choose another folder.",
        )
    leaves = {key: np.asarray(leaf) for key, leaf in flattened(potential.parameters).items()}
    dtype = np.result_type(*leaves.values())
    # A copy in C order: safetensors writes the memory of an array as it lies.
    weights = save({k: np.array(leaf, dtype, order="C") for k, leaf in leaves.items()})
    config: Any = potential.atomic_energies.config  # type: ignore[attr-defined]
    table = config_to_json(config)
    del table["kind"]  # the architecture says it
    description = {
        "format": FORMAT,
        "version": VERSION,
        "name": potential.name,
        "architecture": name,
        "config": table,
        "units": UNITS,
        "elements": [chemical_symbols[number] for number in sorted(potential.elements or ())],
        "dtype": dtype.name,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "reference": potential.reference,
        **asdict(card),
    }
    text = json.dumps(description, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
            part = Path(beside, "model")
            part.mkdir()
            (part / WEIGHTS).write_bytes(weights)
            (part / DESCRIPTION).write_text(text, encoding="utf-8")
            os.rename(part, folder)
    except OSError as error:
        raise PhonoscopeError(
            f"The folder {folder} cannot be written", str(error), "Choose a writable place."
        ) from error


def load_folder(folder: str | Path) -> Potential:
    """A model from a folder that :func:`save_model` wrote.

    Raises
    ------
    PhonoscopeError
        if it is no such folder, of a later version, damaged, or if anything in its two files does
        not fit the rest.
    """
    folder = Path(folder)
    description = read_description(folder)
    architecture = architectures()[description["architecture"]]
    try:
        config = config_from_json(architecture.config, description["config"])
    except ValueError as error:
        _refuse(folder, str(error), error)
    try:
        shapes = architecture.shapes(config)
    except Exception as error:  # whatever the network trips over when numbers make no sense
        _refuse(folder, f"its hyper-parameters describe no model ({error})", error)
    leaves = _read_weights(folder, description)
    _check(folder, leaves, shapes)
    potential = architecture.make(
        config, nested(leaves), description["name"], description["reference"]
    )
    elements = [chemical_symbols[number] for number in sorted(potential.elements or ())]
    if sorted(description["elements"]) != sorted(elements):
        _refuse(folder, "its elements are not those of its hyper-parameters")
    return replace(potential, domain=_domain(folder))


def _domain(folder: Path) -> Domain | None:
    try:
        return read_domain(folder)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        _refuse(folder, f"its record of the training data: {error}", error)


def read_description(folder: Path) -> dict[str, Any]:
    """``model.json``, checked; config and weights are not read.

    Raises
    ------
    PhonoscopeError
        if it cannot be read, or is of another format or version, or of no known architecture.
    """
    try:
        table = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        _refuse(folder, f"{DESCRIPTION}: {error}", error)
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        _refuse(folder, f"{DESCRIPTION} does not say that its format is {FORMAT}")
    if table.get("version") != VERSION:
        raise PhonoscopeError(
            f"The model {folder} cannot be read",
            f"its format has version {table.get('version')}, this program knows {VERSION}",
            "Update Phonoscope.",
        )
    if table.get("architecture") not in architectures():
        known = ", ".join(architectures())
        _refuse(folder, f"its architecture is {table.get('architecture')!r}; known are {known}")
    if table.get("units") != UNITS:
        _refuse(folder, f"its units are {table.get('units')}, not {UNITS}")
    if table.get("dtype") not in DTYPES:
        _refuse(folder, f"its dtype is {table.get('dtype')!r}, not one of {', '.join(DTYPES)}")
    elements = table.get("elements")
    if not isinstance(elements, list) or not set(map(str, elements)) <= set(chemical_symbols[1:]):
        _refuse(folder, f"elements is {elements!r}, not a list of chemical symbols")
    for key in ("name", "reference", "weights_sha256"):
        if not isinstance(table.get(key), str):
            _refuse(folder, f"{key} is {table.get(key)!r}, not text")
    _read_card(folder, table)
    return table


def _read_card(folder: Path, table: Mapping[str, Any]) -> Card:
    given = {k: table[k] for k in CARD if k in table}
    try:
        return config_from_json(Card, given, DESCRIPTION)
    except ValueError as error:
        _refuse(folder, str(error), error)


def _read_weights(folder: Path, description: Mapping[str, Any]) -> dict[str, np.ndarray]:
    try:
        content = (folder / WEIGHTS).read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != description["weights_sha256"]:
            expected = description["weights_sha256"]
            raise ValueError(f"its SHA-256 is {found} where {DESCRIPTION} says {expected}")
        leaves: dict[str, np.ndarray] = load(content)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        _refuse(folder, f"{WEIGHTS}: {error}", error)
    for name, leaf in leaves.items():
        if leaf.dtype != description["dtype"]:
            _refuse(folder, f"{name} is {leaf.dtype}, {DESCRIPTION} says {description['dtype']}")
    return leaves


def _check(folder: Path, leaves: Mapping[str, np.ndarray], shapes: Mapping[str, Shape]) -> None:
    if missing := sorted(set(shapes) - set(leaves)):
        _refuse(folder, f"{WEIGHTS} lacks {_few(missing)}")
    if unknown := sorted(set(leaves) - set(shapes)):
        _refuse(folder, f"{WEIGHTS} has {_few(unknown)}, which the architecture has not")
    chosen: dict[str, int] = {}
    for name, leaf in leaves.items():
        wanted = shapes[name]
        fits = len(wanted) == leaf.ndim and all(
            n == (chosen.setdefault(size, n) if isinstance(size, str) else size)
            for size, n in zip(wanted, leaf.shape, strict=False)
        )
        if not fits:
            words = ", ".join(str(chosen.get(s, s) if isinstance(s, str) else s) for s in wanted)
            _refuse(folder, f"{name} has shape {leaf.shape} where ({words}) was expected")


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _refuse(folder: Path, why: str, error: Exception | None = None) -> NoReturn:
    raise PhonoscopeError(
        f"The model {folder} cannot be read",
        why,
        "Fetch or import it again (phonoscope models), or have its author write it again.",
    ) from error
