"""Modes of any wave vector, by its irreps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Complex, Float

from engine.modes import Modes, modes_of
from engine.phonons.irreps import BROKEN, WaveSymmetries, WaveSymmetry
from engine.symmetry.labels import CERTAIN, DEGENERATE_CM1, oriented
from engine.units import frequency_cm1


def modes_at(
    symmetries: WaveSymmetries,
    matrix: Complex[np.ndarray, "3*atoms 3*atoms"],
    masses_amu: Float[np.ndarray, " atoms"],
    q: Float[np.ndarray, "3"],
) -> Modes:
    """Modes of any wave vector, each in one irrep, partners exactly degenerate.

    The purity of a level is the weight of its modes among the eigenvectors of D(q) as it is that
    have its frequency; it serves as the confidence of the label too. If D(q) does not have the
    symmetry of the crystal there are no labels.

    Parameters
    ----------
    matrix : D(q) in the cell gauge, in eV/(angstrom^2 amu).
    """
    plain = modes_of(matrix, masses_amu, q)
    symmetry = symmetries.at(q)
    _, error = symmetry.levels(q, matrix)
    if error > BROKEN or not symmetries.labelled:
        return plain
    values, waves, labels, sizes = _eigenwaves(symmetry, q, matrix)
    order = np.argsort(np.repeat(values, sizes), kind="stable")
    eigenvectors = np.concatenate(waves)[order]
    frequencies = frequency_cm1(np.repeat(values, sizes)[order])
    purity = _purities(matrix, eigenvectors, frequencies)
    displacement = eigenvectors / np.sqrt(masses_amu)[:, None]
    norm = np.linalg.norm(displacement, axis=(1, 2))
    each = [label for label, size in zip(labels, sizes, strict=True) for _ in range(size)]
    irreps = tuple(each[i] for i in order)
    purities = tuple(
        None if irrep is None else float(p) for irrep, p in zip(irreps, purity, strict=True)
    )
    return replace(
        plain,
        frequency_cm1=frequencies,
        displacement=displacement / norm[:, None, None],
        reduced_mass_amu=1.0 / norm**2,
        irrep=irreps,
        degeneracy=np.repeat(sizes, sizes)[order],
        symmetry_purity=purities,
        irrep_confidence=purities,
        irrep_certain=tuple(None if p is None else p >= CERTAIN for p in purities),
    )


def _eigenwaves(
    symmetry: WaveSymmetry,
    q: Float[np.ndarray, "3"],
    matrix: Complex[np.ndarray, "3*atoms 3*atoms"],
) -> tuple[list[float], list[Complex[np.ndarray, "partners atoms 3"]], list[str | None], list[int]]:
    """Eigenvalue, orthonormal partners, label and degeneracy of every level."""
    dynamical, phase = symmetry.amplitudes(q, matrix), symmetry.phases(q)
    values, waves, labels, sizes = [], [], list[str | None](), []
    for block in symmetry.blocks:
        small = block.matrix(dynamical)
        mixing = np.linalg.eigh(small)[1]
        for level, value in enumerate(block.values(small)):
            doubled = block.irrep.reversal == "doubled"
            c = mixing[:, 2 * level if doubled else level]
            partners = np.array(
                [
                    rows @ (c.conj() if conjugate else c)
                    for rows, conjugate in zip(block.rows, block.conjugate, strict=True)
                ]
            )
            partners = partners * phase
            if doubled:
                partners = np.concatenate([partners, symmetry.reversed(partners)])
            values.append(float(value))
            waves.append(oriented(partners.reshape(len(partners), -1, 3)))
            labels.append(block.label)
            sizes.append(len(partners))
    return values, waves, labels, sizes


def _purities(
    matrix: Complex[np.ndarray, "3*atoms 3*atoms"],
    eigenvectors: Complex[np.ndarray, "modes atoms 3"],
    frequencies: Float[np.ndarray, " modes"],
) -> Float[np.ndarray, " modes"]:
    """Weight of each mode among the eigenvectors of D(q) that have its frequency."""
    own, vectors = np.linalg.eigh((matrix + matrix.conj().T) / 2)
    flat = eigenvectors.reshape(len(eigenvectors), -1)
    weights = np.abs(flat.conj() @ vectors) ** 2
    near = np.abs(frequency_cm1(own) - frequencies[:, None]) < DEGENERATE_CM1
    # At the same place in the order too: noise moves levels further than that.
    near |= np.eye(len(own), dtype=bool)
    return np.clip((weights * near).sum(1), 0.0, 1.0)
