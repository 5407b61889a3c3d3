"""Character tables on a group's own operations.

The tables are posym's, and the project's own where posym has none or a wrong one (both agree where
both exist). They are known in a standard orientation; a group lies anywhere in space, and its
``axes`` say how. Without axes that fit, every frame that fits is tried: for some groups (C2v, D2h,
D4h, ...) frames exchange irreps such as B1 and B2, and such labels are then not given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from engine.symmetry.axes import MATCH, fitting_axes
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.tables import POINT_GROUPS, ConjugacyClass, StandardTable, standard_table
from engine.symmetry.tables.operations import numbers_of
from engine.symmetry.tables.posym import posym_characters

__all__ = ["CharacterTable", "ConjugacyClass", "character_table"]


@dataclass(frozen=True)
class CharacterTable:
    """Irreps of a group, on its own operations in their own order.

    Attributes
    ----------
    group : Schoenflies symbol.
    names : Mulliken symbols in table order.
    settled : for each irrep, whether its name is sure: the group has axes, or they do not matter.
    characters : shape (irreps, order). A pair of complex conjugate irreps is one real row.
    classes : in the order of textbooks; members are numbers of the group's operations. For linear
        molecules, the classes of the infinite group.
    entries : text of the table, irreps x classes, like ``-1`` or ``2cos 72°``.
    source : ``posym`` or ``own``, what the characters were taken from.
    """

    group: str
    names: tuple[str, ...]
    settled: tuple[bool, ...]
    characters: Float[np.ndarray, "irreps order"]
    classes: tuple[ConjugacyClass, ...]
    entries: tuple[tuple[str, ...], ...]
    source: str

    @property
    def labels(self) -> tuple[str | None, ...]:
        """Names, None where only axes that were not given could decide."""
        return tuple(n if s else None for n, s in zip(self.names, self.settled, strict=True))

    @property
    def dimensions(self) -> Int[np.ndarray, " irreps"]:
        """Degeneracy of each irrep: its character of the identity, the largest one."""
        return np.rint(self.characters.max(1)).astype(int)

    @property
    def complex_pairs(self) -> tuple[bool, ...]:
        """Whether an irrep is a pair of complex conjugate ones: its row then has the norm 2."""
        return tuple((np.mean(self.characters**2, axis=1) > 1.5).tolist())

    def multiplicities(
        self, characters: Float[np.ndarray, " order"]
    ) -> Float[np.ndarray, " irreps"]:
        """How often each irrep occurs in a representation: integers, but for rounding."""
        norms = np.sum(self.characters**2, 1)
        return self.characters @ characters / norms


def character_table(group: SymmetryGroup) -> CharacterTable | None:
    """The table of a group on its own operations.

    None is returned for a name that no table has, and for operations that are not those of the
    named group.
    """
    arrays = (np.ascontiguousarray(x, float).tobytes() for x in (group.rotations, group.axes))
    return _table_on(group.name, *arrays) if group.name in POINT_GROUPS else None


@lru_cache
def _table_on(name: str, rotation_bytes: bytes, axes_bytes: bytes) -> CharacterTable | None:
    rotations = np.frombuffer(rotation_bytes).reshape(-1, 3, 3)
    axes = np.frombuffer(axes_bytes).reshape(3, 3)
    standard = standard_table(name)
    if len(rotations) != len(standard.operations):
        return None
    match = _match(standard, axes, rotations)
    matches = [match] if match is not None else []
    if match is None:
        found = (_match(standard, frame, rotations) for frame in fitting_axes(name, rotations))
        matches = [match for match in found if match is not None]
    if not matches:
        return None
    characters, source = _characters(standard)
    rows = np.stack([characters[:, match] for match in matches])
    settled = np.abs(rows - rows[0]).max((0, 2)) < 1e-8
    number_of = np.argsort(matches[0])  # of the group's own operation, by the standard one
    return CharacterTable(
        group=name,
        names=standard.irreps,
        settled=tuple(settled.tolist()),
        characters=rows[0],
        classes=tuple(
            ConjugacyClass(c.name, tuple(sorted(number_of[list(c.members)].tolist())))
            for c in standard.classes
        ),
        entries=standard.entries,
        source=source,
    )


def _characters(standard: StandardTable) -> tuple[Float[np.ndarray, "irreps order"], str]:
    """On the standard operations, and where they come from."""
    found = posym_characters(standard.name)
    if found is None:
        return standard.characters, "own"
    return np.array([found[irrep] for irrep in standard.irreps]), "posym"


def _match(
    standard: StandardTable,
    axes: Float[np.ndarray, "3 3"],
    rotations: Float[np.ndarray, "order 3 3"],
) -> Int[np.ndarray, " order"] | None:
    """The standard operation that each rotation is in this frame; None if it does not fit."""
    match = numbers_of(axes.T @ rotations @ axes, standard.operations, MATCH)
    return match if match is not None and len(set(match)) == len(rotations) else None
