"""The project's own letters for irreps of which point groups know nothing."""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float

from engine.symmetry.waves.little_group import WaveGroup, WaveIrrep
from engine.symmetry.waves.origins import (
    ON_ATOM_A,
    WHOLE,
    Crystal,
    invariant_points,
    rank_of,
    shortest_waves,
)

DEGREES = 7
"""Angular momenta 0 to 6, of either parity, of the functions by which letters are given."""


def letters(
    group: WaveGroup, irreps: tuple[WaveIrrep, ...], crystal: Crystal
) -> tuple[str | None, ...]:
    """a(1), b(2), ... by dimension and by occurrence in functions on atoms, then on bonds."""
    sums = _settled_sums(group, crystal)
    keys = [
        (irrep.dimension, *np.rint(-10 * (sums @ irrep.characters).real).astype(int))
        for irrep in irreps
    ]
    for points in invariant_points(crystal):
        functions = _functions(group, crystal, points)
        for i, irrep in enumerate(irreps):
            counts = np.rint((functions @ irrep.characters.conj()).real / group.order)
            keys[i] += tuple(-counts.astype(int))
        if len(set(keys)) == len(keys):
            break
    order = sorted(range(len(irreps)), key=keys.__getitem__)
    labels: list[str | None] = [None] * len(irreps)
    for rank, i in enumerate(order):
        if keys.count(keys[i]) == 1:
            letter = chr(ord("a") + rank % 26) * (1 + rank // 26)
            labels[i] = f"{letter}({irreps[i].dimension})"
    return tuple(labels)


def _settled_sums(group: WaveGroup, crystal: Crystal) -> Complex[np.ndarray, "kinds order"]:
    """What sums up those characters that do not depend on an origin, kind by kind of operation.

    They belong to operations that leave q exactly where it is, in whatever zone. Kinds differ by
    determinant and trace, and by how the axis lies to the axes of the crystal and to q.
    """
    waves = shortest_waves(group.q, crystal.lattice)
    turned = np.einsum("gba,nb->nga", group.rotations, waves)
    phases = np.exp(2j * np.pi * waves @ group.translations.T)
    settled = np.abs(turned - waves[:, None]).max((0, 2)) < 1e-5
    settled &= np.abs(phases - phases[0]).max(0) < 2 * np.pi * WHOLE
    kinds = []
    for operation in group.cartesian:
        _, axis, proper = turn(operation)
        trace = round(float(np.trace(operation)), 3)
        kinds.append((not proper, -trace, *rank_of(axis, crystal, waves)))
    each = [settled * np.array([kind == other for other in kinds]) for kind in sorted(set(kinds))]
    return phases[0] * np.array(each)


def _functions(
    group: WaveGroup, crystal: Crystal, points: Float[np.ndarray, "points 3"]
) -> Complex[np.ndarray, "degrees order"]:
    """Characters of waves of spherical harmonics on the points, of either parity."""
    moved = np.einsum("gab,jb->gja", group.rotations, points) - points
    moved = moved + group.translations[:, None]
    n = np.rint(moved)
    stays = np.linalg.norm((moved - n) @ crystal.lattice, axis=2) < ON_ATOM_A
    on_points = (stays * np.exp(-2j * np.pi * n @ group.q)).sum(1)
    proper = np.rint(np.linalg.det(group.cartesian))
    cosine = (proper * np.trace(group.cartesian, axis1=1, axis2=2) - 1) / 2
    angle = np.arccos(np.clip(cosine, -1, 1))
    degrees = np.arange(DEGREES)[:, None]
    turned = 1 + 2 * sum(np.cos(m * angle) * (m <= degrees) for m in range(1, DEGREES))
    polar = turned * proper**degrees
    return on_points * np.stack([polar, polar * proper], axis=1).reshape(-1, group.order)


def turn(operation: Float[np.ndarray, "3 3"]) -> tuple[int, Float[np.ndarray, "3"], bool]:
    """Order of the rotation, axis, and whether it is proper.

    An improper operation counts as a rotation by its own angle and a reflection across the axis:
    (2, normal, False) is a mirror plane, (4, axis, False) is S4, and the inversion has order 1.
    """
    proper = bool(np.linalg.det(operation) > 0)
    rotation = operation if proper else -operation
    angle = float(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1)))
    if angle < 1e-3:
        return 1, np.zeros(3), proper
    values, vectors = np.linalg.eigh((rotation + rotation.T) / 2)
    return round(2 * np.pi / angle), vectors[:, np.argmax(values)], proper
