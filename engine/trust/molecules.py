"""What limits the vibrations of a molecule."""

from __future__ import annotations

import numpy as np

from engine.modes import Modes
from engine.phonons.trust import LARGE_SYMMETRY_ERROR
from engine.trust import common
from engine.trust.check import Check, held
from engine.vibrations import Vibrations

LARGE_RIGID_CM1 = 50.0
"""Rigid motions of a good Hessian: grids of density functionals leave 10 to 50 cm^-1."""


def of_molecule(result: Vibrations) -> tuple[Check, ...]:
    """The checks of a molecule, the most telling first."""
    group, lowest = result.group, float(result.modes.frequency_cm1.min())
    rigid = _limits_of_rigid(result.modes)
    return (
        common.force(result.max_force_eV_A),
        common.lowest(lowest, "", "the molecule"),
        held(
            "Drift",
            result.residual_translation_cm1,
            "cm^-1",
            rigid,
            "Moving the molecule as a whole costs nothing, so this frequency should be zero. It is "
            "taken out; an error as large would shift the lowest vibration little up to the limit.",
            "Use tighter settings for the second derivatives.",
        ),
        held(
            "Turning",
            result.residual_rotation_cm1,
            "cm^-1",
            rigid,
            "Turning the molecule costs nothing where no force is left. It is taken out as well.",
            "Relax the structure: what force is left turns the molecule.",
        ),
        common.distance(group.rms_A, group.name),
        common.higher(
            None if group.next_higher is None else (group.next_higher.name, group.next_higher.rms_A)
        ),
        held(
            "Symmetry of the second derivatives",
            result.hessian_symmetry_error,
            "",
            (LARGE_SYMMETRY_ERROR, common.WRONG_HESSIAN),
            "The part of them that symmetry forbids; it is left out.",
            "Relax the structure; the atoms may stand off their symmetric places.",
        ),
        common.labels(result.modes),
        common.derivatives(result.derivatives),
    )


def _limits_of_rigid(modes: Modes) -> tuple[float, float]:
    """Limits of the frequencies, in cm^-1, of what should be a rigid motion.

    An error of that size in omega^2 of a vibration shifts it by r^2 / (2 omega).
    """
    softest = max(float(np.abs(modes.frequency_cm1).min()), common.LARGE_SHIFT_CM1)
    large, wrong = (
        float(np.sqrt(2 * softest * shift))
        for shift in (common.LARGE_SHIFT_CM1, common.WRONG_SHIFT_CM1)
    )
    return min(large, LARGE_RIGID_CM1), wrong
