"""Irreps of modes: which one a mode belongs to, how purely, and what light may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Complex, Float, Int, Shaped

from engine.symmetry.activity import is_ir_active, is_raman_active
from engine.symmetry.character_table import CharacterTable, character_table
from engine.symmetry.group import SymmetryGroup

T = TypeVar("T")

DEGENERATE_CM1 = 0.05
"""Modes closer than this are one level. Matrices are exactly symmetric before they come here."""

PURE = 0.9
"""Smallest weight in one irrep with which a mode is given its label."""


@dataclass(frozen=True)
class ModeLabels:
    """Symmetry of modes, one entry a mode.

    Attributes
    ----------
    eigenvectors : shape (modes, atoms, 3), mass-weighted and orthonormal, rotated within each level
        so that every mode belongs to one irrep.
    irreps : Mulliken symbols; None where no label can be given for certain.
    degeneracies : number of modes of the level.
    purities : weight of the mode in its irrep, 0 to 1; None without a character table.
    ir_active, raman_active : what selection rules allow.
    """

    eigenvectors: Complex[np.ndarray, "modes atoms 3"] | Float[np.ndarray, "modes atoms 3"]
    irreps: tuple[str | None, ...]
    degeneracies: tuple[int, ...]
    purities: tuple[float | None, ...]
    ir_active: tuple[bool | None, ...]
    raman_active: tuple[bool | None, ...]


def levels(frequencies_cm1: Float[np.ndarray, " modes"]) -> list[Int[np.ndarray, " level"]]:
    """Mode numbers grouped into levels, from ascending frequencies in cm^-1."""
    gaps = np.flatnonzero(np.diff(frequencies_cm1) > DEGENERATE_CM1) + 1
    return np.split(np.arange(len(frequencies_cm1)), gaps)


def label_modes(
    group: SymmetryGroup,
    frequencies_cm1: Float[np.ndarray, " modes"],
    eigenvectors: Shaped[np.ndarray, "modes atoms 3"],
) -> ModeLabels:
    """Label modes of a molecule, or of a crystal at Γ.

    Parameters
    ----------
    frequencies_cm1 : ascending.
    eigenvectors : mass-weighted, orthonormal.
    """
    table = character_table(group)
    sets = [
        part
        for level in levels(frequencies_cm1)
        for part in _split_by_irrep(group, table, eigenvectors[level])
    ]
    characters = [group.characters(part.vectors) for part in sets]
    sizes = [len(part.vectors) for part in sets]

    def for_each_mode(values: list[T]) -> tuple[T, ...]:
        return tuple(v for value, size in zip(values, sizes, strict=True) for v in [value] * size)

    return ModeLabels(
        eigenvectors=np.concatenate([part.vectors for part in sets]),
        irreps=for_each_mode([part.label for part in sets]),
        degeneracies=for_each_mode([part.degeneracy for part in sets]),
        purities=for_each_mode([part.purity for part in sets]),
        ir_active=for_each_mode([is_ir_active(group, chi) for chi in characters]),
        raman_active=for_each_mode([is_raman_active(group, chi) for chi in characters]),
    )


def unlabelled(
    frequencies_cm1: Float[np.ndarray, " modes"],
    eigenvectors: Shaped[np.ndarray, "modes atoms 3"],
) -> ModeLabels:
    """The same for modes without a group, as away from Γ: levels and orientation, no labels."""
    sets = levels(frequencies_cm1)
    nothing = (None,) * len(frequencies_cm1)
    return ModeLabels(
        eigenvectors=np.concatenate([oriented(eigenvectors[level]) for level in sets]),
        irreps=nothing,
        degeneracies=tuple(len(level) for level in sets for _ in level),
        purities=nothing,
        ir_active=nothing,
        raman_active=nothing,
    )


@dataclass(frozen=True)
class _IrrepSet:
    """Modes of one level that belong to one irrep, or to none that can be told."""

    vectors: Shaped[np.ndarray, "modes atoms 3"]
    degeneracy: int
    label: str | None = None
    purity: float | None = None


def _split_by_irrep(
    group: SymmetryGroup,
    table: CharacterTable | None,
    vectors: Shaped[np.ndarray, "modes atoms 3"],
) -> list[_IrrepSet]:
    """One level taken apart by the projectors P = d / sum|chi|^2 sum_g chi(g) D(g)."""
    size = len(vectors)
    if table is None:
        return [_IrrepSet(oriented(vectors), size)]
    matrices = np.einsum("aix,gbix->gab", vectors.conj(), group.act(vectors))
    factors = table.dimensions / np.sum(table.characters**2, 1)
    projectors = factors[:, None, None] * np.einsum("kg,gab->kab", table.characters, matrices)
    weights = np.trace(projectors, axis1=1, axis2=2).real
    counts = np.rint(weights).astype(int)
    if counts.sum() != size:
        return [_IrrepSet(oriented(vectors), size, None, float(weights.max() / size))]
    sets = []
    for irrep in np.flatnonzero(counts):
        projector = projectors[irrep]
        _, mixing = np.linalg.eigh((projector + projector.conj().T) / 2)
        chosen = np.einsum("ab,aix->bix", mixing[:, size - counts[irrep] :], vectors)
        purity = float(np.clip(weights[irrep] / counts[irrep], 0.0, 1.0))
        label = table.labels[irrep] if purity >= PURE else None
        sets.append(_IrrepSet(oriented(chosen), int(table.dimensions[irrep]), label, purity))
    return sets


def oriented(vectors: Shaped[np.ndarray, "modes atoms 3"]) -> Shaped[np.ndarray, "modes atoms 3"]:
    """The same space spanned reproducibly: partners along x, y, z as far as the space allows.

    They diagonalise sum_i (u_x^2 + 2 u_y^2 + 3 u_z^2), which tells the axes apart, and each has its
    largest component real and positive.
    """
    weighted = vectors * np.array([1.0, 2.0, 3.0])
    _, mixing = np.linalg.eigh(np.einsum("aix,bix->ab", vectors.conj(), weighted))
    rotated = np.einsum("ab,aix->bix", mixing, vectors)
    flat = rotated.reshape(len(rotated), -1)
    size = np.abs(flat)
    # The first among equally large components, whatever the rounding.
    leading = np.argmax(size > size.max(1, keepdims=True) * (1 - 1e-6), axis=1)
    lead = flat[np.arange(len(flat)), leading]
    return rotated * (np.abs(lead) / lead)[:, None, None]


def representation(group: SymmetryGroup, characters: Float[np.ndarray, " order"]) -> str | None:
    """A representation as a sum of irreps in table order, like ``A1+E+2T2``.

    None where a label would depend on an axis convention, or there is no table.
    """
    table = character_table(group)
    if table is None:
        return None
    counts = np.rint(table.multiplicities(characters)).astype(int)
    terms = []
    for count, label in zip(counts, table.labels, strict=True):
        if count and label is None:
            return None
        if count:
            terms.append(f"{count if count > 1 else ''}{label}")
    return "+".join(terms)
