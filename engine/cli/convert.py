"""``phonoscope convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from ase.io import write as ase_write

import engine
from engine import library
from engine.cli.arguments import Model
from engine.errors import PhonoscopeError
from engine.formats.stored import load_result, write_whole
from engine.formats.writers import FORMATS, Content, content_of, file_format, of_path
from engine.formats.writers.content import plain
from engine.phonons import Phonons
from engine.potentials import load_model
from engine.vibrations import Vibrations

NAMES = ", ".join(form.name for form in FORMATS)


def convert(
    given: Annotated[
        str, typer.Argument(metavar="IN", help="A structure, or a result (.npz, a library name).")
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The file; its ending says the format.")
    ],
    format_name: Annotated[
        str | None, typer.Option("--format", help=f"Whatever the ending: {NAMES}.")
    ] = None,
    mode: Annotated[
        int | None, typer.Option(help="Number of a mode, from 1: write its motion.")
    ] = None,
    q: Annotated[str | None, typer.Option(help="Wave vector of the mode, like 0.5,0,0.5.")] = None,
    amplitude: Annotated[
        float, typer.Option(help="How far the atom that moves most goes, angstrom.")
    ] = 0.3,
    model: Model = None,
) -> None:
    """A structure or a result in another format."""
    of_mode = mode is not None or q is not None
    try:
        form = file_format(format_name) if format_name else of_path(out, of_mode)
    except PhonoscopeError:
        if format_name or of_mode:
            raise
        _by_ase(given, out)
        return
    content = Content(plain(Path(given).stem), engine.read(given)) if _is_structure(given) else None
    if content is None or not form.fits(content) or of_mode:
        result = _result(given, model)
        known = library.entry(given).intensities(result) if given in library.names() else None
        found = content_of(Path(given).stem, result, intensities=known)
        content = _chosen(found, mode, q, amplitude)
    if not form.fits(content):
        raise PhonoscopeError(
            f"{given} cannot be written as {form.name}",
            f"that needs {form.needs}",
            f"Choose another of {', '.join(f.name for f in FORMATS if f.fits(content))}.",
        )
    text = form.write(content)
    _written(out, text.encode() if isinstance(text, str) else text)


def _is_structure(given: str) -> bool:
    return not given.endswith(".npz")


def _result(given: str, model: str | None) -> Vibrations | Phonons:
    if not _is_structure(given):
        return load_result(given, model)[0]
    if model is not None:
        atoms, potential = engine.read(given), load_model(model)
        if atoms.pbc.any():
            return engine.phonons(engine.primitive_cell(atoms), potential)
        return engine.vibrations(atoms, potential)
    if given not in library.names():
        raise PhonoscopeError(
            f"{given} is a structure alone",
            "what was asked for needs its vibrations",
            "Add --model, or give a result (.npz) or a name of the library.",
        )
    return library.entry(given).result()


def _chosen(content: Content, mode: int | None, q: str | None, amplitude: float) -> Content:
    """The content with the mode that was asked for."""
    result, modes = content.result, content.modes
    assert result is not None
    if q is not None:
        if not isinstance(result, Phonons):
            raise PhonoscopeError(
                f"{content.name} has no wave vectors", "it is a molecule", "Leave --q away."
            )
        modes = result.modes(_wave_vector(q))
    assert modes is not None
    if mode is not None and not 1 <= mode <= len(modes):
        raise PhonoscopeError(
            f"There is no mode {mode}", f"there are 1 to {len(modes)}", "Choose one of these."
        )
    if not np.isfinite(amplitude):
        raise PhonoscopeError(
            f"{amplitude} is no amplitude",
            "a length in angstrom is expected",
            "Write one like 0.3.",
        )
    return content_of(
        content.name,
        result,
        modes,
        None if mode is None else mode - 1,
        amplitude,
        content.bands,
        content.intensities,
    )


def _wave_vector(text: str) -> np.ndarray:
    try:
        return np.array([float(part) for part in text.split(",")])
    except ValueError as error:
        raise PhonoscopeError(
            f"'{text}' is not a wave vector",
            "three numbers are expected",
            "Write it like 0.5,0,0.5.",
        ) from error


def _by_ase(given: str, out: Path) -> None:
    """Any other format of structures that ase writes."""
    atoms = engine.read(given) if _is_structure(given) else load_result(given)[0].atoms
    try:
        ase_write(out, atoms)
    except Exception as error:  # ase's writers raise anything
        out.unlink(missing_ok=True)
        raise PhonoscopeError(
            f"{out.name} cannot be written",
            f"its ending is no known format, or not one for this structure ({error})",
            f"Name a format with --format: {NAMES}.",
        ) from error


def _written(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise PhonoscopeError(
            f"The file {path} cannot be written", str(error), "Choose a writable place."
        ) from error
