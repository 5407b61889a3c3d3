"""Where a wave vector lies, and what the phases of irreps at the zone boundary can refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from engine.symmetry.waves.little_group import WaveGroup

WHOLE = 5e-3
"""Numbers this close to an integer are integers: places are known within tolerance only."""

ON_ATOM_A = 0.05
"""Points nearer than this, in angstrom, are the same."""

SHELLS = 40
"""Kinds of pairs of atoms whose middles are used where atoms do not suffice."""

SAME_BOND_A = 0.01
"""Pairs of the same elements whose distances differ by less, in angstrom, are of one kind."""

FEW = 30
"""Atoms up to which pairs are looked for in the second-next cells as well."""


@dataclass(frozen=True)
class Crystal:
    """What labels refer to. The cell is reduced, so that its vectors are as short as they can be.

    Attributes
    ----------
    lattice : shape (3, 3), rows, in angstrom.
    scaled : shape (atoms, 3), positions in units of the cell.
    numbers : shape (atoms,), atomic numbers.
    rotations, translations, cartesian : all operations of the primitive cell, W, w and R.
    axes : shape (3, 3), columns x, y, z of the crystal in its standard setting.
    """

    lattice: Float[np.ndarray, "3 3"]
    scaled: Float[np.ndarray, "atoms 3"]
    numbers: Int[np.ndarray, " atoms"]
    rotations: Int[np.ndarray, "order 3 3"]
    translations: Float[np.ndarray, "order 3"]
    cartesian: Float[np.ndarray, "order 3 3"]
    axes: Float[np.ndarray, "3 3"]


def wave_of_the_zone(group: WaveGroup, crystal: Crystal) -> Float[np.ndarray, "3"] | None:
    """q, or its shortest equivalent, if the little group leaves that exactly where it is.

    None where there is no such vector, or several with different phases: on the zone boundary.
    """
    shortest = shortest_waves(group.q, crystal.lattice)
    turned = np.einsum("gba,nb->nga", group.rotations, shortest)
    fixed = shortest[np.abs(turned - shortest[:, None]).max((1, 2)) < 1e-5]
    phases = np.exp(2j * np.pi * fixed @ group.translations.T)
    if not len(fixed) or np.abs(phases - phases[0]).max() > 2 * np.pi * WHOLE:
        return None
    return fixed[0]


def shortest_waves(
    q: Float[np.ndarray, "3"], lattice: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "n 3"]:
    """The shortest of the wave vectors that differ from q by reciprocal lattice vectors."""
    reciprocal = np.linalg.inv(lattice).T
    steps = np.indices((5, 5, 5)).reshape(3, -1).T - 2
    candidates = q - np.rint(q) + steps
    length = np.linalg.norm(candidates @ reciprocal, axis=1)
    return candidates[length < length.min() + 1e-6 * np.linalg.norm(reciprocal)]


def origins(
    group: WaveGroup, crystal: Crystal, points: Float[np.ndarray, "points 3"]
) -> list[tuple[Float[np.ndarray, "3"], Complex[np.ndarray, " order"]]]:
    """The best of the points that can be the origin of labels, with the phases they give.

    About s an operation has the translation w + (W - 1) s. With W^T q = q + G its product with
    another one has the phase exp(-2 pi i G.w'), w' that of the other: all have to be one.
    """
    waves = shortest_waves(group.q, crystal.lattice)
    beyond = np.rint(np.einsum("gba,nb->nga", group.rotations, waves) - waves[:, None])
    found = []
    for s in points:
        about = group.translations + group.rotations @ s - s
        products = beyond @ about.T
        phases = np.exp(2j * np.pi * (waves @ about.T))
        whole = np.abs(products - np.rint(products)).max() < WHOLE
        if whole and np.abs(phases - phases[0]).max() < 2 * np.pi * WHOLE:
            found.append((_rank_of_origin(s, crystal, waves), s, phases[0]))
    best = min((rank for rank, _, _ in found), default=None)
    return [(s, phases) for rank, s, phases in found if rank == best]


def _rank_of_origin(
    site: Float[np.ndarray, "3"], crystal: Crystal, waves: Float[np.ndarray, "n 3"]
) -> tuple[int, float]:
    """Order of the site symmetry, the highest first, and how much the nearest atoms lie along q."""
    offset = crystal.scaled - site
    offset = offset - np.rint(offset)
    cells = np.indices((3, 3, 3)).reshape(3, -1).T - 1
    images = (offset[:, None] + cells) @ crystal.lattice
    distance = np.linalg.norm(images, axis=2)
    distance[distance < ON_ATOM_A] = np.inf
    nearest = images[distance < distance.min() + SAME_BOND_A]
    cartesian = waves @ np.linalg.inv(crystal.lattice).T
    along = ((nearest @ cartesian.T) ** 2).sum() / max((cartesian**2).sum(), 1e-12)
    return -_site_order(site, crystal), -round(float(along), 2)


def _site_order(site: Float[np.ndarray, "3"], crystal: Crystal) -> int:
    """Number of operations that leave a point where it is, modulo the lattice."""
    moved = crystal.rotations @ site + crystal.translations - site
    moved = (moved - np.rint(moved)) @ crystal.lattice
    return int((np.linalg.norm(moved, axis=1) < ON_ATOM_A).sum())


def invariant_points(crystal: Crystal) -> Iterator[Float[np.ndarray, "points 3"]]:
    """Sets of points that all operations keep: atoms, then middles of bonds.

    Atoms of one element and site symmetry are a set, the highest symmetry first, then the lightest.
    Bonds are pairs of atoms of the same distance and elements, the shortest first, up to a distance
    at which all of them are known.
    """
    kinds = np.array(
        [
            (-_site_order(s, crystal), z)
            for s, z in zip(crystal.scaled, crystal.numbers, strict=True)
        ]
    )
    for kind in np.unique(kinds, axis=0):
        yield crystal.scaled[(kinds == kind).all(1)]
    n = len(crystal.numbers)
    reach = 2 if n <= FEW else 1
    cells = np.indices((2 * reach + 1,) * 3).reshape(3, -1).T - reach
    places = crystal.scaled - np.rint(crystal.scaled)
    offsets = places + cells[:, None, None] - places[:, None]  # cell, from, to
    distance = np.linalg.norm(offsets @ crystal.lattice, axis=3).ravel()
    middles = (places[:, None] + offsets / 2).reshape(-1, 3)
    pairs = np.sort([[one, other] for one in crystal.numbers for other in crystal.numbers], axis=1)
    _, kind = np.unique(np.tile(pairs, (len(cells), 1)), axis=0, return_inverse=True)
    complete_A = reach / np.linalg.norm(np.linalg.inv(crystal.lattice), axis=0).max()
    usable = (distance > ON_ATOM_A) & (distance < complete_A - SAME_BOND_A)
    shells = []
    for k in range(kind.max() + 1):
        near = np.flatnonzero((kind.ravel() == k) & usable)
        near = near[np.argsort(distance[near], kind="stable")]
        shells += np.split(near, np.flatnonzero(np.diff(distance[near]) > SAME_BOND_A) + 1)
    shells.sort(key=lambda shell: round(float(distance[shell].mean()), 2))
    for shell in shells[:SHELLS]:
        yield _modulo_lattice(middles[shell], crystal.lattice)


def _modulo_lattice(
    points: Float[np.ndarray, "n 3"], lattice: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "distinct 3"]:
    kept: list[Float[np.ndarray, "3"]] = []
    for point in points:
        offsets = np.array(kept).reshape(-1, 3) - point
        if (np.linalg.norm((offsets - np.rint(offsets)) @ lattice, axis=1) > ON_ATOM_A).all():
            kept.append(point)
    return np.array(kept)


def rank_of(
    direction: Float[np.ndarray, "3"], crystal: Crystal, waves: Float[np.ndarray, "n 3"]
) -> tuple[int, float]:
    """Which of the crystal's axes z, x, y it is equivalent to, 3 for none, and its part along q."""
    images = crystal.cartesian @ direction
    on_axis = (np.abs(np.abs(images @ crystal.axes[:, [2, 0, 1]]) - 1) < 1e-3).any(0)
    first = int(np.argmax(on_axis)) if on_axis.any() else 3
    cartesian = waves @ np.linalg.inv(crystal.lattice).T
    along = np.abs(cartesian @ direction).max() / max(float(np.linalg.norm(cartesian[0])), 1e-6)
    return first, -round(float(along), 3)
