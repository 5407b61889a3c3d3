"""Symmetry of molecules and crystals: ``python -m benchmarks.symmetry``.

Prints tables of shortest times in seconds, each of several runs in this process.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import molecule
from ase.cluster import Icosahedron

from engine.symmetry import point_group

REPEATS = 3


def measure(function: Callable[[], Any]) -> tuple[float, Any]:
    """Shortest time in seconds of a few runs, and what the last gave."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - start)
    return min(times), result


def detection() -> None:
    """Point groups: as given, with 0.01 angstrom of noise, and with more than is tolerated."""
    molecules = {
        "water": molecule("H2O"),
        "benzene": molecule("C6H6"),
        "C60": molecule("C60"),
        "Cu147": Icosahedron("Cu", 4),
    }
    print("| molecule | as given | s | noise 0.01 A | s | noise 0.03 A | s |")
    print("|---|---|---|---|---|---|---|")
    for name, atoms in molecules.items():
        cells = [name]
        for noise_A in (0.0, 0.01, 0.03):
            rattled = _rattled(atoms, noise_A)
            seconds, group = measure(lambda rattled=rattled: point_group(rattled))
            cells += [group.name, f"{seconds:.3f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


def _rattled(atoms: Atoms, noise_A: float) -> Atoms:
    noise = np.random.default_rng(0).normal(scale=noise_A, size=atoms.positions.shape)
    return Atoms(atoms.numbers, positions=atoms.positions + noise)


def main() -> None:
    """Measure everything, or what is asked for."""
    parts = {"detection": detection}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="*", default=list(parts), choices=list(parts))
    for part in parser.parse_args().parts:
        parts[part]()


if __name__ == "__main__":
    main()
