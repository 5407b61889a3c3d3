"""Axes of the standard orientation: which frames fit a group, and which the conventions choose.

A frame has the directions x, y, z of the standard orientation as its columns. It fits if it carries
the operations of the standard table onto those of the group. Where several fit and exchange irreps
(B1 and B2 of water), conventions choose: those of R. S. Mulliken, J. Chem. Phys. 23, 1997 (1955),
for planar C2v and D2h and for σv and C2' of groups with even n, and for the rest a definite order
of like criteria, which docs/symmetry.md lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from ase.data import atomic_masses, covalent_radii
from jaxtyping import Bool, Float, Int
from scipy.spatial.transform import Rotation

from engine.symmetry.tables import standard_table
from engine.symmetry.tables.operations import numbers_of, turn

MATCH = 1e-5
"""Largest difference of matrix elements between an operation and its standard counterpart."""

ON_A = 0.1
"""Distance in angstrom within which an atom or the middle of a bond lies on an axis or plane.

By symmetry an atom lies exactly there, or it has an image at twice the distance."""

BOND = 1.2
"""Two atoms are bonded up to this multiple of the sum of their covalent radii."""

CLEAR_A, CLEAR_AMU, CLEAR_ANGULAR = 0.02, 0.01, 0.02
"""Least differences of extents, of masses and of angular moments that decide."""

Frame = Float[np.ndarray, "3 3"]


def conventional_axes(
    name: str,
    rotations: Float[np.ndarray, "order 3 3"],
    positions: Float[np.ndarray, "atoms 3"],
    numbers: Int[np.ndarray, " atoms"],
    masses: Float[np.ndarray, " atoms"] | None = None,
) -> Frame:
    """The frame that the conventions choose; of equivalent ones the nearest to the Cartesian axes.

    If nothing tells apart frames that exchange irreps, the frame returned lies halfway between two
    of them. It fits none of the operations across z, so that those irreps get no label.

    Parameters
    ----------
    name : Schoenflies symbol.
    rotations : Cartesian, an exact group.
    positions : in angstrom, about the fixed point of the group and exactly symmetric under it.
    numbers : atomic numbers.
    masses : in amu, where isotopes tell planes or axes apart (CH2D2); by default the usual ones.

    Returns
    -------
    Columns x, y, z, right-handed and orthonormal; the Cartesian axes if the rotations are not those
    of the named group.
    """
    frames = list(fitting_axes(name, rotations))
    if not frames:
        return np.eye(3)
    molecule = _Molecule.of(positions, numbers, masses)
    for score, clear in _criteria(name):
        scores = np.array([score(molecule, frame) for frame in frames])
        frames = [frames[i] for i in np.flatnonzero(scores > scores.max() - clear)]
    chosen = max(frames, key=_nearness)
    if _exchange_irreps(name, rotations, frames):
        return chosen @ turn(1 / (4 * _fold(name)))
    return chosen


def fitting_axes(name: str, rotations: Float[np.ndarray, "order 3 3"]) -> Iterator[Frame]:
    """Every frame that carries the standard operations of a group onto the given ones.

    About an axis that stands alone (Cn, Cnh, S2n, Cs) x may turn freely: it is put where the frame
    is nearest to the Cartesian axes. C1 and Ci leave everything free and have those axes.

    Parameters
    ----------
    name : Schoenflies symbol.
    rotations : Cartesian, an exact group.
    """
    table = standard_table(name)
    if len(table.operations) != len(rotations):
        return
    for frame in _candidates(table.operations, rotations):
        if numbers_of(frame @ table.generators @ frame.T, rotations, MATCH) is not None:
            yield frame


def _candidates(
    standard: Float[np.ndarray, "order 3 3"], rotations: Float[np.ndarray, "order 3 3"]
) -> Iterator[Frame]:
    """Frames carrying an axis along z, and one across it, onto axes of the same kind."""
    kinds, axes = _kinds_and_axes(standard)
    own_kinds, own_axes = _kinds_and_axes(rotations)
    along = np.flatnonzero(np.abs(axes[:, 2]) > 1 - 1e-6)
    if not len(along):
        yield np.eye(3)
        return
    across = np.flatnonzero(axes.any(1) & (np.abs(axes[:, 2]) < 1e-6))
    for z in _directions(own_axes[(own_kinds == kinds[along[0]]).all(1)]):
        if not len(across):
            yield _turned_to_cartesian(z)
            continue
        reference = np.array([-axes[across[0], 1], axes[across[0], 0], 0])
        standard_frame = np.stack([axes[across[0]], reference, [0, 0, 1]], axis=1)
        for u in _directions(own_axes[(own_kinds == kinds[across[0]]).all(1)]):
            if abs(u @ z) < MATCH:
                yield np.stack([u, np.cross(z, u), z], axis=1) @ standard_frame.T


def _directions(axes: Float[np.ndarray, "some 3"]) -> Float[np.ndarray, "directions 3"]:
    """Each axis once either way."""
    both = np.concatenate([axes, -axes])
    first = [i for i, a in enumerate(both) if not i or (both[:i] @ a).max() < 1 - 1e-6]
    return both[first]


def _turned_to_cartesian(z: Float[np.ndarray, "3"]) -> Frame:
    """The frame with this z whose x and y lie as near to the Cartesian ones as they can."""
    u = np.cross(z, np.eye(3)[np.abs(z).argmin()])
    u /= np.linalg.norm(u)
    v = np.cross(z, u)
    turn = np.arctan2(v[0] - u[1], u[0] + v[1])  # maximises x·X + y·Y
    x = np.cos(turn) * u + np.sin(turn) * v
    return np.stack([x, np.cross(z, x), z], axis=1)


def _kinds_and_axes(
    operations: Float[np.ndarray, "order 3 3"],
) -> tuple[Float[np.ndarray, "order 2"], Float[np.ndarray, "order 3"]]:
    """(determinant, trace) of each operation, and the axis of its proper part (zero if none)."""
    determinants = np.rint(np.linalg.det(operations))
    traces = np.round(np.trace(operations, axis1=1, axis2=2), 4)
    turns = Rotation.from_matrix(determinants[:, None, None] * operations).as_rotvec()
    angles = np.linalg.norm(turns, axis=1, keepdims=True)
    axes = np.where(angles > 1e-4, turns / np.maximum(angles, 1e-4), 0.0)
    return np.stack([determinants, traces + 0.0], 1), axes


@dataclass(frozen=True)
class _Molecule:
    """What the conventions look at: atoms about the fixed point, and the middles of bonds."""

    positions: Float[np.ndarray, "atoms 3"]
    masses: Float[np.ndarray, " atoms"]
    middles: Float[np.ndarray, "bonds 3"]

    @classmethod
    def of(
        cls,
        positions: Float[np.ndarray, "atoms 3"],
        numbers: Int[np.ndarray, " atoms"],
        masses: Float[np.ndarray, " atoms"] | None,
    ) -> _Molecule:
        distance = np.linalg.norm(positions[:, None] - positions, axis=2)
        radii = covalent_radii[numbers]
        i, j = np.nonzero(np.triu(distance < BOND * (radii[:, None] + radii), 1))
        weights = atomic_masses[numbers] if masses is None else masses
        return cls(positions, weights, (positions[i] + positions[j]) / 2)


Criterion = tuple[Callable[[_Molecule, Frame], float], float]
"""A score of a frame, and the least difference of scores that decides."""

Place = Callable[[Float[np.ndarray, "points 3"]], Bool[np.ndarray, " points"]]
"""Which points, in coordinates of the frame, lie on an axis or plane."""


def _criteria(name: str) -> list[Criterion]:
    """What chooses among frames that fit, most important first; larger scores win."""
    n = _fold(name)
    if name == "C2v":
        flat: Criterion = (lambda m, f: -_extent(m, f, "y"), CLEAR_A)
        return [*_contents(_plane("yz")), flat]
    if name in ("D2", "D2h"):
        flat_first = _contents(_plane("yz"))[:1] if name == "D2h" else []
        extents: list[Criterion] = [
            (lambda m, f: _extent(m, f, "z"), CLEAR_A),
            (lambda m, f: _extent(m, f, "y"), CLEAR_A),
        ]
        return [*flat_first, *_contents(_axis("z")), *_contents(_axis("y")), *extents]
    angular: Criterion = (lambda m, f: _angular(m, f, n), CLEAR_ANGULAR)
    if n % 2 or not re.fullmatch(r"C\d+v|D\d+h?", name):
        return []
    if name.startswith("C"):
        return [*_contents(_plane("xz")), angular]
    if name.endswith("h"):
        pairs = zip(_contents(_axis("x")), _contents(_plane("xz")), strict=True)
        return [*(criterion for pair in pairs for criterion in pair), angular]
    return [*_contents(_axis("x")), angular]


def _fold(name: str) -> int:
    """The n of Cnv, Dn, Dnh; 1 for symbols without a number."""
    found = re.search(r"\d+", name)
    return int(found.group()) if found else 1


def _contents(place: Place) -> list[Criterion]:
    """The number of atoms on an axis or plane; of bonds that cross it or lie there; the mass."""
    return [
        (lambda m, f: int(place(m.positions @ f).sum()), 0.5),
        (lambda m, f: int(place(m.middles @ f).sum()), 0.5),
        (lambda m, f: float(m.masses @ place(m.positions @ f)), CLEAR_AMU),
    ]


def _axis(name: str) -> Place:
    others = ["xyz".index(c) for c in "xyz" if c != name]
    return lambda points: np.linalg.norm(points[:, others], axis=1) < ON_A


def _plane(name: str) -> Place:
    [normal] = ["xyz".index(c) for c in "xyz" if c not in name]
    return lambda points: np.abs(points[:, normal]) < ON_A


def _extent(molecule: _Molecule, frame: Frame, axis: str) -> float:
    """Root mean square coordinate in angstrom, weighted by mass."""
    along = molecule.positions @ frame[:, "xyz".index(axis)]
    return float(np.sqrt(molecule.masses @ along**2 / molecule.masses.sum()))


def _angular(molecule: _Molecule, frame: Frame, n: int) -> float:
    """Mean of cos(nφ) about z from x, weighted by moments of inertia about z.

    Positive where atoms lie nearer to x and its equivalents than to the directions between.
    """
    x, y, _ = (molecule.positions @ frame).T
    weight = molecule.masses * (x**2 + y**2)
    return float(weight @ np.cos(n * np.arctan2(y, x)) / max(weight.sum(), 1e-9))


def _nearness(frame: Frame) -> tuple[float, ...]:
    """How near a frame is to the Cartesian axes; its elements decide between equally near ones."""
    return (round(float(np.trace(frame)), 6), *np.round(frame, 6).ravel().tolist())


def _exchange_irreps(
    name: str, rotations: Float[np.ndarray, "order 3 3"], frames: list[Frame]
) -> bool:
    """Whether two of the frames give an irrep different characters."""
    table = standard_table(name)
    rows = []
    for frame in frames:
        match = numbers_of(frame.T @ rotations @ frame, table.operations, MATCH)
        rows.append(table.characters[:, match])
    return bool(np.ptp(rows, axis=0).max() > 1e-6)
