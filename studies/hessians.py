"""Do Hessians act like more data? ``python -m studies.hessians --data FILE``.

Networks learn small molecules from more and more geometries, with and without the Hessians of some
of them. The errors are those of forces on distorted geometries that were kept aside and of the
frequencies at minima, of the same molecules and of molecules held out. The factor: how many times
more geometries it takes without Hessians to reach the force error that is reached with them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

from engine.training.config import (
    BatchConfig,
    DataConfig,
    LossConfig,
    OptimiserConfig,
    TrainingConfig,
)
from engine.training.evaluation.frequencies import frequencies
from engine.training.readers import read_samples
from engine.training.samples import Sample
from studies.common import (
    Results,
    force_errors_eV_A,
    frequency_errors_cm1,
    mean_and_error,
    trained,
    written,
)

STUDY = "hessians"
ATOMS = 7
"""Largest molecules that are used."""
SIZES = (25, 50, 100, 200)
WITH, WITHOUT = "with Hessians", "without"
TESTED = 0.25
"""Share of the distorted geometries that is never trained on."""


def main() -> None:
    """Everything, or what is left of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="labelled molecules, a file or a folder")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    arguments = parser.parse_args()
    known = [
        s
        for s in read_samples(DataConfig(files=(arguments.data,)))
        if s.kind != "atom" and len(s.atoms) <= ATOMS
    ]
    results = Results(STUDY)
    found: dict[str, list[list[dict[str, Any]]]] = {WITH: [], WITHOUT: []}
    for n in arguments.sizes:
        for way in found:
            runs = []
            for seed in range(arguments.seeds):
                name = f"{way.replace(' ', '-')}-{n}-{seed}-{arguments.steps}"
                runs.append(
                    results.of(
                        name,
                        lambda: one_run(known, n, way, seed, arguments.steps, results, name),  # noqa: B023
                    )
                )
                print(name, runs[-1], flush=True)
            found[way].append(runs)
    report(found, arguments.sizes, arguments.steps)


def chosen(known: Sequence[Sample], n: int, seed: int) -> tuple[list[Sample], list[Sample]]:
    """Geometries to train on, minima first, and distorted ones of the same molecules to test."""
    rng = np.random.default_rng(seed)
    seen = [s for s in known if not s.held_out]
    still = [s for s in seen if s.kind == "equilibrium"]
    moved = [s for s in seen if s.kind not in ("equilibrium", "saddle")]
    order = rng.permutation(len(moved))
    cut = round(TESTED * len(moved))
    tested, free = [moved[i] for i in order[:cut]], [moved[i] for i in order[cut:]]
    half = min(n // 2, len(still))
    some = [still[i] for i in rng.permutation(len(still))[:half]]
    return some + free[: n - half], tested


def one_run(
    known: Sequence[Sample], n: int, way: str, seed: int, steps: int, results: Results, name: str
) -> dict[str, Any]:
    """Train one network and measure it."""
    samples, tested = chosen(known, n, seed)
    if way == WITHOUT:
        samples = [replace(s, matrices=None) for s in samples]
    config = TrainingConfig(
        DataConfig(files=("study",)),
        network={
            "architecture": "nequip", "cutoff_A": 4.0, "n_layers": 3, "lmax": 2,
            "hidden_irreps": "16x0e + 8x1o + 4x2e", "radial_width": 32, "radial_layers": 1,
            "skip_per_species": True,
        },
        seed=seed,
        loss=LossConfig(probes=((0.0, 0.1 if way == WITH else 0.0),)),
        optimiser=OptimiserConfig(learning_rate=5e-3),
        batches=BatchConfig(size=8, probes=1, shapes=1),
    )  # fmt: skip
    model = trained(config, samples, steps, results.folder / f"run-{name}")
    minima = [s for s in known if s.kind == "equilibrium" and s.matrices is not None]
    inside, outside = ([_asked(s) for s in minima if s.held_out == kept] for kept in (False, True))
    return {
        "geometries": len(samples),
        "hessians": sum(s.matrices is not None for s in samples),
        "force_error_meV_A": 1e3 * float(np.abs(force_errors_eV_A(model, tested)).mean()),
        "frequency_error_cm1": float(np.abs(frequency_errors_cm1(model, inside)).mean()),
        "held_out_frequency_error_cm1": float(np.abs(frequency_errors_cm1(model, outside)).mean()),
        "held_out_force_error_meV_A": 1e3
        * float(np.abs(force_errors_eV_A(model, [s for s in known if s.held_out])).mean()),
    }


def _asked(sample: Sample) -> Any:
    assert sample.matrices is not None
    phi = sample.matrices.force_constants_eV_A2[0]
    return sample.atoms, np.zeros(3), frequencies(sample.atoms, phi)[0]


def data_factor(
    sizes: Sequence[int], with_hessians: Float[np.ndarray, " n"], without: Float[np.ndarray, " n"]
) -> float | None:
    """How many times more geometries the same error takes without Hessians, in the geometric mean.

    Both errors are taken as powers of the number of geometries, fitted; None where more data does
    not make the error without Hessians smaller.
    """
    logarithm = np.log(sizes)
    slope, offset = np.polyfit(logarithm, np.log(without), 1)
    if slope >= 0:
        return None
    needed = (np.log(with_hessians) - offset) / slope
    return float(np.exp(np.mean(needed - logarithm)))


def report(found: dict[str, list[list[dict[str, Any]]]], sizes: Sequence[int], steps: int) -> None:
    """Figure, numbers and paragraph."""
    quantities = {
        "force_error_meV_A": "force error, meV/Å",
        "frequency_error_cm1": "frequency error, cm⁻¹",
        "held_out_frequency_error_cm1": "frequency error,\nmolecules held out, cm⁻¹",
    }
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    factors = {}
    for axis, (quantity, label) in zip(figure.subplots(1, 3), quantities.items(), strict=True):
        means = {}
        for way, marker in ((WITHOUT, "o--"), (WITH, "s-")):
            pairs = [mean_and_error([run[quantity] for run in runs]) for runs in found[way]]
            means[way] = np.array([mean for mean, _ in pairs])
            axis.errorbar(sizes, means[way], [e for _, e in pairs], fmt=marker, label=way)
        axis.set(xscale="log", yscale="log", xlabel="training geometries", ylabel=label)
        axis.set_xticks(list(sizes), [str(n) for n in sizes])
        axis.yaxis.set_major_formatter(ScalarFormatter())
        axis.yaxis.set_minor_formatter(ScalarFormatter())
        axis.xaxis.set_minor_formatter(NullFormatter())
        factors[quantity] = data_factor(sizes, means[WITH], means[WITHOUT])
    axis.legend()
    words = {
        name: "no factor: more data did not help" if f is None else f"{f:.1f}"
        for name, f in factors.items()
    }
    paragraph = (
        "Training with Hessians acts like this many times more geometries: on forces "
        f"{words['force_error_meV_A']}, on frequencies of the same molecules "
        f"{words['frequency_error_cm1']}, of molecules held out "
        f"{words['held_out_frequency_error_cm1']} ({steps} steps a run)."
    )
    written(STUDY, {"sizes": list(sizes), "runs": found, "factors": factors}, paragraph, figure)


if __name__ == "__main__":
    main()
