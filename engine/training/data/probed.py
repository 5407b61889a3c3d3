"""Labels for breadth: forces and one product of the Hessian, of many molecules.

A whole Hessian costs dozens of gradients, and a network learns as much of it from a random column
an epoch. Where molecules are what is missing, a product Phi u of each does, from the gradients
before and behind a geometry: the cost of two. Geometries and displacements u come from minima and
Hessians by a cheaper method.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from engine.training.data.distortions import normal_modes, stretched, thermal
from engine.training.data.labelled import LabelledStructure, write_part
from engine.training.data.minima import Minimum
from engine.training.data.quantum import Labeller
from engine.training.data.workplace import PartsFolder

TEMPERATURE_K = 300.0
"""Of the geometries."""
STILL_K = 1.0
"""Of the displacements u: zero-point motion, in which stiff and soft modes change the energy alike,
as they count alike in frequencies (:mod:`engine.training.probes`)."""
STRETCHED_K = 600.0
"""Of the geometries of which a bond is stretched, too."""
STRETCHES = (0.9, 1.15)
"""Least and most of the length of that bond before."""
STEP_A = 0.005
"""Of the atom that moves most: forces between are then means within some meV/angstrom."""


STAGES = {1: "probed", 2: "stretched", 3: "stretched-2", 4: "stretched-3"}
"""Stage -> part of a molecule's work; from the second on a bond is stretched."""


@dataclass(frozen=True)
class Probed(PartsFolder[Minimum]):
    """Where the parts are kept, and who computes them."""

    labeller: Labeller

    def compute(self, item: Minimum, part: str) -> None:
        """Label a molecule and keep it; raises what the labeller raises."""
        started = time.process_time()
        found = probed(item.structure, self.labeller, part)
        notes = {"cpu_seconds": round(time.process_time() - started, 1), "step_A": STEP_A}
        write_part(self.path(item.name, part), part, [found], notes)

    def status(self, items: Sequence[Minimum]) -> str:
        """What is there, in one line for a person."""
        done = {
            part: sum(self.path(item.name, part).exists() for item in items)
            for part in STAGES.values()
        }
        again = sum(n for part, n in done.items() if part.startswith("stretched"))
        failed = len(list(self.folder.glob("*.failed")))
        return (
            f"{done['probed']} of {len(items)} molecules, and {again} geometries with a bond "
            f"stretched, {failed} failed"
        )


def probed(minimum: LabelledStructure, labeller: Labeller, part: str) -> LabelledStructure:
    """A molecule displaced as by heat, with forces and Phi u of one u.

    In parts beyond the first it is hotter, and a bond is longer or shorter. With g_+- the forces at
    r +- h u: Phi u = -(g_+ - g_-) / 2h, and energy and forces at r are the means, the energy less
    h^2 u.Phi.u / 2.

    Parameters
    ----------
    part : one of :data:`STAGES`; geometry and displacement follow from it and from the name.
    """
    assert minimum.hessian_eV_A2 is not None
    modes = normal_modes(minimum.atoms, minimum.hessian_eV_A2)
    stretch = part != STAGES[1]
    name, kind, rest = minimum.name, "stretch" if stretch else "thermal", minimum.atoms
    rng = np.random.default_rng(zlib.crc32(f"{name} {part}".encode()))
    atoms = thermal(rest, modes, STRETCHED_K if stretch else TEMPERATURE_K, rng)
    if stretch:
        atoms = stretched(atoms, rest, rng.uniform(*STRETCHES), rng)
    u = thermal(rest, modes, STILL_K, rng).positions - rest.positions
    u /= np.linalg.norm(u, axis=1).max()
    ahead, behind = (
        labeller.label(Atoms(atoms.numbers, atoms.positions + h * u), name, kind, hessian=False)
        for h in (STEP_A, -STEP_A)
    )
    product = (behind.forces_eV_A - ahead.forces_eV_A) / (2 * STEP_A)
    raised = STEP_A**2 / 2 * float((u * product).sum())
    return LabelledStructure(
        name=name,
        kind=kind,
        atoms=atoms,
        energy_eV=(ahead.energy_eV + behind.energy_eV) / 2 - raised,
        forces_eV_A=(ahead.forces_eV_A + behind.forces_eV_A) / 2,
        dipole_eA=(ahead.dipole_eA + behind.dipole_eA) / 2,
        displacement_A=u.reshape(1, -1),
        product_eV_A=product.reshape(1, -1),
    )
