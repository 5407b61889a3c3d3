"""What limits the phonons of a crystal."""

from __future__ import annotations

import numpy as np

from engine.phonons.bands import UNSTABLE_CM1, Bands
from engine.phonons.result import Phonons
from engine.phonons.trust import (
    LARGE_ACOUSTIC_SUM,
    LARGE_INTERPOLATION_CM1,
    LARGE_NEUTRALITY_E,
    LARGE_STRESS_GPA,
    LARGE_SYMMETRY_ERROR,
)
from engine.symmetry.crystals.parents import parent_groups
from engine.trust import common
from engine.trust.check import Check, held

WRONG_STRESS_GPA = 5.0
"""Some percent of a bulk modulus: the volume, and with it every frequency, is off by percents."""

WRONG_ACOUSTIC_SUM = 0.05
"""eV/angstrom^2; on 28 amu 22 cm^-1 where there should be zero."""


def of_crystal(result: Phonons, bands: Bands | None) -> tuple[Check, ...]:
    """The checks of a crystal, the most telling first; bands count with their lowest frequency."""
    trust, group = result.trust, result.space_group.folded_group
    checks = [common.force(trust.max_force_eV_A)]
    if trust.max_stress_GPa is not None:
        checks.append(
            held(
                "Stress",
                trust.max_stress_GPa,
                "GPa",
                (LARGE_STRESS_GPA, WRONG_STRESS_GPA),
                "A crystal at its own volume has none.",
                "Relax the cell, unless the crystal is meant to be strained.",
            )
        )
    lowest, q = trust.lowest_cm1, np.array(trust.lowest_q)
    if bands is not None and bands.frequencies_cm1.min() < lowest - UNSTABLE_CM1:
        point = int(bands.frequencies_cm1.min(1).argmin())
        lowest, q = float(bands.frequencies_cm1.min()), bands.q[point]
    where = f" at q = ({', '.join(f'{x + 0.0:.3g}' for x in q)})"
    checks += [
        common.lowest(lowest, where, "the crystal"),
        held(
            "Acoustic sum",
            trust.acoustic_sum_error,
            "eV/Å²",
            (LARGE_ACOUSTIC_SUM, WRONG_ACOUSTIC_SUM),
            "Moving the crystal as a whole costs nothing, so this sum should be zero.",
            "Frequencies near Γ are wrong: use double precision or a denser grid.",
        ),
        _interpolation(result),
        held(
            "Symmetry of the second derivatives",
            trust.symmetry_error,
            "",
            (LARGE_SYMMETRY_ERROR, common.WRONG_HESSIAN),
            "The part of them that symmetry forbids.",
            "Relax the atoms; they may stand off their symmetric places.",
        ),
        common.distance(0.0 if group is None else group.rms_A, result.space_group.symbol),
    ]
    if result.atoms.pbc.all():
        near = parent_groups(result.atoms, result.space_group)
        checks.append(common.higher((near[0].symbol, near[0].rms_A) if near else None))
    return (
        *checks,
        common.labels(result.gamma),
        *_long_range(result),
        common.derivatives(result.derivatives),
    )


def _interpolation(result: Phonons) -> Check:
    name = "Interpolation between mesh points"
    error = result.trust.interpolation_error_cm1
    if error is not None and result.born is not None:
        return held(
            name,
            error,
            "cm^-1",
            (LARGE_INTERPOLATION_CM1, common.WRONG_SHIFT_CM1),
            "Bands with the field of the Born charges, half-way between points of the mesh and far "
            "from Γ, against exact ones. Near Γ the field reaches farther than the model sees.",
            "Use another mesh: too fine a one leaves the field next to Γ to the model.",
        )
    if error is not None:
        return held(
            name,
            error,
            "cm^-1",
            (LARGE_INTERPOLATION_CM1, common.WRONG_SHIFT_CM1),
            "Bands between the points of the mesh, against exact ones half-way.",
            "Use a finer mesh.",
        )
    if result.sample is None:
        meaning = "Every frequency shown was computed at its own wave vector."
        return Check(name, "exact", "", None, None, "good", meaning)
    meaning = "Between the points of the mesh there is nothing exact to hold the bands against."
    return Check(name, None, "", None, None, "unknown", meaning, "Compare with a finer mesh.")


def _long_range(result: Phonons) -> tuple[Check, ...]:
    """The macroscopic field of polar modes, where there can be one."""
    name, optical = "Long-range field (LO-TO)", ~result.gamma.acoustic
    if result.born is not None:
        return (
            held(
                f"{name}, sum of Born charges",
                result.born.neutrality_error_e,
                "e",
                (LARGE_NEUTRALITY_E, 10 * LARGE_NEUTRALITY_E),
                "The charges of a neutral cell add up to zero.",
                "Compute them on a denser grid.",
            ),
        )
    polar = any(
        active for active, here in zip(result.gamma.ir_active, optical, strict=True) if here
    )
    if not polar or len(set(result.atoms.numbers.tolist())) < 2:
        return ()
    meaning = (
        "Born charges are not known: frequencies at Γ are those without the long-range field, "
        "which lifts the longitudinal modes of an insulator. In a metal there is none."
    )
    advice = "Give Born charges and the dielectric tensor, if the crystal is an insulator."
    return (Check(name, "left out", "", None, None, "look", meaning, advice),)
