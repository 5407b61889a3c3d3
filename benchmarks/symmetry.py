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

from benchmarks.routes import CRYSTALS
from engine.phonons import band_path
from engine.phonons.branches import connected
from engine.phonons.irreps import wave_symmetries
from engine.structure import primitive_cell
from engine.symmetry import point_group, space_group
from engine.vibrations import vibrations_from_hessian
from tests.engine.phonons.crystals import random_dynamical_matrix

REPEATS = 3
BAND_POINTS = 200


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


def labels() -> None:
    """Modes of molecules with their irreps, from a Hessian at hand, detection included."""
    print("| molecule | modes | point group, modes and labels, s |")
    print("|---|---|---|")
    for name in ("C6H6", "C60"):
        atoms = molecule(name)
        n = 3 * len(atoms)
        root = np.random.default_rng(0).normal(size=(n, n))
        hessian, forces = root @ root.T / n, np.zeros((len(atoms), 3))
        seconds, found = measure(
            lambda atoms=atoms, hessian=hessian, forces=forces: vibrations_from_hessian(
                atoms, hessian, "random", 0.0, forces
            )
        )
        print(f"| {name} | {len(found.modes)} | {seconds:.2f} |", flush=True)


def bands() -> None:
    """Labels and connection of bands, on top of the matrices.

    The matrices are those of random force constants with the symmetry of the crystal: what they
    come from makes no difference.
    """
    print("| crystal | points | labels and connection, s | once its tables are known, s |")
    print("|---|---|---|---|")
    for name, make in CRYSTALS.items():
        atoms = primitive_cell(make())
        path = band_path(atoms, BAND_POINTS)
        dynamical = random_dynamical_matrix(atoms)
        matrices = np.array([dynamical(q) for q in path.q])
        times = []
        for _ in range(2):
            start = time.perf_counter()
            connected(path, matrices, wave_symmetries(atoms, space_group(atoms)))
            times.append(f"{time.perf_counter() - start:.2f}")
        print(f"| {name} | {len(path.q)} | {' | '.join(times)} |", flush=True)


def _rattled(atoms: Atoms, noise_A: float) -> Atoms:
    noise = np.random.default_rng(0).normal(scale=noise_A, size=atoms.positions.shape)
    return Atoms(atoms.numbers, positions=atoms.positions + noise)


def main() -> None:
    """Measure everything, or what is asked for."""
    parts = {"detection": detection, "labels": labels, "bands": bands}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="*", default=list(parts), choices=list(parts))
    for part in parser.parse_args().parts:
        parts[part]()


if __name__ == "__main__":
    main()
