"""Selection rules and Cartesian components from characters alone, without any label.

A fundamental is infrared active if it transforms like a component of the dipole (a vector), Raman
active if like one of the polarizability (a symmetric tensor of rank 2), and hyper-Raman active if
like one of the hyperpolarizability (a tensor of rank 3, symmetric in all indices); see
E. B. Wilson, J. C. Decius, P. C. Cross, Molecular Vibrations (1955), chapter 7, and S. J. Cyvin,
J. E. Rauch, J. C. Decius, J. Chem. Phys. 43, 4083 (1965). Activity says what symmetry allows; how
strong a line is it does not say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.symmetry.character_table import CharacterTable
from engine.symmetry.group import SymmetryGroup


def is_ir_active(group: SymmetryGroup, characters: Float[np.ndarray, " order"]) -> bool:
    """Whether modes with these characters contain a component of a vector, chi(g) = tr R."""
    return _contains(characters, _trace_of_power(group, 1))


def is_raman_active(group: SymmetryGroup, characters: Float[np.ndarray, " order"]) -> bool:
    """Whether they contain a component of a symmetric tensor, chi(g) = (tr^2 R + tr R^2)/2."""
    first, second = (_trace_of_power(group, power) for power in (1, 2))
    return _contains(characters, (first**2 + second) / 2)


def is_hyper_raman_active(group: SymmetryGroup, characters: Float[np.ndarray, " order"]) -> bool:
    """Whether they contain a component of a symmetric tensor of rank 3.

    chi(g) = (tr^3 R + 3 tr R tr R^2 + 2 tr R^3)/6, the symmetrised cube of a vector.
    """
    first, second, third = (_trace_of_power(group, power) for power in (1, 2, 3))
    return _contains(characters, (first**3 + 3 * first * second + 2 * third) / 6)


def _trace_of_power(group: SymmetryGroup, power: int) -> Float[np.ndarray, " order"]:
    return np.trace(np.linalg.matrix_power(group.rotations, power), axis1=1, axis2=2)


def _contains(
    characters: Float[np.ndarray, " order"], operator: Float[np.ndarray, " order"]
) -> bool:
    # The mean is an integer for an exact representation; one half separates 0 from 1 safely.
    return bool(np.mean(characters * operator) > 0.5)


@dataclass(frozen=True)
class Components:
    """Cartesian components that transform like one irrep, as printed beside character tables.

    Partners stand in brackets. The axes are ``group.axes``.

    Attributes
    ----------
    linear : components of a vector, like ``z`` or ``(x, y)``.
    rotations : components of an axial vector, like ``Rz`` or ``(Rx, Ry)``.
    quadratic : components of a symmetric tensor, like ``x²+y²``, ``z²`` or ``(xz, yz)``.
    """

    linear: tuple[str, ...]
    rotations: tuple[str, ...]
    quadratic: tuple[str, ...]


_VECTORS = {name: np.eye(3)[i] for i, name in enumerate("xyz")}
_TENSORS = {
    name: (np.array(tensor, float) + np.array(tensor, float).T) / 2
    for name, tensor in {
        "x²": np.diag([1, 0, 0]),
        "y²": np.diag([0, 1, 0]),
        "z²": np.diag([0, 0, 1]),
        "x²+y²": np.diag([1, 1, 0]),
        "x²+y²+z²": np.diag([1, 1, 1]),
        "x²−y²": np.diag([1, -1, 0]),
        "2z²−x²−y²": np.diag([-1, -1, 2]),
        "xy": [[0, 1, 0], [0, 0, 0], [0, 0, 0]],
        "xz": [[0, 0, 1], [0, 0, 0], [0, 0, 0]],
        "yz": [[0, 0, 0], [0, 0, 1], [0, 0, 0]],
    }.items()
}
_LINEAR: list[list[tuple[str, ...]]] = [[("x",), ("y",), ("z",)], [("x", "y")], [("x", "y", "z")]]
_QUADRATIC: list[list[tuple[str, ...]]] = [
    [(name,) for name in ("x²", "y²", "x²+y²", "z²", "x²+y²+z²", "x²−y²", "xy", "xz", "yz")],
    [("2z²−x²−y²", "x²−y²"), ("x²−y²", "xy"), ("xz", "yz")],
    [("xy", "xz", "yz")],
    [],
    [("2z²−x²−y²", "x²−y²", "xy", "xz", "yz")],
]
"""Functions by dimension of the irrep, those first that tables print in preference."""


def components(group: SymmetryGroup, table: CharacterTable) -> tuple[Components, ...]:
    """The Cartesian components that each irrep of a table carries, in ``group.axes``."""
    rotations = np.einsum("xa,gxy,yb->gab", group.axes, group.rotations, group.axes)
    signs = np.linalg.det(rotations)
    found = []
    for chi, size in zip(table.characters, table.dimensions, strict=True):
        weight = chi * size / (chi @ chi)
        polar = np.einsum("g,gxy->xy", weight, rotations)
        axial = np.einsum("g,gxy->xy", weight * signs, rotations)
        tensor = np.einsum("g,gxy,gzw->xzyw", weight, rotations, rotations).reshape(9, 9)
        index = int(size) - 1
        linear = _carried(polar, _VECTORS, _LINEAR, index)
        turns = _carried(axial, _VECTORS, _LINEAR, index)
        found.append(
            Components(
                linear=tuple(map(_printed, linear)),
                rotations=tuple(_printed(tuple("R" + name for name in turn)) for turn in turns),
                quadratic=tuple(map(_printed, _carried(tensor, _TENSORS, _QUADRATIC, index))),
            )
        )
    return tuple(found)


def _carried(
    projector: Float[np.ndarray, "size size"],
    functions: dict[str, np.ndarray],
    candidates: list[list[tuple[str, ...]]],
    index: int,
) -> list[tuple[str, ...]]:
    """The sets of functions that a projector leaves as they are, none a sum of those before."""
    if index >= len(candidates):
        return []
    taken: list[tuple[str, ...]] = []
    span = np.zeros((0, len(projector)))
    for names in candidates[index]:
        vectors = np.array([functions[name].ravel() for name in names])
        grown = np.vstack([span, vectors])
        if np.abs(vectors @ projector.T - vectors).max() < 1e-6 and np.linalg.matrix_rank(
            grown, tol=1e-6
        ) == len(grown):
            taken.append(names)
            span = grown
    return taken


def _printed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
