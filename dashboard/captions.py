"""Results in words, the same wherever they stand on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from engine import structure
from engine.modes import Modes
from engine.phonons import Bands, Phonons
from engine.phonons.bands import UNSTABLE_CM1
from engine.units import PLANCK_EV_S, SPEED_OF_LIGHT_CM_S
from engine.vibrations import Vibrations

UNITS = {
    "cm⁻¹": 1.0,
    "THz": SPEED_OF_LIGHT_CM_S * 1e-12,
    "meV": 1e3 * PLANCK_EV_S * SPEED_OF_LIGHT_CM_S,
}
"""How many of each unit of frequency, or energy h nu, 1 cm^-1 is."""

DIGITS = {"cm⁻¹": 1, "THz": 3, "meV": 2}
"""Decimals that are told."""

ROUNDING = 1e-12
"""Amounts below this are those of rounding, in any of the units on the page."""

PRIMES = ("", "′", "″")
SIGNS = {"": "", "+": "<sup>+</sup>", "-": "<sup>−</sup>"}
TERM = re.compile(r"(\d*)([ΣΠΔΦ][gu]?[+-]?|[^+]+)(?:\+|$)")
"""A number and an irrep in a sum of irreps, of which those of linear molecules may end in +."""
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
FROM_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
OPERATION = re.compile(r"(\d*|∞)([ECSiσ])(\d+|∞|[hvd])?('{1,2})?([⁰¹²³⁴-⁹]*)(\(.*\))?")
"""Number, kind, order or orientation, primes, power, axis of a class, like 6C2', 8S6⁵ or σ(xy)."""


def formula(result: Vibrations | Phonons) -> str:
    """Formula with subscripts, like CH₄."""
    return structure.formula(result.atoms).translate(SUBSCRIPTS)


def group(result: Vibrations | Phonons) -> str:
    """Point group of a molecule, space group of a crystal, class of a chain."""
    if isinstance(result, Vibrations):
        return result.group.name
    if not result.atoms.pbc.all():
        return f"chain, {result.space_group.point_group}"
    return f"{result.space_group.symbol} ({result.space_group.number})"


def model(result: Vibrations | Phonons) -> str:
    """The name of the model that was asked."""
    return result.model if isinstance(result, Vibrations) else result.potential.name


def number(frequency_cm1: float, unit: str = "cm⁻¹") -> str:
    """A frequency as a number of units, like 123.4; an imaginary one, like 123.4i."""
    digits = DIGITS[unit]
    rounded = round(float(frequency_cm1) * UNITS[unit], digits)
    return f"{abs(rounded):.{digits}f}{'i' if rounded < 0 else ''}"


def frequency(frequency_cm1: float, unit: str = "cm⁻¹") -> str:
    """A frequency with its unit, and the word for one that is imaginary beyond rounding."""
    word = "  (unstable)" if unstable(frequency_cm1) else ""
    return f"{number(frequency_cm1, unit)} {unit}{word}"


def unstable(frequency_cm1: float) -> bool:
    """Whether a frequency is imaginary beyond rounding: the structure does not return."""
    return bool(frequency_cm1 < -UNSTABLE_CM1)


def amount(value: float) -> str:
    """A number of any size in few digits, like 0.0312, 1.2 × 10⁻⁷, or 0 for what is rounding."""
    if abs(value) < ROUNDING:
        return "0"
    if not 1e-3 <= abs(value) < 1e4:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{signed(mantissa)} × 10{str(int(exponent)).translate(POWERS)}"
    return signed(f"{value:.3g}")


def signed(text: str) -> str:
    """Numbers in a text with the true minus sign."""
    return text.replace("-", "−")


def irrep(label: str | None) -> str:
    """An irrep in HTML, like T<sub>2g</sub>; a dash where there is no label.

    Two that time reversal joins are a sum. Letters like a(2), of irreps without a Mulliken symbol,
    stay as they are; a number in front tells the halves of a pair apart.
    """
    if label is None:
        return "–"
    terms = TERM.findall(label)
    return " + ".join((f"<sup>{n}</sup>" if n else "") + _symbol(name) for n, name in terms)


def plain_irrep(label: str | None) -> str:
    """An irrep where HTML is not understood, like T₂g."""
    return "no symmetry label" if label is None else plain(irrep(label))


def plain(text: str) -> str:
    """A line of this HTML where it is not understood: indices as signs of their own."""
    text = re.sub("<sup>(.*?)</sup>", r"\1", text)
    return re.sub("<sub>(.*?)</sub>", lambda sub: sub[1].translate(SUBSCRIPTS), text)


def _symbol(label: str) -> str:
    if label.endswith(")"):
        return label
    letter, primes, sign = label[0], label.count("'"), label[-1] if label[-1] in "+-" else ""
    index = label[1:].rstrip("'+-")
    return f"{letter}{f'<sub>{index}</sub>' if index else ''}{SIGNS[sign]}{PRIMES[primes]}"


def point_group(name: str) -> str:
    """A Schoenflies symbol in HTML, like T<sub>d</sub>."""
    return f"<i>{name[0]}</i><sub>{name[1:]}</sub>" if name[1:] else f"<i>{name}</i>"


def operations(name: str) -> str:
    """A class of operations in HTML, like 8C<sub>3</sub> or 6σ<sub>d</sub>."""
    found = OPERATION.fullmatch(name)
    if found is None:
        return name
    count, kind, index, primes, power, axis = (part or "" for part in found.groups())
    low = f"<sub>{index}</sub>" if index else ""
    return f"{count}<i>{kind}</i>{low}{PRIMES[len(primes)]}{power}{axis}"


def operations_in_words(name: str) -> str:
    """What the operations of a class do, like "rotation by 120°"."""
    found = OPERATION.fullmatch(name)
    if found is None:
        return "operation"
    _, kind, index, _, power, _ = found.groups()
    if kind == "E":
        return "identity: everything stays where it is"
    if kind == "i":
        return "inversion: every atom goes to the opposite side of the centre"
    if kind == "σ":
        return {
            "h": "mirror plane across the main axis",
            "v": "mirror plane through the main axis",
            "d": "mirror plane through the main axis, between other axes",
        }.get(index or "", "mirror plane")
    times = int(power.translate(FROM_POWERS)) if power else 1
    turn = 360 * times / int(index) % 360 if index and index != "∞" else 0.0
    angle = "any angle φ" if index == "∞" else f"{min(turn, 360 - turn):.4g}°"
    return f"rotation by {angle}" + (", then a mirror across its axis" if kind == "S" else "")


def activity(modes: Modes, i: int) -> str:
    """What the mode may do, by symmetry; empty where the rule does not apply."""
    if modes.acoustic[i]:
        return "acoustic"
    if modes.ir_active[i] is None:
        return ""
    active = [
        name for name, on in (("IR", modes.ir_active[i]), ("Raman", modes.raman_active[i])) if on
    ]
    return " · ".join(active) or "silent"


def mode(modes: Modes, i: int, unit: str = "cm⁻¹") -> str:
    """One mode in a line of HTML: number, irrep, frequency, activity."""
    parts = [
        f"{i + 1}/{len(modes)}",
        kind(modes, i),
        frequency(modes.frequency_cm1[i], unit),
        activity(modes, i),
    ]
    return "  ·  ".join(part for part in parts if part)


def kind(modes: Modes, i: int) -> str:
    """What tells a mode from others of its frequency: its irrep, else LO or TO; may be empty."""
    if modes.irrep[i] is None and modes.polarization is not None:
        return modes.polarization[i] or ""
    return irrep(modes.irrep[i]) if modes.irrep[i] else ""


def wave_vector(q: Float[np.ndarray, "3"], bands: Bands | None) -> str:
    """A wave vector by its name where it has one, else by its components."""
    if bands is not None:
        for name, point in bands.labels:
            if np.allclose(bands.q[point], q):
                return name
    return "(" + ", ".join(f"{x + 0.0:.3g}" for x in np.round(q, 6)) + ")"


def representation(label: str | None) -> str:
    """A sum of irreps in HTML, like A<sub>1</sub> + E + 2T<sub>2</sub>."""
    if label is None:
        return "not determined: it depends on a choice of axes"
    if not label:
        return "none"
    return " + ".join(count + _symbol(name) for count, name in TERM.findall(label))


def sum_of(counts: Iterable[tuple[int, str | None]]) -> str:
    """Irreps with how often they occur in HTML, like 2A<sub>1</sub> + (B<sub>1</sub> + ...)."""
    terms = []
    for count, label in counts:
        name = irrep(label)
        name = f"({name})" if " + " in name else name
        terms.append(f"{count if count > 1 else ''}{name}")
    return " + ".join(terms)


def selection_rules(result: Vibrations | Phonons) -> str:
    """The selection rules of a structure in a sentence."""
    modes = result.modes if isinstance(result, Vibrations) else result.gamma
    levels = [level[0] for level in modes.levels() if not modes.acoustic[level[0]]]
    if not levels:
        return "One atom a cell: all vibrations at q = 0 are translations."
    count = len(levels)
    ir = sum(bool(modes.ir_active[i]) for i in levels)
    raman = sum(bool(modes.raman_active[i]) for i in levels)
    silent = sum(not modes.ir_active[i] and not modes.raman_active[i] for i in levels)
    noun = "frequency" if count == 1 else "frequencies"
    text = f"{count} {noun}: {ir} IR active, {raman} Raman active"
    return text + (f", {silent} silent." if silent else ".")
