"""What second derivatives cost in training: ``python -m benchmarks.training``.

Prints tables of shortest times of a step of several structures. The first: with forces only, with a
wave a structure (two displacements a molecule) through what these need, and through what serves all
columns of D(q). The second: all structures at once, and as many as the training takes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

import jax
import numpy as np

from engine.graph import wave_system
from engine.training import predictions
from engine.training.batches import Batch, make_batches
from engine.training.config import LossConfig, TrainingConfig, parsed
from engine.training.losses import PARTS, at_once, loss_gradient, summed_loss
from engine.training.networks import Network, new_network
from engine.training.readers import read_samples
from engine.training.samples import Sample

REPEATS = 5
NETWORK = {
    "architecture": "nequip",
    "n_layers": 2,
    "hidden_irreps": "32x0e + 16x1o + 8x2e",
    "radial_width": 32,
}
LOSSES = {"forces": {}, "second derivatives": {"probes": 1.0}}
DATA = {
    "crystals of 2 atoms": ("crystals", "assets/data/crystals.h5", 2),
    "crystals of 6 atoms": ("crystals", "assets/data/crystals.h5", 6),
    "molecules of 8 atoms": ("molecules", "assets/data/molecules.h5", 8),
}


def chosen(reader: str, file: str, atoms: int) -> tuple[TrainingConfig, list[Sample]]:
    """Structures of so many atoms with second derivatives."""
    config = parsed({"data": {"files": [file], "reader": reader}, "network": NETWORK})
    samples = read_samples(config.data)
    found = [s for s in samples if len(s.atoms) == atoms and s.matrices is not None]
    return config, found


def seconds(step: Callable[[Any], Any], parameters: Any) -> float:
    """Shortest time of a few runs, the first of which compiles and is not counted."""
    jax.block_until_ready(step(parameters))
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        jax.block_until_ready(step(parameters))
        times.append(time.perf_counter() - start)
    return min(times)


def gradient(
    network: Network, batch: Batch, loss: LossConfig, together: int
) -> Callable[[Any], Any]:
    """The gradient of the loss of a batch by the parameters, compiled; so many at once."""

    def total(trained: Any, part: Batch) -> Any:
        weights = {name: getattr(loss, name)[0][1] for name in PARTS}
        parameters = {**trained, **network.fixed}
        return summed_loss(network.energies, parameters, part, weights, loss)

    return jax.jit(lambda trained: loss_gradient(total, trained, batch, together)[0])


def measured(samples: Sequence[Sample], config: TrainingConfig, size: int) -> list[float]:
    """Seconds a step: forces, one wave, one wave few at a time, one wave through all columns."""
    dtype = np.dtype(np.float32)
    network = new_network(config.network, samples, 0, dtype)
    found = []
    for table in LOSSES.values():
        loss = parsed({"data": {"files": ["-"]}, "network": {}, "loss": table}).loss
        batches = make_batches(
            samples, [0.0] * len(samples), network.cutoff_A, network.elements[0], loss, size, 1, 1
        )
        batch = batches.batch(batches.order(0)[0], 0)
        found.append(seconds(gradient(network, batch, loss, size), network.trained))
    fewer = gradient(network, batch, loss, at_once(batch))
    found.append(seconds(fewer, network.trained))
    if batch.q is None:  # molecules take no wave unless they are given one
        batch = replace(batch, q=np.zeros((len(batch.share), 1, 3), dtype))
    with mock.patch.object(predictions, "wave_system", lambda system, _: wave_system(system)):
        found.append(seconds(gradient(network, batch, loss, size), network.trained))
    return found


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=8, help="structures in a step")
    size = parser.parse_args().size
    rows = {name: measured(samples, config, size) for name, (config, samples) in _data().items()}
    print(
        "| a step of | forces, s | second derivatives, s | ratio | through all columns, s | ratio |"
    )
    print("|---|---|---|---|---|---|")
    for name, (forces, wave, _, columns) in rows.items():
        cells = f"{forces:.3f} | {wave:.3f} | {wave / forces:.1f} | {columns:.3f}"
        print(f"| {size} {name} | {cells} | {columns / wave:.1f} |")
    print("\n| second derivatives of | all at once, s | as in training, s | ratio |")
    print("|---|---|---|---|")
    for name, (_, wave, few, _) in rows.items():
        print(f"| {size} {name} | {wave:.3f} | {few:.3f} | {wave / few:.1f} |")


def _data() -> dict[str, tuple[TrainingConfig, list[Sample]]]:
    return {name: chosen(*given) for name, given in DATA.items()}


if __name__ == "__main__":
    main()
