"""Time of labelling and connecting bands, on top of the matrices.

``python -m benchmarks.symmetry_bands`` prints one line a crystal for 200 points of its standard
path. The matrices are those of random force constants with the symmetry of the crystal: what they
come from makes no difference.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.routes import CRYSTALS
from engine.phonons import band_path
from engine.phonons.branches import connected
from engine.phonons.irreps import wave_symmetries
from engine.structure import primitive_cell
from engine.symmetry import space_group
from tests.engine.phonons.crystals import random_dynamical_matrix


def labelling_seconds(name: str, n_points: int = 200) -> tuple[float, float, int]:
    """Seconds the first time and once tables are known, and number of points, of one crystal."""
    atoms = primitive_cell(CRYSTALS[name]())
    path = band_path(atoms, n_points)
    dynamical = random_dynamical_matrix(atoms)
    matrices = np.array([dynamical(q) for q in path.q])
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        connected(path, matrices, wave_symmetries(atoms, space_group(atoms)))
        seconds.append(time.perf_counter() - start)
    return seconds[0], seconds[1], len(path.q)


def main() -> None:
    """One line for each crystal of the benchmarks."""
    for name in CRYSTALS:
        first, again, points = labelling_seconds(name)
        print(f"{name}: {points} points, {first:.2f} s the first time, {again:.2f} s then")


if __name__ == "__main__":
    main()
