"""The standard table of a point group: operations, classes, irreps and characters.

Orientation: the principal axis is z. Dn, Dnh, Dnd have a twofold axis C2' along x (σv is then the
plane xz; σd of Dnd lies between the axes); σv of Cnv is the plane xz; cubic groups have their
fourfold or twofold axes along x, y, z, icosahedral ones twofold axes. What this means for the names
of irreps is written down in docs/symmetry.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.symmetry.tables.naming import class_name, entry
from engine.symmetry.tables.operations import C2Z, conjugacy_classes, numbers_of


@dataclass(frozen=True)
class ConjugacyClass:
    """Operations that the group carries into each other.

    Attributes
    ----------
    name : as printed, with the number of operations in front, like ``8C3`` or ``3σd``.
    members : numbers of the operations, counted from 0.
    """

    name: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class StandardTable:
    """Irreps of a group on its operations in the standard orientation.

    Attributes
    ----------
    name : Schoenflies symbol.
    operations : shape (order, 3, 3). C∞v and D∞h have those of C8v and D8h.
    generators : shape (some, 3, 3), operations whose products are all of the group.
    classes : in the order of textbooks.
    irreps : Mulliken symbols in table order.
    characters : shape (irreps, order). A pair of complex conjugate irreps is one real row, twice
        their real part.
    entries : text of the table, irreps x classes.
    """

    name: str
    operations: Float[np.ndarray, "order 3 3"]
    generators: Float[np.ndarray, "some 3 3"]
    classes: tuple[ConjugacyClass, ...]
    irreps: tuple[str, ...]
    characters: Float[np.ndarray, "irreps order"]
    entries: tuple[tuple[str, ...], ...]


def assembled(
    name: str,
    operations: Float[np.ndarray, "order 3 3"],
    generators: Sequence[Float[np.ndarray, "3 3"]],
    irreps: dict[str, Float[np.ndarray, " order"]],
    class_order: str = "",
) -> StandardTable:
    """A table from the characters on every operation: classes found, named and sorted.

    Parameters
    ----------
    class_order : names of the classes in order, separated by spaces; by default they stand in the
        order of their first operations.
    """
    has_c2z = numbers_of(C2Z[None], operations) is not None
    classes = [
        ConjugacyClass(class_name(name, operations[members], has_c2z), tuple(members))
        for members in conjugacy_classes(operations, generators)
    ]
    if class_order:
        classes.sort(key=lambda c: class_order.split().index(c.name))
    return StandardTable(
        name=name,
        operations=operations,
        generators=np.array(generators).reshape(-1, 3, 3),
        classes=tuple(classes),
        irreps=tuple(irreps),
        characters=np.array(list(irreps.values())),
        entries=tuple(tuple(entry(row[c.members[0]]) for c in classes) for row in irreps.values()),
    )
