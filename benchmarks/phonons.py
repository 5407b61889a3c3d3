"""Phonons of five crystals by both routes: ``python -m benchmarks.phonons --model PATH``.

Prints the table of docs/performance.md. Ratios are of one run on one machine; absolute times are
those of a machine that may be doing other things.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

NAMES = ("Si", "NaCl", "MgO", "ZnS wurtzite", "SiO2 quartz")
GROWTH = {2: (1, 1, 1), 16: (2, 2, 2), 54: (3, 3, 3), 128: (4, 4, 4)}


def measure(route: str, name: str, model: str, *more: int) -> dict[str, Any]:
    """One route in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.routes", route, name, model, *map(str, more)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"killed ({done.returncode})"])[-1]
        return {"failed": last}
    return json.loads(done.stdout.splitlines()[-1])


def both_routes(model: str, names: list[str]) -> None:
    """The table of full phonons."""
    print("| crystal | exact s | GB | displacements | s | GB | faster | memory | f32-f64 cm-1 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in names:
        mine, theirs = (measure(route, name, model) for route in ("exact", "displacements"))
        precision = measure("accuracy", name, model).get("difference_cm1", float("nan"))
        if "failed" in mine or "failed" in theirs:
            print(f"| {name} | {mine} | {theirs} |", flush=True)
            continue
        print(
            f"| {name} | {mine['seconds']:.2f} | {mine['peak_GB']:.1f} | {theirs['displacements']} "
            f"| {theirs['seconds']:.1f} | {theirs['peak_GB']:.1f} "
            f"| {theirs['seconds'] / mine['seconds']:.1f} x "
            f"| {mine['peak_GB'] / theirs['peak_GB']:.2f} | {precision:.3f} |",
            flush=True,
        )


def forces_and_textbook(model: str) -> None:
    """The calculator against the plain order, and one column against the textbook's."""
    for name in ("Si", "SiO2 quartz"):
        ours, plain = (measure(route, name, model) for route in ("forces", "plain_forces"))
        print(f"forces, 3x3x3 {name}: {ours}; plain order: {plain}", flush=True)
    exact, textbook = measure("exact", "Si", model), measure("cluster_columns", "Si", model)
    print(f"Si, textbook's columns at one q: {textbook}; full phonons: {exact}", flush=True)


def growth(model: str) -> None:
    """Cost of a column as the cell grows."""
    found = {n: measure("columns", "Si", model, *repeats) for n, repeats in GROWTH.items()}
    for n, result in found.items():
        print(f"{n} atoms: {result}", flush=True)
    done = {n: r for n, r in found.items() if "seconds" in r}
    per_column = [r["seconds"] / r["columns"] for r in done.values()]
    slope = np.polyfit(np.log(list(done)), np.log(per_column), 1)[0]
    print(f"time of a column grows as the number of atoms to the power {slope:.2f}", flush=True)


def first_result(model: str) -> None:
    """From the start of the process to the phonons of silicon, without and with a filled cache."""
    with tempfile.TemporaryDirectory() as cache:
        for what in ("empty", "filled"):
            start = time.perf_counter()
            command = f"-m engine phonons silicon --mesh 4,4,4 --json {os.devnull} --model"
            subprocess.run(
                [sys.executable, *command.split(), model],
                env=os.environ | {"JAX_COMPILATION_CACHE_DIR": cache},
                check=True,
                capture_output=True,
            )
            print(f"first result, {what} cache: {time.perf_counter() - start:.1f} s", flush=True)


def main() -> None:
    """Measure everything, or what is asked for."""
    parts = {
        "routes": lambda a: both_routes(a.model, a.crystals),
        "forces": lambda a: forces_and_textbook(a.model),
        "growth": lambda a: growth(a.model),
        "start": lambda a: first_result(a.model),
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="a model's name, folder or checkpoint")
    parser.add_argument("--crystals", nargs="*", default=list(NAMES), choices=NAMES)
    parser.add_argument("--parts", nargs="*", default=list(parts), choices=list(parts))
    arguments = parser.parse_args()
    for part in arguments.parts:
        parts[part](arguments)


if __name__ == "__main__":
    main()
