"""``phonoscope models``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.arguments import Json
from engine.cli.output import write
from engine.potentials import cards
from engine.potentials.checkpoints.catalogue import published
from engine.potentials.checkpoints.download import fetch
from engine.potentials.checkpoints.foreign import import_model, imported_name
from engine.potentials.registry import folder_for

models = typer.Typer(help="Models of the energy.", no_args_is_help=True, rich_markup_mode=None)


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
        write(card, json)
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
