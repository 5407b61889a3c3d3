"""``phonoscope phonons``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from ase import Atoms

import engine
from engine.cli.arguments import Json, Model, Structure, Tolerance, library_entry
from engine.cli.output import cm1, print_levels, write
from engine.errors import PhonoscopeError
from engine.formats import phonons_document
from engine.phonons import Phonons
from engine.phonons.mesh import checked_mesh
from engine.phonons.polar import born_charges
from engine.potentials import Potential, load_model
from engine.potentials.choice import cell_warning
from engine.structure import formula
from engine.vibrations import Vibrations


def phonons(
    structure: Structure,
    model: Model = None,
    mesh: Annotated[
        str, typer.Option(help="Wave vectors a direction, like 4,4,4; auto; none: exact only.")
    ] = "auto",
    relax: Annotated[
        Literal["none", "atoms", "cell"],
        typer.Option(help="First relax the atoms, or cell and atoms; the symmetry is kept."),
    ] = "none",
    path: Annotated[str, typer.Option(help="Band path, like G-X-L|K-G; auto.")] = "auto",
    born: Annotated[
        Path | None, typer.Option(help="Born charges, for LO-TO splitting: a phonopy BORN file.")
    ] = None,
    tolerance: Tolerance = None,
    json: Json = None,
) -> None:
    """Phonons of a crystal, of its primitive cell."""
    points = _mesh(mesh)
    result: Phonons | Vibrations
    if model is None:
        entry = library_entry(structure)
        if entry.kind == "molecule" or (points == "auto" and relax == "none"):
            result = entry.result(tolerance)
            if born is not None and isinstance(result, Phonons):
                result = replace(result, born=born_charges(born, result.atoms))
        else:
            if isinstance(points, list):
                checked_mesh(entry.atoms, points)  # before a model is asked for
            potential = entry.potential()
            assert potential is not None  # every crystal of the library names one
            atoms = relaxed(entry.atoms, potential, relax)
            result = engine.phonons(atoms, potential, mesh=points, born=born, tolerance_A=tolerance)
    else:
        given = engine.read(structure)
        atoms = engine.primitive_cell(given)
        if len(atoms) != len(given):
            note = f"Reduced to the primitive cell: {len(atoms)} atoms of {len(given)}."
            typer.echo(note, err=True)
        potential = load_model(model)
        atoms = relaxed(atoms, potential, relax)
        result = engine.phonons(atoms, potential, mesh=points, born=born, tolerance_A=tolerance)
    if not isinstance(result, Phonons):
        raise PhonoscopeError(
            f"{structure} is a molecule, not a crystal",
            "it is not periodic, so that there is no wave vector",
            f"Use phonoscope modes {structure}.",
        )
    bands = result.bands(path)
    for warning in result.trust.warnings:
        typer.echo(f"Note: {warning}", err=True)
    if json is not None:
        write(phonons_document(result, bands), json)
        return
    space_group = result.space_group
    typer.echo(
        f"{formula(result.atoms)}  {space_group.symbol} "
        f"({space_group.number})  optical at Γ: {result.gamma_optical or 'none'}  "
        f"[{result.potential.name}]"
    )
    print_levels(result.gamma)
    typer.echo("Along the path, lowest to highest branch (cm-1):")
    for label, point in bands.labels:
        row = "  ".join(cm1(f) for f in bands.frequencies_cm1[point])
        typer.echo(f"  {label:<4} {row}")
    error = result.trust.interpolation_error_cm1
    if error is not None:
        typer.echo(f"Interpolation from the mesh is off by {error:.2g} cm-1 at most where checked.")


def relaxed(atoms: Atoms, model: Potential, what: Literal["none", "atoms", "cell"]) -> Atoms:
    """The structure as it is asked for, with a note where the model's cells are poor."""
    if what == "none":
        return atoms
    if what == "cell" and (caution := cell_warning(model.name)):
        typer.echo(f"Note: {caution}", err=True)
    return engine.relax(atoms, model, cell=what == "cell")


def _mesh(text: str) -> Sequence[int] | Literal["auto"] | None:
    if text == "auto":
        return "auto"
    if text == "none":
        return None
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise PhonoscopeError(
            f"'{text}' is not a mesh of wave vectors",
            "three positive whole numbers are expected, or auto, or none",
            "Write it like --mesh 4,4,4.",
        )
    return [int(part) for part in parts]
