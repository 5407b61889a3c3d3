"""How much each atom takes part in the modes along a path."""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float

from engine.symmetry.labels import DEGENERATE_CM1
from engine.units import frequency_cm1


def atom_weights(
    matrices: Complex[np.ndarray, "points 3*atoms 3*atoms"],
) -> Float[np.ndarray, "points branches atoms"]:
    """|e_j|^2 of each atom j in each eigenvector e of D(q), ascending in frequency.

    Partners of a degenerate level share its mean, which does not depend on how they are chosen. The
    weights of a mode add up to 1, those of an atom in all modes to 3.

    Parameters
    ----------
    matrices : Hermitian, in eV/(angstrom^2 amu).
    """
    values, vectors = np.linalg.eigh(matrices)
    points, size = values.shape
    weights = (np.abs(vectors.reshape(points, size // 3, 3, size)) ** 2).sum(2).swapaxes(1, 2)
    frequencies = frequency_cm1(values)
    for at_point, row in zip(frequencies, weights, strict=True):
        starts = np.flatnonzero(np.diff(at_point) >= DEGENERATE_CM1) + 1
        for level in np.split(np.arange(size), starts):
            row[level] = row[level].mean(0)
    return weights
