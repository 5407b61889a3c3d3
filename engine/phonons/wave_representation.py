"""The symmetry of the waves of one wave vector: its group, and how often each irrep occurs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.modes import Modes
from engine.phonons.result import Phonons
from engine.symmetry.character_table import CharacterTable
from engine.symmetry.waves.labels import Convention, wave_tables


@dataclass(frozen=True)
class WaveIrrepCount:
    """One irrep among the waves of a wave vector.

    Attributes
    ----------
    label : see :mod:`engine.symmetry.waves.labels`; None without one.
    dimension : degeneracy of its levels.
    levels : how many of them there are.
    """

    label: str | None
    dimension: int
    levels: int


@dataclass(frozen=True)
class WaveRepresentation:
    """The little group of a wave vector and what the displacements are in it.

    Attributes
    ----------
    q : shape (3,), in units of the reciprocal vectors of the cell.
    group : Schoenflies symbol of the little co-group.
    order : number of its operations.
    irreps : those that occur; none where nothing is labelled.
    convention : how labels were chosen; None without.
    table : character table of the little co-group where the labels are its Mulliken symbols.
    unlabelled : why there are no labels, as a sentence; None where there are.
    """

    q: Float[np.ndarray, "3"]
    group: str
    order: int
    irreps: tuple[WaveIrrepCount, ...]
    convention: Convention | None
    table: CharacterTable | None
    unlabelled: str | None


def wave_representation(result: Phonons, modes: Modes) -> WaveRepresentation:
    """The symmetry of the waves of the wave vector of these modes, which are the result's."""
    symmetries, q = result.wave_symmetries, modes.q
    symmetry = symmetries.at(q)
    group, labels = symmetry.group, symmetry.labels
    reason = None
    if labels is None:
        reason = (
            "The cell holds several primitive cells: its waves are of several wave vectors of the "
            "primitive crystal. Take the primitive cell for labels."
        )
    elif all(label is None for label in modes.irrep):
        reason = (
            "The model's second derivatives do not have the symmetry of the crystal here, so that "
            "a label would claim more than was computed."
        )
    if labels is None or reason is not None:
        return WaveRepresentation(q, group.name, group.order, (), None, None, reason)
    mulliken = labels.convention != "own"
    tables = wave_tables(group, symmetries.crystal) if mulliken else []
    return WaveRepresentation(
        q=q,
        group=group.name,
        order=group.order,
        irreps=tuple(
            WaveIrrepCount(block.label, block.irrep.dimension, block.copies)
            for block in symmetry.blocks
        ),
        convention=labels.convention,
        table=tables[0] if tables else None,
        unlabelled=None,
    )
