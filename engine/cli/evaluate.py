"""``phonoscope evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from ase.data import chemical_symbols

from engine.cli.arguments import Json
from engine.cli.output import write
from engine.errors import PhonoscopeError
from engine.potentials import Potential, load_model

if TYPE_CHECKING:
    from engine.training.samples import Sample


def evaluate(
    dataset: Annotated[str, typer.Argument(help="Labelled structures: a file, or their folder.")],
    model: Annotated[str, typer.Option(help="A model's name, folder or file.")],
    only: Annotated[str, typer.Option(help="held-out, all, or names with spaces between.")] = "all",
    kind: Annotated[
        str | None,
        typer.Option(help="Of the data: molecules, crystals or structures; default: by suffix."),
    ] = None,
    relax: Annotated[
        bool, typer.Option(help="Also frequencies where the model has its own minimum.")
    ] = True,
    cells: Annotated[
        bool, typer.Option("--cells", help="Also lattice constants as the model has them.")
    ] = False,
    plots: Annotated[Path | None, typer.Option(help="Folder for parity plots.")] = None,
    json: Json = None,
) -> None:
    """Errors of a model on energies, forces, stresses and frequencies."""
    from engine.training import evaluation
    from engine.training.config import DataConfig
    from engine.training.evaluation.report import draw_parity
    from engine.training.readers import read_samples

    potential = load_model(model)
    if not Path(dataset).exists():
        raise PhonoscopeError(
            f"There is no data set {dataset}", "there is no such file", "Check the path."
        )
    if kind is None:
        molecules = Path(dataset).is_dir() or Path(dataset).suffix == ".h5"
        kind = "molecules" if molecules else "structures"
    samples = read_samples(DataConfig(files=(dataset,), reader=kind))
    chosen = samples
    if only == "held-out":
        chosen = [s for s in samples if s.held_out]
    elif only != "all":
        names = set(only.split())
        if unknown := sorted(names - {s.name for s in samples}):
            raise PhonoscopeError(
                f"{', '.join(unknown)} is not in {dataset}",
                f"it has {len({s.name for s in samples})} other names",
                "Correct --only.",
            )
        chosen = [s for s in samples if s.name in names]
    chosen = _covered(potential, chosen)
    result = evaluation.evaluate(potential, chosen, relax, cells)
    if plots is not None:
        draw_parity(result, plots)
    if json is not None:
        write(result.document(), json)
        return
    typer.echo(result.text())


def _covered(potential: Potential, samples: list[Sample]) -> list[Sample]:
    """Those of elements that the model covers; says what is left out, if not all of them are."""
    if potential.elements is None:
        return samples
    present = {number for sample in samples for number in sample.atoms.numbers.tolist()}
    uncovered = {chemical_symbols[number] for number in present - potential.elements}
    found = [s for s in samples if not uncovered & set(s.atoms.symbols)]
    if found and uncovered:
        typer.echo(
            f"{len(samples) - len(found)} of {len(samples)} structures are left out: "
            f"{potential.name} does not cover {', '.join(sorted(uncovered))}",
            err=True,
        )
    return found or samples
