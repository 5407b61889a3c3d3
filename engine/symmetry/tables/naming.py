"""Names of conjugacy classes and text of characters, as textbooks print them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
ALONG = ("x", "y", "z")
ACROSS = ("yz", "xz", "xy")


def class_name(group: str, members: Float[np.ndarray, "some 3 3"], has_c2z: bool) -> str:
    """Name of a class with its number of operations, like ``8C3``, ``3σd`` or ``2S10³``.

    Parameters
    ----------
    group : Schoenflies symbol; the marks of twofold axes and mirror planes depend on it.
    members : the operations of the class, in the standard orientation.
    has_c2z : whether the group contains C2 about z; twofold axes across it then get primes.
    """
    symbol = _symbol(members)
    if symbol == "C2":
        symbol += _mark_of_axis(group, members, has_c2z)
    elif symbol == "σ":
        symbol += _mark_of_plane(group, -members)
    return f"{len(members) if len(members) > 1 else ''}{symbol}"


def _symbol(members: Float[np.ndarray, "some 3 3"]) -> str:
    """The kind of operation: E, i, σ, Cm or Sm with its power.

    Turns are counted counterclockwise about directions with x + y + z > 0; a class that contains
    its inverses is named by the lowest power.
    """
    improper = bool(np.linalg.det(members[0]) < 0)
    vectors = Rotation.from_matrix(-members if improper else members).as_rotvec()
    height = vectors.sum(1)
    chosen = int(np.abs(height).argmax())
    angle = np.linalg.norm(vectors[chosen]) * (1 if height[chosen] > -1e-9 else -1)
    fraction = Fraction(float(angle / (2 * np.pi))).limit_denominator(48)
    if improper:  # a rotation times i is one by half a turn more, times the plane across
        fraction += Fraction(1, 2)
    inverse_too = np.abs(members - members[chosen].T).max((1, 2)).min() < 1e-6
    fractions = [fraction, -fraction] if inverse_too else [fraction]
    named = {(Fraction(0), False): "E", (Fraction(0), True): "σ", (Fraction(1, 2), True): "i"}
    if name := named.get((fraction % 1, improper)):
        return name
    m = fraction.denominator
    power = min(_power(f % 1, improper) for f in fractions)
    return f"{'S' if improper else 'C'}{m}{str(power).translate(SUPERSCRIPT) if power > 1 else ''}"


def _power(fraction: Fraction, improper: bool) -> int:
    """The k in Cm^k or Sm^k; an even power of Sm would be a rotation, k + m is odd then."""
    k, m = fraction.numerator, fraction.denominator
    return k + m if improper and k % 2 == 0 else k


def _axes(halves: Float[np.ndarray, "some 3 3"]) -> Float[np.ndarray, "some 3"]:
    """|x|, |y|, |z| of the axes of rotations by half a turn."""
    return np.sqrt(np.clip((1 + np.diagonal(halves, axis1=1, axis2=2)) / 2, 0, 1))


def _along(halves: Float[np.ndarray, "some 3 3"], direction: str) -> bool:
    return bool((_axes(halves)[:, ALONG.index(direction)] > 1 - 1e-6).any())


def _mark_of_axis(group: str, members: Float[np.ndarray, "some 3 3"], has_c2z: bool) -> str:
    if group in ("D2", "D2h"):
        return f"({ALONG[int(_axes(members)[0].argmax())]})"
    if _along(members, "z") or not has_c2z:
        return ""
    return "'" if group[0] == "O" or _along(members, "x") else "''"


def _mark_of_plane(group: str, normals: Float[np.ndarray, "some 3 3"]) -> str:
    across = ACROSS[int(_axes(normals)[0].argmax())]
    if group == "D2h":
        return f"({across})"
    if group == "C2v":
        return {"xz": "v(xz)", "yz": "v'(yz)"}[across]
    if group == "Ih":
        return ""
    if _along(normals, "z"):
        return "h"
    return "v" if group[0] in "CD" and _along(normals, "y") else "d"


def entry(value: float) -> str:
    """A character as text: integers, √2 and √3 as they are, others like ``2cos 72°``."""
    if abs(value - round(value)) < 1e-8:
        return str(round(value))
    for square in (2, 3):
        if abs(abs(value) - np.sqrt(square)) < 1e-8:
            return f"{'-' if value < 0 else ''}√{square}"
    angle = float(np.degrees(np.arccos(value / 2)))
    if abs(angle - round(angle)) < 1e-6:
        return f"2cos {round(angle)}°"
    part = Fraction(angle / 180).limit_denominator(48)
    return f"2cos {part.numerator if part.numerator > 1 else ''}π/{part.denominator}"
