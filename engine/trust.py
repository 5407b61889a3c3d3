"""Whether a result may be believed: every number that limits it, held against a limit.

A check has two limits. Up to the first the number changes nothing that is seen; beyond the second
the picture itself is doubtful. Between them it is worth a look.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.domain import Surroundings
from engine.modes import Modes
from engine.phonons.bands import UNSTABLE_CM1, Bands
from engine.phonons.result import Phonons
from engine.phonons.trust import (
    LARGE_ACOUSTIC_SUM,
    LARGE_FORCE_EV_A,
    LARGE_INTERPOLATION_CM1,
    LARGE_NEUTRALITY_E,
    LARGE_STRESS_GPA,
    LARGE_SYMMETRY_ERROR,
)
from engine.symmetry.crystals.parents import parent_groups
from engine.vibrations import Vibrations

Mark = Literal["good", "look", "bad", "unknown"]

WRONG_FORCE_EV_A = 0.05
"""It carries a soft coordinate of 1 eV/angstrom^2 by 0.05 angstrom, as far as heat would."""

WRONG_STRESS_GPA = 5.0
"""Some percent of a bulk modulus: the volume, and with it every frequency, is off by percents."""

LARGE_SHIFT_CM1, WRONG_SHIFT_CM1 = 5.0, 25.0
"""By how much an error of the second derivatives may shift the lowest vibration."""

LARGE_RIGID_CM1 = 50.0
"""Rigid motions of a good Hessian: grids of density functionals leave 10 to 50 cm^-1."""

LARGE_DISTANCE_A, WRONG_DISTANCE_A = 0.01, 0.05
"""Noise of a relaxation, and a distortion that is seen in frequencies."""

NEARLY_A = 0.1
"""A higher group as near as that may be the true one: zero-point motion is of this size."""

LARGE_MODEL_ERROR_EV_A = 0.06
"""Error of a model's forces from which its frequencies are a guess: with the bundled model of
molecules 0.14 eV/angstrom go with 44 cm^-1."""

WRONG_DISTANCE_FROM_DATA = 2.0
"""Twice as far as the model's errors were found to be what they are within its data."""

WRONG_HESSIAN = 0.02
"""Part of the second derivatives, relative, that mixes vibrations of different symmetry."""

WRONG_ACOUSTIC_SUM = 0.05
"""eV/angstrom^2; on 28 amu 22 cm^-1 where there should be zero."""


@dataclass(frozen=True)
class Check:
    """One number, and what it is held against.

    Attributes
    ----------
    name : what it is, in plain words.
    value : the number, or words; None if it was not measured.
    unit : of the number; ``cm^-1`` for frequencies.
    good_to, bad_from : up to the first all is well, beyond the second the picture is doubtful;
        None where there is no limit.
    mark : ``good``, ``look``, ``bad``, or ``unknown`` if nothing was measured.
    meaning : what the number says, in a sentence.
    advice : what to do about it; empty if nothing.
    """

    name: str
    value: float | str | None
    unit: str
    good_to: float | None
    bad_from: float | None
    mark: Mark
    meaning: str
    advice: str = ""


@dataclass(frozen=True)
class Verdict:
    """All checks of a result, and their sum.

    Attributes
    ----------
    checks : the most telling first.
    """

    checks: tuple[Check, ...]

    @property
    def mark(self) -> Mark:
        """That of the worst check; what was not measured does not count."""
        marks = {check.mark for check in self.checks}
        return "bad" if "bad" in marks else "look" if "look" in marks else "good"

    def marked(self, mark: Mark) -> tuple[Check, ...]:
        """The checks with one mark."""
        return tuple(check for check in self.checks if check.mark == mark)


def verdict(
    result: Vibrations | Phonons,
    bands: Bands | None = None,
    surroundings: Surroundings | None = None,
    more: tuple[Check, ...] = (),
) -> Verdict:
    """Every check of a result.

    Parameters
    ----------
    bands : of a crystal; an imaginary frequency along them counts too.
    surroundings : how near the structure is to what the model was trained on; None: not measured.
    more : checks made elsewhere, of which the page tells first.
    """
    checks = _of_molecule(result) if isinstance(result, Vibrations) else _of_crystal(result, bands)
    return Verdict((*more, *checks, _domain(surroundings)))


def _of_molecule(result: Vibrations) -> tuple[Check, ...]:
    group, lowest = result.group, float(result.modes.frequency_cm1.min())
    rigid = _limits_of_rigid(result.modes)
    return (
        _force(result.max_force_eV_A),
        _lowest(lowest, "", "the molecule"),
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
        _distance(group.rms_A, group.name),
        _higher(
            None if group.next_higher is None else (group.next_higher.name, group.next_higher.rms_A)
        ),
        held(
            "Symmetry of the second derivatives",
            result.hessian_symmetry_error,
            "",
            (LARGE_SYMMETRY_ERROR, WRONG_HESSIAN),
            "The part of them that symmetry forbids; it is left out.",
            "Relax the structure; the atoms may stand off their symmetric places.",
        ),
        _labels(result.modes),
        _derivatives(result.derivatives),
    )


def _of_crystal(result: Phonons, bands: Bands | None) -> tuple[Check, ...]:
    trust, group = result.trust, result.space_group.folded_group
    checks = [_force(trust.max_force_eV_A)]
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
        _lowest(lowest, where, "the crystal"),
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
            (LARGE_SYMMETRY_ERROR, WRONG_HESSIAN),
            "The part of them that symmetry forbids.",
            "Relax the atoms; they may stand off their symmetric places.",
        ),
        _distance(0.0 if group is None else group.rms_A, result.space_group.symbol),
    ]
    if result.atoms.pbc.all():
        near = parent_groups(result.atoms, result.space_group)
        checks.append(_higher((near[0].symbol, near[0].rms_A) if near else None))
    return (
        *checks,
        _labels(result.gamma),
        *_long_range(result),
        _derivatives(result.derivatives),
    )


def _domain(found: Surroundings | None) -> Check:
    name = "Distance from what the model has learnt"
    if found is None:
        meaning = (
            "Every model refuses elements it does not know; how much this structure resembles "
            "those a model was trained on is not measured."
        )
        return Check(name, None, "", None, None, "unknown", meaning)
    meaning = (
        f"Of the strangest atom, number {found.farthest + 1}; up to 1 the model errs as on its own "
        f"data. Forces may be off by {found.force_error_eV_A:.2g} eV/Å."
    )
    advice = "Choose a model trained on such structures, or compare with another one."
    check = held(
        name, float(found.distance.max()), "", (1.0, WRONG_DISTANCE_FROM_DATA), meaning, advice
    )
    if check.mark == "good" and found.force_error_eV_A > LARGE_MODEL_ERROR_EV_A:
        rough = (
            "Take the frequencies for a first guess: the model is rough even where it is at home."
        )
        return replace(check, mark="look", advice=rough)
    return check


def _limits_of_rigid(modes: Modes) -> tuple[float, float]:
    """Limits of the frequencies, in cm^-1, of what should be a rigid motion.

    An error of that size in omega^2 of a vibration shifts it by r^2 / (2 omega).
    """
    softest = max(float(np.abs(modes.frequency_cm1).min()), LARGE_SHIFT_CM1)
    large, wrong = (
        float(np.sqrt(2 * softest * shift)) for shift in (LARGE_SHIFT_CM1, WRONG_SHIFT_CM1)
    )
    return min(large, LARGE_RIGID_CM1), wrong


def held(
    name: str,
    value: float,
    unit: str,
    limits: tuple[float, float],
    meaning: str,
    advice: str,
) -> Check:
    """A number held against its limits; the advice is given where it is not good."""
    mark: Mark = "good" if value <= limits[0] else "look" if value <= limits[1] else "bad"
    return Check(name, value, unit, *limits, mark, meaning, "" if mark == "good" else advice)


def _force(largest_eV_A: float) -> Check:
    return held(
        "Force left on an atom",
        largest_eV_A,
        "eV/Å",
        (LARGE_FORCE_EV_A, WRONG_FORCE_EV_A),
        "Vibrations are small motions about a structure at rest, where no force acts.",
        "Relax the structure first: these are not the vibrations of a structure at rest.",
    )


def _lowest(lowest_cm1: float, where: str, whose: str) -> Check:
    name = f"Lowest frequency{where}"
    if lowest_cm1 >= -UNSTABLE_CM1:
        meaning = f"None is imaginary: {whose} returns when pushed."
        return Check(name, lowest_cm1, "cm^-1", None, None, "good", meaning)
    meaning = f"It is imaginary: {whose} is unstable along that mode and does not return."
    advice = "Follow the mode: a structure of lower energy lies along it. Or relax more tightly."
    return Check(name, lowest_cm1, "cm^-1", None, None, "bad", meaning, advice)


def _distance(rms_A: float, group: str) -> Check:
    return held(
        f"Distance from exact {group}",
        rms_A,
        "Å",
        (LARGE_DISTANCE_A, WRONG_DISTANCE_A),
        "How far the atoms are, root mean square, from the symmetry the labels speak of.",
        "Relax the structure, or take a smaller tolerance if the distortion is real.",
    )


def _higher(near: tuple[str, float] | None) -> Check:
    name, meaning = "Nearest higher symmetry", "No group of higher symmetry is near."
    if near is None:
        return Check(name, "none", "", None, None, "good", meaning)
    group, rms_A = near
    if rms_A > NEARLY_A:
        meaning = f"{group} is so far that the structure is taken as it is."
        return Check(f"{name}, {group}", rms_A, "Å", None, None, "good", meaning)
    meaning = f"The atoms are nearly those of {group}: levels close together belong together there."
    advice = "If the distortion is noise, relax, or choose a larger tolerance."
    return Check(f"{name}, {group}", rms_A, "Å", None, None, "look", meaning, advice)


def _labels(modes: Modes) -> Check:
    name, doubtful = "Labels in doubt", sum(certain is False for certain in modes.irrep_certain)
    if not doubtful:
        meaning = "Every irrep given is that of the mode as it was computed."
        return Check(name, "none", "", None, None, "good", meaning)
    meaning = "What symmetry forbids mixes these modes with others nearby; they are marked “?”."
    advice = "Relax the structure."
    return Check(name, f"{doubtful} of {len(modes)}", "", None, None, "look", meaning, advice)


def _interpolation(result: Phonons) -> Check:
    name = "Interpolation between mesh points"
    error = result.trust.interpolation_error_cm1
    if error is not None and result.born is not None:
        return held(
            name,
            error,
            "cm^-1",
            (LARGE_INTERPOLATION_CM1, WRONG_SHIFT_CM1),
            "Bands with the field of the Born charges, half-way between points of the mesh and far "
            "from Γ, against exact ones. Near Γ the field reaches farther than the model sees.",
            "Use another mesh: too fine a one leaves the field next to Γ to the model.",
        )
    if error is not None:
        return held(
            name,
            error,
            "cm^-1",
            (LARGE_INTERPOLATION_CM1, WRONG_SHIFT_CM1),
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


def _derivatives(kind: str) -> Check:
    meanings = {
        "automatic": "Exact derivatives of the model; no step was chosen.",
        "stored": "Computed beforehand, and kept with the structure.",
    }
    meaning = meanings.get(kind, "Differences between displaced structures; they depend on a step.")
    return Check("Second derivatives", kind, "", None, None, "good", meaning)
