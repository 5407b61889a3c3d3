"""The command line: ``phonoscope``."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from ase import Atoms

import engine
from engine import library
from engine.errors import PhonoscopeError
from engine.formats import modes_document, phonons_document
from engine.formats.documents import Document, crystal_symmetry_document, symmetry_document
from engine.modes import Modes
from engine.phonons import Phonons
from engine.potentials import Potential, cards, load_model, model_names
from engine.potentials.checkpoints.catalogue import published
from engine.potentials.checkpoints.download import fetch
from engine.potentials.checkpoints.foreign import import_model, imported_name
from engine.potentials.registry import folder_for
from engine.relaxation import force_warning
from engine.symmetry.crystals import text as crystal_text
from engine.symmetry.molecules import text as molecule_text
from engine.symmetry.vibrational_representation import VibrationalRepresentation
from engine.vibrations import Vibrations

app = typer.Typer(
    help="See molecules and crystals vibrate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
models = typer.Typer(help="Models of the energy.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models, name="models")

Structure = Annotated[str, typer.Argument(help="A file, or a name of the library.")]
Model = Annotated[str | None, typer.Option(help="A model's name or file; default: the library's.")]
Isotopes = Annotated[str, typer.Option(help="Isotopes of atoms, counted from 1, like 2=2H,3=2H.")]
Json = Annotated[str | None, typer.Option("--json", help="Write JSON to this file; - is stdout.")]


@app.command()
def modes(
    structure: Structure,
    model: Model = None,
    relax: Annotated[
        bool, typer.Option("--relax", help="First relax the molecule; its symmetry is kept.")
    ] = False,
    isotopes: Isotopes = "",
    json: Json = None,
) -> None:
    """Vibrations of a molecule."""
    source: Potential | library.Reference
    if model is None:
        entry = _library_entry(structure)
        atoms, source = entry.atoms, entry.source
    else:
        atoms, source = engine.read(structure), load_model(model)
    atoms = engine.with_isotopes(atoms, isotopes)
    if atoms.pbc.any():
        raise PhonoscopeError(
            f"{structure} is a crystal, not a molecule",
            "a crystal has modes at every wave vector",
            f"Use phonoscope phonons {structure}.",
        )
    if isinstance(source, library.Reference):
        if relax:
            raise PhonoscopeError(
                f"{structure} cannot be relaxed",
                "its Hessian was computed beforehand and belongs to this geometry",
                f"Add --model with one of: {', '.join(model_names())}.",
            )
        stored = replace(entry, atoms=atoms).result()
        assert isinstance(stored, Vibrations)  # no crystal comes this far
        result = stored
    else:
        result = engine.vibrations(engine.relax(atoms, source) if relax else atoms, source)
    if warning := force_warning(result.max_force_eV_A):
        typer.echo(warning, err=True)
    if json is not None:
        _write(modes_document(result), json)
        return
    typer.echo(
        f"{result.atoms.get_chemical_formula()}  {result.group.name}  "
        f"vibrations {result.gamma_vib or '?'}  [{result.model}; derivatives: {result.derivatives}]"
    )
    if result.correlation is not None:
        pairs = (f"{irrep} → {becomes}" for irrep, becomes in result.correlation.items())
        typer.echo(f"Without isotopes {result.parent_group.name}:  {'   '.join(pairs)}")
    _print_levels(result.modes)


@app.command()
def symmetry(
    structure: Structure,
    tolerance: Annotated[
        float | None, typer.Option(help="Largest distance of an atom from symmetry, angstrom.")
    ] = None,
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
        _write(document, json)
    else:
        typer.echo(text)


@app.command()
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
    json: Json = None,
) -> None:
    """Phonons of a crystal, of its primitive cell."""
    points = _mesh(mesh)
    if model is None:
        entry = _library_entry(structure)
        if isinstance(entry.source, library.Reference):
            result = entry.result()
        else:
            atoms = _relaxed(entry.atoms, entry.source, relax)
            result = engine.phonons(atoms, entry.source, mesh=points, born=born)
    else:
        given = engine.read(structure)
        atoms = engine.primitive_cell(given)
        if len(atoms) != len(given):
            note = f"Reduced to the primitive cell: {len(atoms)} atoms of {len(given)}."
            typer.echo(note, err=True)
        potential = load_model(model)
        atoms = _relaxed(atoms, potential, relax)
        result = engine.phonons(atoms, potential, mesh=points, born=born)
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
        _write(phonons_document(result, bands), json)
        return
    space_group = result.space_group
    typer.echo(
        f"{result.atoms.get_chemical_formula('metal', empirical=True)}  {space_group.symbol} "
        f"({space_group.number})  optical at Γ: {result.gamma_optical or 'none'}  "
        f"[{result.potential.name}]"
    )
    _print_levels(result.gamma)
    typer.echo("Along the path, lowest to highest branch (cm-1):")
    for label, point in bands.labels:
        row = "  ".join(_cm1(f) for f in bands.frequencies_cm1[point])
        typer.echo(f"  {label:<4} {row}")
    error = result.trust.interpolation_error_cm1
    if error is not None:
        typer.echo(f"Interpolation from the mesh is off by {error:.2g} cm-1 at most where checked.")


@models.command("list")
def models_list() -> None:
    """Models that are known by name, and those that can be fetched."""
    for line in cards.model_lines():
        typer.echo(line)


@models.command("card")
def models_card(
    model: Annotated[str, typer.Argument(help="A model's name, folder or file.")],
    json: Json = None,
) -> None:
    """What a model is, what it was trained on, its licence and where it comes from."""
    card = cards.model_card(model)
    if json is not None:
        _write(card, json)
    else:
        typer.echo(cards.card_text(card))


@models.command("import")
def models_import(
    file: Annotated[Path, typer.Argument(help="A .nqx file of nequix, a .model of mace-torch.")],
    out: Annotated[
        Path | None, typer.Option(help="The new folder; default: one known by the name.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What results call it.")] = None,
    licence: Annotated[str | None, typer.Option(help="For its card.")] = None,
    training_data: Annotated[str | None, typer.Option(help="For its card.")] = None,
    head: Annotated[str | None, typer.Option(help="Which of a MACE model's heads.")] = None,
) -> None:
    """Read a model of another program and write it as a model folder."""
    name = name or imported_name(file)
    folder = out or folder_for(name)
    potential = import_model(
        file, folder, name=name, licence=licence, training_data=training_data, head=head
    )
    typer.echo(f"Imported {potential.name} to {folder}")
    typer.echo(f"Use it with --model {out or folder.name}")


@models.command("fetch")
def models_fetch(
    name: Annotated[str, typer.Argument(help="A name that models list shows as to fetch.")],
    to: Annotated[
        Path | None, typer.Option(help="Folder to keep its folder in; default: known by name.")
    ] = None,
) -> None:
    """Download a published model, check it, and keep it as a model folder."""
    folder, potential, is_new = fetch(name, to)
    typer.echo(f"{'Fetched' if is_new else 'Already there:'} {potential.name} in {folder}")
    typer.echo(f"Licence: {published(name).licence}")
    typer.echo(f"Use it with --model {folder if to else name}")


def main() -> None:
    """Run the command line; a mistake of the user's is told in two lines and ends with 2."""
    try:
        app()
    except PhonoscopeError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


def _relaxed(atoms: Atoms, model: Potential, what: Literal["none", "atoms", "cell"]) -> Atoms:
    return atoms if what == "none" else engine.relax(atoms, model, cell=what == "cell")


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


def _library_entry(structure: str) -> library.Entry:
    if structure not in library.names() and Path(structure).exists():
        raise PhonoscopeError(
            f"No model is chosen for {structure}",
            "only the structures of the library bring their own",
            f"Add --model with one of: {', '.join(model_names())}.",
        )
    engine.read(structure)  # says what is wrong if it is neither file nor entry
    return library.entry(structure)


def _write(document: Document, target: str) -> None:
    text = json.dumps(document, ensure_ascii=False)
    if target == "-":
        typer.echo(text)
        return
    path = Path(target)
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8"
        ) as part:
            part.write(text + "\n")
        os.replace(part.name, path)
    except OSError as error:
        raise PhonoscopeError(
            f"The file {path} cannot be written", str(error), "Choose a writable place."
        ) from error


def _print_levels(modes: Modes) -> None:
    typer.echo("    cm-1  degeneracy  irrep  activity")
    for level in modes.levels():
        i = level[0]
        label = "?" if modes.irrep[i] is None else modes.irrep[i]
        label = f"{label}?" if modes.irrep_certain[i] is False else label
        typer.echo(
            f"{_cm1(modes.frequency_cm1[i])}  {len(level):>10}  {label:<5}  {_activity(modes, i)}"
        )


def _cm1(frequency_cm1: float) -> str:
    return f"{round(frequency_cm1, 1) + 0.0:8.1f}"  # + 0.0: no minus before a zero


def _activity(modes: Modes, i: int) -> str:
    if modes.acoustic[i]:
        return "acoustic"
    marks = {"IR": modes.ir_active[i], "Raman": modes.raman_active[i]}
    seen = " ".join(name for name, active in marks.items() if active)
    return seen or ("silent (hyper-Raman)" if modes.hyper_raman_active[i] else "silent")
