"""``phonoscope modes``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

import engine
from engine.cli.arguments import Isotopes, Json, Model, Structure, Tolerance, library_entry
from engine.cli.output import print_levels, write
from engine.errors import PhonoscopeError
from engine.formats import modes_document
from engine.phonons import Phonons
from engine.potentials import load_model, model_names
from engine.relaxation import force_warning
from engine.structure import formula
from engine.vibrations import Vibrations


def modes(
    structure: Structure,
    model: Model = None,
    relax: Annotated[
        bool, typer.Option("--relax", help="First relax the molecule; its symmetry is kept.")
    ] = False,
    isotopes: Isotopes = "",
    tolerance: Tolerance = None,
    json: Json = None,
) -> None:
    """Vibrations of a molecule."""
    entry = library_entry(structure) if model is None else None
    atoms = engine.with_isotopes(entry.atoms if entry else engine.read(structure), isotopes)
    if atoms.pbc.any():
        raise PhonoscopeError(
            f"{structure} is a crystal, not a molecule",
            "a crystal has modes at every wave vector",
            f"Use phonoscope phonons {structure}.",
        )
    if entry and relax:
        raise PhonoscopeError(
            f"{structure} cannot be relaxed",
            "its Hessian was computed beforehand and belongs to this geometry",
            f"Add --model with one of: {', '.join(model_names())}.",
        )
    result: Vibrations | Phonons
    if entry:
        result = replace(entry, atoms=atoms).result(tolerance)
    else:
        potential = load_model(str(model))
        atoms = engine.relax(atoms, potential) if relax else atoms
        result = engine.vibrations(atoms, potential, tolerance)
    assert isinstance(result, Vibrations)  # no crystal comes this far
    if warning := force_warning(result.max_force_eV_A):
        typer.echo(warning, err=True)
    if json is not None:
        write(modes_document(result, entry.intensities(result) if entry else None), json)
        return
    typer.echo(
        f"{formula(result.atoms)}  {result.group.name}  "
        f"vibrations {result.gamma_vib or '?'}  [{result.model}; derivatives: {result.derivatives}]"
    )
    if result.correlation is not None:
        pairs = (f"{irrep} → {becomes}" for irrep, becomes in result.correlation.items())
        typer.echo(f"Without isotopes {result.parent_group.name}:  {'   '.join(pairs)}")
    print_levels(result.modes)
