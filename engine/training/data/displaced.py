"""Labels at least cost: forces of many molecules out of their rest, on a coarse grid.

A network that knows molecules roughly errs most on those unlike the ones it has seen: what it needs
is other molecules, not better numbers of few. Geometries come from minima and Hessians by a cheaper
method.
"""

from __future__ import annotations

import dataclasses
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.training.data.distortions import distorted, normal_modes
from engine.training.data.labelled import write_part
from engine.training.data.minima import Minimum
from engine.training.data.quantum import METHOD, Labeller
from engine.training.data.workplace import PartsFolder

COARSE = dataclasses.replace(METHOD, grid_level=1, energy_tolerance=1e-7, gradient_tolerance=1e-4)
"""Against :data:`METHOD`: forces of acetamide and propionitrile within 1.5 meV/angstrom on average,
in a third of the time. The next coarser grid is 48 to 90 meV/angstrom off."""

STAGES = {1: "displaced", 2: "displaced-2", 3: "displaced-3"}
"""Stage -> part of a molecule's work."""
DISPLACEMENTS: dict[str, tuple[tuple[str, float], ...]] = {
    "displaced": (("thermal", 450), ("stretch", 1.15)),
    "displaced-2": (("random", 0.04), ("stretch", 0.92)),
    "displaced-3": (("classical", 1000), ("stretch", 1.08)),
}
"""Part -> kinds, with their temperature in K, spread in angstrom or factor."""


@dataclass(frozen=True)
class Displaced(PartsFolder[Minimum]):
    """Where the parts are kept, and who computes them."""

    labeller: Labeller

    def compute(self, item: Minimum, part: str) -> None:
        """Label a molecule's geometries and keep them; raises what the labeller raises."""
        started = time.process_time()
        rest, hessian = item.structure.atoms, item.structure.hessian_eV_A2
        assert hessian is not None
        modes = normal_modes(rest, hessian)
        rng = np.random.default_rng(zlib.crc32(f"{item.name} {part}".encode()))
        found = [
            self.labeller.label(
                distorted(rest, modes, kind, size, rng), item.name, kind, hessian=False
            )
            for kind, size in DISPLACEMENTS[part]
        ]
        notes = {"cpu_seconds": round(time.process_time() - started, 1)}
        write_part(self.path(item.name, part), part, found, notes)

    def status(self, items: Sequence[Minimum]) -> str:
        """What is there, in one line for a person."""
        done = {p: len(list(self.folder.glob(f"*.{p}{self.suffix}"))) for p in STAGES.values()}
        geometries = sum(n * len(DISPLACEMENTS[part]) for part, n in done.items())
        failed = len(list(self.folder.glob("*.failed")))
        return (
            f"{done[STAGES[1]]} of {len(items)} molecules, {geometries} geometries, {failed} failed"
        )
