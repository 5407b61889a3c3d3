"""`python -m engine.training.publish RUN --data DATA --out FOLDER`: a model to ship.

What a run left is measured on the structures that nobody trained on; its card says the errors, and
a record of its training data lets the engine tell when a structure is of another kind.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import run_command
from engine.potentials import Potential, load_model
from engine.potentials.checkpoints.native import Card, read_description, save_model
from engine.potentials.domain import write_domain
from engine.training.config import parsed_json
from engine.training.domain import fit_domain
from engine.training.evaluation import Evaluation, evaluate
from engine.training.folder import MODEL
from engine.training.readers import read_samples
from engine.training.samples import Sample, split

EVALUATION = "evaluation.json"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def publish(
    model: Potential, card: Card, trained: list[Sample], held_out: list[Sample], folder: Path
) -> Evaluation:
    """Write a model with its errors on held-out structures and its domain, replacing an older one.

    Parameters
    ----------
    trained : what it was trained on.
    held_out : what nobody trained on.

    Raises
    ------
    PhonoscopeError
        if no structure is held out, or the folder cannot be written.
    """
    found = evaluate(model, held_out)
    domain = fit_domain(model, trained, held_out)
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    save_model(model, beside, Card(card.training_data, card.licence, card.source, told(found)))
    write_domain(domain, beside)
    text = json.dumps(found.document(), indent=1, ensure_ascii=False)
    (beside / EVALUATION).write_text(text + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    return found


def told(found: Evaluation) -> str:
    """The errors that a reader of the card wants first, in a line."""
    words = {
        "frequencies_relaxed": "frequencies at the model's own minima",
        "frequencies_at_reference": "frequencies at the geometry of the data",
        "forces": "forces",
        "stress": "stress",
    }
    parts = []
    for name, text in words.items():
        if pairs := found.quantities.get(name):
            parts.append(f"{text} {pairs.summary()['mean_absolute']:.3g} {pairs.unit}")
    names = len({name for name, _ in found.structures})
    return f"mean absolute, on {names} held-out structures: {', '.join(parts)}"


@app.command()
def main(
    run: Annotated[Path, typer.Argument(help="folder of a training run")],
    data: Annotated[
        list[Path], typer.Option(help="data sets, one of them with held-out structures")
    ],
    out: Annotated[Path, typer.Option(help="folder to write")],
    method: Annotated[str, typer.Option(help="what the card says of where the data is from")] = "",
) -> None:
    """Measure the best model of a run and write it with its card and domain."""
    config = parsed_json(run / "config.json")
    trained_on = replace(config.data, files=tuple(map(str, data)), repeats=())
    trained = split(read_samples(trained_on), trained_on, config.seed).training
    everything = read_samples(replace(trained_on, kinds=(), sparse=True, most_atoms=0))
    held_out = [s for s in everything if s.held_out and s.kind != "atom"]
    described = read_description(run / MODEL)
    words = "; ".join(filter(None, (described.get("training_data"), method)))
    card = Card(words or None, described.get("licence"))
    found = publish(load_model(run / MODEL), card, trained, held_out, out)
    typer.echo(found.text())


if __name__ == "__main__":
    run_command(app)
