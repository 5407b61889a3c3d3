"""Frequencies along a path through the Brillouin zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

UNSTABLE_CM1 = 1.0
"""Imaginary frequencies smaller than this are rounding or tiny residual forces."""


@dataclass(frozen=True)
class Bands:
    """Phonon bands.

    Attributes
    ----------
    q : shape (points, 3), in units of the reciprocal vectors of the cell.
    distance : shape (points,), length along the path in 1/angstrom (2 pi included).
    labels : (name, point number) of the labelled points, see :class:`engine.phonons.BandPath`.
    frequencies_cm1 : shape (points, branches), ascending at every point; imaginary negative.
    """

    q: Float[np.ndarray, "points 3"]
    distance: Float[np.ndarray, " points"]
    labels: tuple[tuple[str, int], ...]
    frequencies_cm1: Float[np.ndarray, "points branches"]

    @property
    def unstable(self) -> bool:
        """Whether a frequency is imaginary, beyond the rounding of the acoustic ones at Γ."""
        return bool(self.frequencies_cm1.min() < -UNSTABLE_CM1)
