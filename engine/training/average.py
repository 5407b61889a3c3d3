"""The mean of two models' parameters: ``python -m engine.training.average ONE OTHER --out DIR``.

Between a network and what fine-tuning made of it the loss is nearly flat, so that points in between
serve too: they keep of the first what the second forgot (Wortsman et al., CVPR 2022,
arXiv:2109.01903, eq. 1).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import jax
import numpy as np
import typer

from engine.errors import PhonoscopeError, run_command
from engine.potentials import Potential, load_model
from engine.potentials.checkpoints.native import Card, read_description, save_model

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def averaged(one: Potential, other: Potential, share: float) -> Potential:
    """Of every parameter ``share`` of the other's and the rest of the one's.

    Raises
    ------
    PhonoscopeError
        if they are not two states of one network.
    """
    leaves, tree = jax.tree.flatten(one.parameters)
    others, same = jax.tree.flatten(other.parameters)
    shapes = [[np.shape(x) for x in each] for each in (leaves, others)]
    different = tree != same  # type: ignore[operator]  # jaxlib declares no comparison
    if different or shapes[0] != shapes[1] or one.elements != other.elements:
        raise PhonoscopeError(
            f"{one.name} and {other.name} have no mean",
            "their networks differ in form or elements",
            "Give a model and what network.start made of it.",
        )
    mean = [
        ((1 - share) * x + share * y).astype(x.dtype) for x, y in zip(leaves, others, strict=True)
    ]
    return replace(one, parameters=jax.tree.unflatten(tree, mean))


@app.command()
def main(
    one: Annotated[Path, typer.Argument(help="folder of a model")],
    other: Annotated[Path, typer.Argument(help="folder of another state of it")],
    out: Annotated[Path, typer.Option(help="folder to write")],
    share: Annotated[float, typer.Option(min=0, max=1, help="of the other")] = 0.5,
) -> None:
    """Write the mean of two models as a model."""
    card = read_description(one)
    text = "; ".join(
        filter(None, (each.get("training_data") for each in (card, read_description(other))))
    )
    found = averaged(load_model(one), load_model(other), share)
    save_model(found, out, Card(f"mean of two: {text}", card.get("licence")))


if __name__ == "__main__":
    run_command(app)
