"""Character tables on a group's own operations, from posym's tables in a standard orientation.

posym knows each group's operations and characters with the principal axis along z. The group at
hand lies anywhere in space, so the rotation that carries the standard operations onto it is found
first. Often there are several, and for some groups (C2v, D2h, D4h, ...) they exchange irreps such
as B1 and B2: a label that depends on the choice is not given, because only a convention about the
axes of the particular molecule could decide it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from posym.pointgroup import PointGroup
from scipy.spatial.transform import Rotation

from engine.symmetry.group import SymmetryGroup

MATCH = 1e-5
"""Largest difference of matrix elements between an operation and its standard counterpart."""

UNUSABLE = frozenset({"C6h", "C12", "D8d"})
"""Groups whose posym 1.3.2 table is incomplete or ends the program."""

RENAMED = {("D2", "A1"): "A"}
"""Labels of posym that differ from the standard tables."""


@dataclass(frozen=True)
class CharacterTable:
    """Irreps of a group, on its own operations in their own order.

    Attributes
    ----------
    names : Mulliken symbols in table order.
    settled : for each irrep, whether its name is the same in every admissible choice of axes.
    characters : shape (irreps, order). A pair of complex conjugate irreps is one real row.
    """

    names: tuple[str, ...]
    settled: tuple[bool, ...]
    characters: Float[np.ndarray, "irreps order"]

    @property
    def labels(self) -> tuple[str | None, ...]:
        """Names, None where only an axis convention could decide."""
        return tuple(n if s else None for n, s in zip(self.names, self.settled, strict=True))

    @property
    def dimensions(self) -> Int[np.ndarray, " irreps"]:
        """Degeneracy of each irrep: its character of the identity, the largest one."""
        return np.rint(self.characters.max(1)).astype(int)

    def multiplicities(
        self, characters: Float[np.ndarray, " order"]
    ) -> Float[np.ndarray, " irreps"]:
        """How often each irrep occurs in a representation: integers, but for rounding."""
        norms = np.sum(self.characters**2, 1)
        return self.characters @ characters / norms


def character_table(group: SymmetryGroup) -> CharacterTable | None:
    """The table of a group on its own operations; None where none can be had.

    None is returned for groups whose table in posym is unusable, and for operations that do not
    match the named group.
    """
    rotations = np.ascontiguousarray(group.rotations, float)
    return _table_on(group.name, rotations.tobytes())


@lru_cache
def _table_on(name: str, rotation_bytes: bytes) -> CharacterTable | None:
    rotations = np.frombuffer(rotation_bytes).reshape(-1, 3, 3)
    if name == "C1":
        return CharacterTable(("A",), (True,), np.ones((1, 1)))
    if name in UNUSABLE:
        return None
    names, operations, standard = _standard_table(name)
    if len(operations) != len(rotations):
        return None
    choices = {tuple(match): standard[:, match] for match in _matches(operations, rotations)}
    if not choices:
        return None
    rows = np.stack(list(choices.values()))
    settled = np.abs(rows - rows[0]).max((0, 2)) < 1e-8
    return CharacterTable(names, tuple(settled.tolist()), rows[0])


@lru_cache
def _standard_table(
    name: str,
) -> tuple[tuple[str, ...], Float[np.ndarray, "order 3 3"], Float[np.ndarray, "irreps order"]]:
    table = PointGroup(name).ir_table
    operations, columns = [], []
    for label, members in table.get_all_operations().items():
        for operation in members:
            operations.append(operation.matrix_representation)
            columns.append(np.asarray(table.loc[label].values, float))
    names = tuple(RENAMED.get((name, irrep), irrep) for irrep in table.columns)
    return names, np.array(operations), np.array(columns).T


def _matches(
    standard: Float[np.ndarray, "order 3 3"], group: Float[np.ndarray, "order 3 3"]
) -> Iterator[Int[np.ndarray, " order"]]:
    """For every rotation carrying one set onto the other: which standard operation each one is."""
    for q in _candidate_rotations(standard, group):
        carried = q @ standard @ q.T
        distance = np.abs(group[:, None] - carried[None]).max((2, 3))
        match = distance.argmin(1)
        if distance.min(1).max() < MATCH and len(set(match)) == len(group):
            yield match


def _candidate_rotations(
    standard: Float[np.ndarray, "order 3 3"], group: Float[np.ndarray, "order 3 3"]
) -> Iterator[Float[np.ndarray, "3 3"]]:
    """Rotations carrying two independent axes of the standard set onto axes of the group."""
    kinds, axes = _kinds_and_axes(standard)
    own_kinds, own_axes = _kinds_and_axes(group)
    with_axis = [i for i in range(len(standard)) if axes[i].any()]
    if not with_axis:
        yield np.eye(3)
        return
    first = with_axis[0]
    others = [i for i in with_axis if np.linalg.norm(np.cross(axes[first], axes[i])) > 1e-3]
    second = others[0] if others else None
    for i in np.flatnonzero((own_kinds == kinds[first]).all(1)):
        for sign in (1.0, -1.0):
            along = sign * own_axes[i]
            if second is None:
                yield _frame(along) @ _frame(axes[first]).T
                continue
            angle = axes[first] @ axes[second]
            for j in np.flatnonzero((own_kinds == kinds[second]).all(1)):
                for turn in (1.0, -1.0):
                    across = turn * own_axes[j]
                    if abs(along @ across - angle) < 1e-4:
                        yield _frame(along, across) @ _frame(axes[first], axes[second]).T


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


def _frame(
    along: Float[np.ndarray, "3"], across: Float[np.ndarray, "3"] | None = None
) -> Float[np.ndarray, "3 3"]:
    """Right-handed orthonormal columns: z along the first axis, x towards the second."""
    if across is None:
        across = np.eye(3)[np.argmin(np.abs(along))]
    x = across - (across @ along) * along
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(along, x), along], axis=1)
