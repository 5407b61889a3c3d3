"""Where a trained model's own relaxation leads, and what the teacher says of it.

A model that finds rest where the teacher finds none has learned nothing of that place: what it
needs to hear is what lies on its way there.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np
from ase import Atoms

from engine.potentials import Potential
from engine.relaxation import relax
from engine.training.data.crystals import MAX_FORCE_EV_A, Crystals
from engine.training.data.labelled_crystals import LabelledCrystal, write_crystals
from engine.training.data.workplace import PartsFolder

PART = KIND = "drifted"
FAR = 0.01
"""Strain beyond which places on the way are labelled, too."""
ON_THE_WAY = (0.25, 0.5, 0.75, 1.0)
"""Those places, as shares of the way."""


@dataclass(frozen=True)
class Rest:
    """A crystal at rest by the teacher.

    Attributes
    ----------
    crystal : with its labels.
    """

    crystal: LabelledCrystal

    @property
    def name(self) -> str:
        """Of the crystal."""
        return self.crystal.name

    def parts(self, stage: int) -> list[str]:
        """One."""
        return [PART]


@dataclass(frozen=True)
class Drifts(PartsFolder[Rest]):
    """Where drifted crystals are kept.

    Attributes
    ----------
    work : the teacher.
    student : the model that relaxes.
    """

    work: Crystals
    student: Potential

    @cached_property
    def roomy(self) -> Potential:
        """The model with few programs for many crystals."""
        return replace(self.student, layout="roomy")

    def compute(self, item: Rest, part: str) -> None:
        """Relax a crystal by the model, label where that leads, and keep it.

        Raises
        ------
        PhonoscopeError
            if the relaxation does not come to an end.
        """
        started = time.process_time()
        rest = item.crystal.atoms
        end = relax(rest, self.roomy, cell=True, max_force_eV_A=MAX_FORCE_EV_A)
        strain = largest_strain(rest, end)
        shares = ON_THE_WAY if strain > FAR else (1.0,)
        found = [self.work.label(between(rest, end, s), item.name, KIND) for s in shares]
        notes = {
            "model": self.student.name,
            "largest_strain": strain,
            "cpu_seconds": round(time.process_time() - started, 1),
        }
        write_crystals(self.path(item.name, part), part, found, notes)

    def status(self, items: Sequence[Rest]) -> str:
        """What is there, in one line for a person."""
        done = sum(self.path(item.name, PART).exists() for item in items)
        failed = len(list(self.folder.glob("*.failed")))
        return f"{done} of {len(items)} crystals, {failed} failed"


def far(path: Path, least_strain: float) -> bool:
    """Whether a part is of a crystal that drifted so far; parts of another kind always are."""
    with h5py.File(path) as file:
        (parts,) = file.values()
        return all(p.attrs.get("largest_strain", np.inf) >= least_strain for p in parts.values())


def largest_strain(rest: Atoms, moved: Atoms) -> float:
    """The largest principal strain that takes one cell into another, whatever its sign."""
    stretch = np.linalg.svd(np.linalg.solve(rest.cell.array, moved.cell.array), compute_uv=False)
    return float(np.abs(stretch - 1).max())


def between(rest: Atoms, moved: Atoms, share: float) -> Atoms:
    """A share of the straight way from one geometry to the other, cell and atoms alike."""
    there = rest.copy()
    scaled, end = rest.get_scaled_positions(wrap=False), moved.get_scaled_positions(wrap=False)
    there.set_cell(rest.cell.array + share * (moved.cell.array - rest.cell.array))
    there.set_scaled_positions(scaled + share * (end - scaled - np.round(end - scaled)))
    return there
