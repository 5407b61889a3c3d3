"""Modes by irrep: a symmetric matrix diagonalised so that every mode belongs to one.

The matrix is taken in a symmetry-adapted basis (:mod:`engine.symmetry.partners`), where it falls
into one block for each irrep, the same for all partners. The modes are pure then, at any noise.
What symmetry forbids, the rest of the matrix, is left out; how much it would have mixed the irreps
tells how far a label is to be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Complex, Float, Int, Shaped

from engine.symmetry.activity import is_hyper_raman_active, is_ir_active, is_raman_active
from engine.symmetry.character_table import CharacterTable, character_table
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.partners import IrrepBasis, adapted_basis, displacement_operator
from engine.units import frequency_cm1

T = TypeVar("T")

DEGENERATE_CM1 = 0.05
"""Modes closer than this are one level where no irrep tells them apart."""

CERTAIN = 0.5
"""Smallest confidence of a certain label: half of what the matrix as given has there."""


@dataclass(frozen=True)
class ModeLabels:
    """Modes with their symmetry, ascending in eigenvalue; partners of a level stand together.

    Attributes
    ----------
    eigenvalues : shape (modes,), in the unit of the matrix; the same for all partners.
    eigenvectors : shape (modes, atoms, 3), orthonormal; partners are oriented by ``group.axes``.
    irreps : Mulliken symbols; None where no label can be given.
    degeneracies : number of modes of the level.
    purities : weight of the mode in its irrep: 1 but for rounding, unless the space is not quite
        invariant. None without a character table.
    confidences : how much of its irrep there is in those modes of the matrix as given, with no
        symmetry imposed, that overlap with this one: 1 if the matrix has the symmetry; less if what
        symmetry forbids is large enough to mix the mode with others nearby. None without a table.
    certain : whether the confidence is at least one half; None without a label.
    ir_active, raman_active, hyper_raman_active : what selection rules allow.
    """

    eigenvalues: Float[np.ndarray, " modes"]
    eigenvectors: Complex[np.ndarray, "modes atoms 3"] | Float[np.ndarray, "modes atoms 3"]
    irreps: tuple[str | None, ...]
    degeneracies: tuple[int, ...]
    purities: tuple[float | None, ...]
    confidences: tuple[float | None, ...]
    certain: tuple[bool | None, ...]
    ir_active: tuple[bool | None, ...]
    raman_active: tuple[bool | None, ...]
    hyper_raman_active: tuple[bool | None, ...]


@dataclass(frozen=True)
class _Level:
    """Partners of one eigenvalue and their irrep, by its number in the table."""

    value: float
    vectors: Float[np.ndarray, "partners atoms 3"]
    irrep: int


def label_modes(
    group: SymmetryGroup,
    matrix: Float[np.ndarray, "3*atoms 3*atoms"],
    subspace: Float[np.ndarray, "3*atoms dimension"],
    as_given: Float[np.ndarray, "3*atoms 3*atoms"] | None = None,
) -> ModeLabels:
    """Modes of a molecule, or of a crystal at Γ, by irrep.

    Parameters
    ----------
    matrix : mass-weighted second derivatives in eV/(angstrom^2 amu). What the group forbids is left
        out.
    subspace : orthonormal columns that span the modes, invariant under the group; else no labels
        are given.
    as_given : the matrix before any symmetry was imposed, for the confidences; default: the
        same.
    """
    table = character_table(group)
    if table is None:
        return _clustered(group, matrix, subspace)
    found = [
        level
        for basis in adapted_basis(group, table, subspace)
        for level in _levels_of_irrep(matrix, basis, group.axes)
    ]
    if sum(len(level.vectors) for level in found) != subspace.shape[1]:
        return _clustered(group, matrix, subspace)  # the group does not leave the space as it is
    found.sort(key=lambda level: level.value)
    names = [table.labels[level.irrep] for level in found]
    confidences = _confidences(found, subspace, matrix if as_given is None else as_given)
    rows = [table.characters[level.irrep] for level in found]

    def for_each_mode(values: Iterable[T]) -> tuple[T, ...]:
        pairs = zip(values, found, strict=True)
        return tuple(value for value, level in pairs for _ in level.vectors)

    return ModeLabels(
        eigenvalues=np.array(for_each_mode(level.value for level in found)),
        eigenvectors=np.concatenate([level.vectors for level in found]),
        irreps=for_each_mode(names),
        degeneracies=for_each_mode(len(level.vectors) for level in found),
        purities=for_each_mode(_purities(group, table, found)),
        confidences=for_each_mode(confidences),
        certain=for_each_mode(
            None if name is None else confidence >= CERTAIN
            for name, confidence in zip(names, confidences, strict=True)
        ),
        ir_active=for_each_mode(is_ir_active(group, chi) for chi in rows),
        raman_active=for_each_mode(is_raman_active(group, chi) for chi in rows),
        hyper_raman_active=for_each_mode(is_hyper_raman_active(group, chi) for chi in rows),
    )


def unlabelled(
    matrix: Shaped[np.ndarray, "coordinates coordinates"],
    subspace: Shaped[np.ndarray, "coordinates dimension"],
) -> ModeLabels:
    """The same without a group, as away from Γ: levels and orientation, no labels."""
    return _clustered(None, matrix, subspace)


def levels(frequencies_cm1: Float[np.ndarray, " modes"]) -> list[Int[np.ndarray, " level"]]:
    """Mode numbers grouped into levels, from ascending frequencies in cm^-1."""
    gaps = np.flatnonzero(np.diff(frequencies_cm1) > DEGENERATE_CM1) + 1
    return np.split(np.arange(len(frequencies_cm1)), gaps)


def _levels_of_irrep(
    matrix: Float[np.ndarray, "coordinates coordinates"],
    basis: IrrepBasis,
    axes: Float[np.ndarray, "3 3"],
) -> list[_Level]:
    """Levels of one irrep, from the mean of the blocks of its partners.

    That mean is the block of the matrix averaged over the group, by Schur's lemma.
    """
    block = np.mean([s.conj().T @ matrix @ s for s in basis.partners], axis=0)
    values, mixing = np.linalg.eigh((block + block.conj().T) / 2)
    found = (basis.partners @ mixing).transpose(2, 0, 1)  # levels, partners, coordinates
    if basis.is_complex_pair:
        in_phase = np.array([v * _longest_phase(v) for v in found[:, 0]])
        found = np.sqrt(2) * np.stack([in_phase.real, -in_phase.imag], axis=1)
    # One sign for all partners, so that they stay partners.
    found = np.array([v * _leading_phase(v[0], axes) for v in found])
    return [
        _Level(float(value), v.reshape(len(v), -1, 3), basis.irrep)
        for value, v in zip(values, found, strict=True)
    ]


def _purities(group: SymmetryGroup, table: CharacterTable, found: list[_Level]) -> list[float]:
    """Weight <u|P|u> of every level in its irrep, P = d / sum|chi|^2 sum_g chi(g) D(g)."""
    factors = table.dimensions / np.sum(table.characters**2, 1)
    projectors = {
        k: displacement_operator(group, factors[k] * table.characters[k])
        for k in {level.irrep for level in found}
    }
    weights = []
    for level in found:
        flat = level.vectors.reshape(len(level.vectors), -1)
        weights.append(np.einsum("ac,cd,ad->", flat, projectors[level.irrep], flat) / len(flat))
    return np.clip(weights, 0.0, 1.0).tolist()


def _confidences(
    found: list[_Level],
    subspace: Float[np.ndarray, "coordinates dimension"],
    as_given: Float[np.ndarray, "coordinates coordinates"],
) -> list[float]:
    """Of every level: how much of its irrep the modes of the matrix as given have there.

    With P the projector onto the irrep of mode u and Q those onto the levels of the matrix as given
    it is sum_Q |P Q u|^2. Two modes of different irreps that mix as cos a and sin a have
    cos^4 a + sin^4 a. Levels within DEGENERATE_CM1 are not told apart: that two irreps coincide
    there does not make either of them uncertain.
    """
    within = subspace.T @ as_given @ subspace
    values, mixing = np.linalg.eigh((within + within.T) / 2)
    given = (subspace @ mixing).T
    vectors = np.concatenate([level.vectors for level in found]).reshape(len(given), -1)
    number = np.repeat(np.arange(len(found)), [len(level.vectors) for level in found])
    irrep = np.array([level.irrep for level in found])[number]
    overlap = given @ vectors.T
    shares = np.zeros(len(vectors))
    for k in np.unique(irrep):
        of_irrep = overlap[:, irrep == k]
        for cluster in levels(frequency_cm1(values)):
            part = of_irrep[cluster]
            shares[irrep == k] += np.sum(part * (part @ part.T @ part), axis=0)
    means = np.bincount(number, shares) / np.bincount(number)
    return np.clip(means, 0.0, 1.0).tolist()


def _clustered(
    group: SymmetryGroup | None,
    matrix: Shaped[np.ndarray, "coordinates coordinates"],
    subspace: Shaped[np.ndarray, "coordinates dimension"],
) -> ModeLabels:
    """Modes without irreps: levels by frequency, activity from the characters of each."""
    within = subspace.conj().T @ matrix @ subspace
    values, mixing = np.linalg.eigh((within + within.conj().T) / 2)
    vectors = (subspace @ mixing).T.reshape(len(values), -1, 3)
    sets = levels(frequency_cm1(values))
    nothing = (None,) * len(values)

    def active(rule: Callable[[SymmetryGroup, np.ndarray], bool]) -> tuple[bool | None, ...]:
        if group is None:
            return nothing
        return tuple(rule(group, group.characters(vectors[s])) for s in sets for _ in s)

    return ModeLabels(
        eigenvalues=values,
        eigenvectors=np.concatenate([oriented(vectors[s]) for s in sets]),
        irreps=nothing,
        degeneracies=tuple(len(s) for s in sets for _ in s),
        purities=nothing,
        confidences=nothing,
        certain=nothing,
        ir_active=active(is_ir_active),
        raman_active=active(is_raman_active),
        hyper_raman_active=active(is_hyper_raman_active),
    )


def oriented(vectors: Shaped[np.ndarray, "modes atoms 3"]) -> Shaped[np.ndarray, "modes atoms 3"]:
    """The same space spanned reproducibly: partners along x, y, z as far as the space allows.

    They diagonalise sum_i (u_x^2 + 2 u_y^2 + 3 u_z^2), which tells the axes apart, and each has its
    largest component real and positive.
    """
    weighted = vectors * np.array([1.0, 2.0, 3.0])
    _, mixing = np.linalg.eigh(np.einsum("aix,bix->ab", vectors.conj(), weighted))
    rotated = np.einsum("ab,aix->bix", mixing, vectors)
    phases = [_leading_phase(vector, np.eye(3)) for vector in rotated]
    return rotated * np.array(phases)[:, None, None]


def _leading_phase(vector: Shaped[np.ndarray, "..."], axes: Float[np.ndarray, "3 3"]) -> complex:
    """The factor that makes the largest component along the axes real and positive."""
    components = (vector.reshape(-1, 3) @ axes).ravel()
    size = np.abs(components)
    # The first among equally large components, whatever the rounding.
    lead = components[np.argmax(size > size.max() * (1 - 1e-6))]
    return np.abs(lead) / lead


def _longest_phase(vector: Complex[np.ndarray, " coordinates"]) -> complex:
    """The factor that makes the real part the long axis of the ellipse an atom moves along.

    It is the atom whose ellipse is farthest from a circle, the first of several; symmetry alone
    would leave the factor free. If all move in circles any factor is as good.
    """
    squares = (vector.reshape(-1, 3) ** 2).sum(1)
    size = np.abs(squares)
    if size.max() < 1e-6:
        return 1.0
    return complex(np.exp(-0.5j * np.angle(squares[np.argmax(size > size.max() * (1 - 1e-6))])))


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
