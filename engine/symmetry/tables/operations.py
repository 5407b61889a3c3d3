"""Symmetry operations as matrices, and the conjugacy classes of a group of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float, Int

IDENTITY = np.eye(3)
INVERSION = -np.eye(3)
C2X, C2Y, C2Z = np.diag([1.0, -1, -1]), np.diag([-1.0, 1, -1]), np.diag([-1.0, -1, 1])
SIGMA_H, SIGMA_XZ = -C2Z, -C2Y


def turn(fraction: float) -> Float[np.ndarray, "3 3"]:
    """Rotation about z by a fraction of a full turn, counterclockwise."""
    c, s = np.cos(2 * np.pi * fraction), np.sin(2 * np.pi * fraction)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def powers(operation: Float[np.ndarray, "3 3"], number: int) -> Float[np.ndarray, "number 3 3"]:
    """The operation to the powers 0, 1, ..., number - 1."""
    return np.array([np.linalg.matrix_power(operation, j) for j in range(number)])


def closure(generators: Iterable[Float[np.ndarray, "3 3"]]) -> Float[np.ndarray, "order 3 3"]:
    """All products of exact operations."""
    generators = list(generators)
    found = [IDENTITY]
    for operation in found:
        for generator in generators:
            product = operation @ generator
            if np.abs(np.array(found) - product).max((1, 2)).min() > 1e-6:
                found.append(product)
    return np.array(found)


def numbers_of(
    wanted: Float[np.ndarray, "some 3 3"],
    operations: Float[np.ndarray, "order 3 3"],
    within: float = 1e-6,
) -> Int[np.ndarray, " some"] | None:
    """The number of each wanted operation among all; None if one of them is not there."""
    distance = np.abs(wanted[:, None] - operations[None]).max((2, 3))
    return distance.argmin(1) if distance.min(1).max() < within else None


def conjugacy_classes(
    operations: Float[np.ndarray, "order 3 3"], generators: Sequence[Float[np.ndarray, "3 3"]]
) -> list[list[int]]:
    """Numbers of the operations class by class, in the order in which they first occur.

    Conjugation by generators reaches all of a class.
    """
    conjugates = [numbers_of(g @ operations @ g.T, operations) for g in generators]
    classes: list[list[int]] = []
    for first in range(len(operations)):
        if any(first in members for members in classes):
            continue
        members = [first]
        for member in members:
            reached = {int(numbers[member]) for numbers in conjugates if numbers is not None}
            members += sorted(reached - set(members))
        classes.append(sorted(members))
    return classes
