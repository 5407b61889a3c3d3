"""``phonoscope symmetry``."""

from __future__ import annotations

import typer

import engine
from engine.cli.arguments import Isotopes, Json, Structure, Tolerance
from engine.cli.output import write
from engine.formats.documents import crystal_symmetry_document, symmetry_document
from engine.symmetry.crystals import text as crystal_text
from engine.symmetry.molecules import text as molecule_text
from engine.symmetry.vibrational_representation import VibrationalRepresentation


def symmetry(
    structure: Structure,
    tolerance: Tolerance = None,
    isotopes: Isotopes = "",
    json: Json = None,
) -> None:
    """Symmetry and selection rules of a structure; no model is needed."""
    atoms = engine.with_isotopes(engine.read(structure), isotopes)
    report = engine.vibrational_representation(atoms, tolerance)
    if isinstance(report, VibrationalRepresentation):
        document, text = symmetry_document(report), molecule_text.as_text(report)
    else:
        document, text = crystal_symmetry_document(report), crystal_text.as_text(report)
    if json is not None:
        write(document, json)
    else:
        typer.echo(text)
