"""Results beside what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.modes import Modes
from engine.trust import Check, held

FINE_PERCENT, WRONG_PERCENT = 5.0, 20.0
"""Good methods are within the first of what is measured; beyond the second force constants are off
by a third and more."""


@dataclass(frozen=True)
class Measured:
    """A frequency that was measured.

    Attributes
    ----------
    irrep : of the level at Γ, or of the molecule.
    frequency_cm1 : what was found.
    source : where it was published.
    """

    irrep: str
    frequency_cm1: float
    source: str


def compared(modes: Modes, measured: Sequence[Measured]) -> tuple[Check, ...]:
    """A check for each measured frequency: how far, in per cent, the computed level is from it.

    The level of that irrep which is nearest counts; without one there is no check.
    """
    checks = []
    for known in measured:
        of_irrep = np.flatnonzero((np.array(modes.irrep) == known.irrep) & ~modes.acoustic)
        if not len(of_irrep):
            continue
        computed = modes.frequency_cm1[of_irrep]
        nearest = float(computed[np.abs(computed - known.frequency_cm1).argmin()])
        checks.append(
            held(
                f"Against experiment, {known.irrep}",
                100 * abs(nearest / known.frequency_cm1 - 1),
                "%",
                (FINE_PERCENT, WRONG_PERCENT),
                f"Computed {nearest:.0f} cm⁻¹, measured {known.frequency_cm1:.0f} cm⁻¹ "
                f"({known.source}).",
                "The model errs here; its other frequencies may be off as well.",
            )
        )
    return tuple(checks)
