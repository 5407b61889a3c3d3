"""What is checked of molecules and crystals alike."""

from __future__ import annotations

from dataclasses import replace

from engine.domain import Surroundings
from engine.modes import Modes
from engine.phonons.bands import UNSTABLE_CM1
from engine.phonons.trust import LARGE_FORCE_EV_A
from engine.trust.check import Check, held

WRONG_FORCE_EV_A = 0.05
"""It carries a soft coordinate of 1 eV/angstrom^2 by 0.05 angstrom, as far as heat would."""

LARGE_SHIFT_CM1, WRONG_SHIFT_CM1 = 5.0, 25.0
"""By how much an error of the second derivatives may shift the lowest vibration."""

LARGE_DISTANCE_A, WRONG_DISTANCE_A = 0.01, 0.05
"""Noise of a relaxation, and a distortion that is seen in frequencies."""

NEARLY_A = 0.1
"""A higher group as near as that may be the true one: zero-point motion is of this size."""

LARGE_MODEL_ERROR_EV_A = 0.06
"""Error of a model's forces from which its frequencies are a guess: with the bundled model of
molecules 0.06 eV/angstrom go with 16 cm^-1."""

WRONG_DISTANCE_FROM_DATA = 2.0
"""Twice as far as the model's errors were found to be what they are within its data."""

WRONG_HESSIAN = 0.02
"""Part of the second derivatives, relative, that mixes vibrations of different symmetry."""


def force(largest_eV_A: float) -> Check:
    """Whether the structure is at rest."""
    return held(
        "Force left on an atom",
        largest_eV_A,
        "eV/Å",
        (LARGE_FORCE_EV_A, WRONG_FORCE_EV_A),
        "Vibrations are small motions about a structure at rest, where no force acts.",
        "Relax the structure first: these are not the vibrations of a structure at rest.",
    )


def lowest(lowest_cm1: float, where: str, whose: str) -> Check:
    """Whether it is stable."""
    name = f"Lowest frequency{where}"
    if lowest_cm1 >= -UNSTABLE_CM1:
        meaning = f"None is imaginary: {whose} returns when pushed."
        return Check(name, lowest_cm1, "cm^-1", None, None, "good", meaning)
    meaning = f"It is imaginary: {whose} is unstable along that mode and does not return."
    advice = "Follow the mode to the structure of lower energy along it. Or relax more tightly."
    return Check(name, lowest_cm1, "cm^-1", None, None, "bad", meaning, advice)


def distance(rms_A: float, group: str) -> Check:
    """How far the atoms are from the group by which modes are labelled."""
    return held(
        f"Distance from exact {group}",
        rms_A,
        "Å",
        (LARGE_DISTANCE_A, WRONG_DISTANCE_A),
        "How far the atoms are, root mean square, from the symmetry the labels speak of.",
        "Relax the structure, or take a smaller tolerance if the distortion is real.",
    )


def higher(near: tuple[str, float] | None) -> Check:
    """Whether a higher group is near: its name, and how far it is in angstrom (rms)."""
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


def labels(modes: Modes) -> Check:
    """How many labels are uncertain."""
    name, doubtful = "Labels in doubt", sum(certain is False for certain in modes.irrep_certain)
    if not doubtful:
        meaning = "Every irrep given is that of the mode as it was computed."
        return Check(name, "none", "", None, None, "good", meaning)
    meaning = "What symmetry forbids mixes these modes with others nearby; they are marked “?”."
    advice = "Relax the structure."
    return Check(name, f"{doubtful} of {len(modes)}", "", None, None, "look", meaning, advice)


def derivatives(kind: str) -> Check:
    """How second derivatives were had."""
    meanings = {
        "automatic": "Exact derivatives of the model; no step was chosen.",
        "stored": "Computed beforehand, and kept with the structure.",
    }
    meaning = meanings.get(kind, "Differences between displaced structures; they depend on a step.")
    return Check("Second derivatives", kind, "", None, None, "good", meaning)


def domain(found: Surroundings | None) -> Check:
    """How near the structure is to what the model was trained on."""
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
