"""Forms of Raman tensors: which elements symmetry leaves, and which of them are equal.

A mode scatters by the derivative of the polarizability along it, a symmetric tensor T. The d
partners of a degenerate level have tensors T_k that turn into each other as the partners do,

    R T_k R^T = sum_l D_lk(R) T_l,

so that together they are an invariant of D x R x R, found by averaging over the group. Tables are
in R. Loudon, Adv. Phys. 13, 423 (1964), table 2; here nothing is typed in.

A real dynamical matrix cannot tell the two irreps of a complex conjugate pair apart; they are one
level of two partners, with two parameters for each that one irrep has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.symmetry.character_table import CharacterTable
from engine.symmetry.group import SymmetryGroup

ELEMENTS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""xx, yy, zz, yz, xz, xy: the order in which letters are given."""

LETTERS = "abcdef"
"""Enough: the parameters of all irreps together are at most the six elements of a tensor."""

TINY = 1e-8
"""Below this an element is zero: all others are 0.1 and more."""


@dataclass(frozen=True)
class RamanTensor:
    """Form of the Raman tensors of one irrep, in the axes x, y, z of the group.

    Attributes
    ----------
    irrep : its number in the character table.
    name : its Mulliken symbol; None where that depends on a choice of axes.
    partners : what each partner transforms like: ``x``, ``y``, ``z`` (infrared active as well, and
        polarised along it), ``Rx``, ``Ry``, ``Rz``, or ``1``, ``2``, ... for neither.
    letters : the independent parameters; letters go on from irrep to irrep of a group.
    forms : shape (partners, parameters, 3, 3): the tensor of partner k is the sum over p of
        parameter p times ``forms[k, p]``.
    matrices : shape (order, partners, partners): D(R) of the partners, real and orthogonal.
    """

    irrep: int
    name: str | None
    partners: tuple[str, ...]
    letters: tuple[str, ...]
    forms: Float[np.ndarray, "partners parameters 3 3"]
    matrices: Float[np.ndarray, "order partners partners"]

    def tensors(
        self, parameters: Float[np.ndarray, " parameters"]
    ) -> Float[np.ndarray, "partners 3 3"]:
        """The tensors with numbers for the letters."""
        return np.einsum("p,kpxy->kxy", parameters, self.forms)

    def written(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Elements as text, by partner, row and column: ``0``, ``a``, ``-2b``, ``√3b``."""
        return tuple(
            tuple(tuple(self._element(form[:, x, y]) for y in range(3)) for x in range(3))
            for form in self.forms
        )

    def _element(self, coefficients: Float[np.ndarray, " parameters"]) -> str:
        terms = [
            coefficient_text(value) + letter
            for value, letter in zip(coefficients, self.letters, strict=True)
            if abs(value) > TINY
        ]
        return "+".join(terms).replace("+-", "-") or "0"


def raman_tensors(group: SymmetryGroup, table: CharacterTable) -> tuple[RamanTensor, ...]:
    """The forms for every Raman-active irrep, in table order.

    Partners are x, y, z where the irrep holds components of a vector; else Rx, Ry, Rz where it
    holds rotations; else combinations of products such as 2z²−x²−y² and x²−y², yz and xz and xy.
    """
    local = group.axes.T @ group.rotations @ group.axes
    free, found = iter(LETTERS), []
    for irrep, name in enumerate(table.labels):
        partners, matrices = _partners(table, irrep, local)
        if not partners:
            continue
        forms = _invariants(matrices, local)
        letters = tuple(next(free) for _ in range(forms.shape[1]))
        found.append(RamanTensor(irrep, name, partners, letters, forms, matrices))
    return tuple(found)


def coefficient_text(value: float) -> str:
    """A number before a letter: ``""`` for 1, ``-``, ``2``, ``√3``, ``1/2``, or three decimals."""
    size = abs(value)
    exact = {
        1.0: "",
        2.0: "2",
        0.5: "1/2 ",
        np.sqrt(3): "√3",
        np.sqrt(3) / 2: "√3/2 ",
        1 / np.sqrt(3): "1/√3 ",
    }
    text = next((t for v, t in exact.items() if abs(size - v) < 1e-6), f"{size:.3f} ")
    return ("-" if value < 0 else "") + text


def _partners(
    table: CharacterTable, irrep: int, local: Float[np.ndarray, "order 3 3"]
) -> tuple[tuple[str, ...], Float[np.ndarray, "order partners partners"]]:
    """Names and matrices of an irrep's partners; no names if it is not Raman active."""
    chi, size = table.characters[irrep], int(table.dimensions[irrep])
    products = _on_symmetric_tensors(local)
    if np.mean(chi * np.trace(products, axis1=1, axis2=2)) < 0.5:
        return (), np.empty((len(local), 0, 0))
    axial = np.linalg.det(local)[:, None, None] * local
    order = [2, 0, 1, 3, 4, 5]  # zz leads, so that 2z²−x²−y² comes before x²−y²
    choices = [
        (("x", "y", "z"), local, range(3)),
        (("Rx", "Ry", "Rz"), axial, range(3)),
        (None, products, order),
    ]
    for names, matrices, seeds in choices:
        projector = size / (chi @ chi) * np.einsum("g,gab->ab", chi, matrices)
        which, basis = _independent(projector, seeds)
        if not which:
            continue
        if size == 1:  # several copies of it look alike, and each is its own partner
            polar = [names[i] for i in which] if names else []
            return (", ".join(polar) or "1",), chi[:, None, None].copy()
        label = tuple(names[i] for i in which) if names else tuple("12345"[: len(which)])
        return label, np.einsum("ia,gij,jb->gab", basis, matrices, basis)
    raise AssertionError("a Raman-active irrep occurs in symmetric tensors")


def _on_symmetric_tensors(local: Float[np.ndarray, "order 3 3"]) -> Float[np.ndarray, "order 6 6"]:
    """R x R on xx, yy, zz and √2 yz, √2 xz, √2 xy, in which it is orthogonal."""
    basis = np.zeros((6, 3, 3))
    for number, (x, y) in enumerate(ELEMENTS):
        basis[number, x, y] = basis[number, y, x] = 1.0 if x == y else np.sqrt(0.5)
    return np.einsum("axy,gxu,gyv,buv->gab", basis, local, local, basis)


def _independent(
    projector: Float[np.ndarray, "n n"], seeds: Sequence[int]
) -> tuple[list[int], Float[np.ndarray, "n rank"]]:
    """Orthonormal projections of unit vectors in the order given, and which vectors they are."""
    which: list[int] = []
    basis = np.empty((len(projector), 0))
    for seed in seeds:
        rest = projector[:, seed] - basis @ (basis.T @ projector[:, seed])
        if np.linalg.norm(rest) > TINY:
            which.append(seed)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return which, basis


def _invariants(
    matrices: Float[np.ndarray, "order partners partners"],
    local: Float[np.ndarray, "order 3 3"],
) -> Float[np.ndarray, "partners parameters 3 3"]:
    """All (T_1, ..., T_d) with R T_k R^T = sum_l D_lk T_l, each with a leading element 1."""
    size = matrices.shape[1]
    average = np.einsum("gkl,gxu,gyv->kxyluv", matrices, local, local) / len(local)
    rows, columns = np.array(ELEMENTS).T
    average = average[:, rows, columns]
    symmetric = average + average.swapaxes(-1, -2)
    images = symmetric[..., rows, columns].reshape(6 * size, 6 * size).T
    reduced = _row_echelon(images)
    forms = np.zeros((size, len(reduced), 3, 3))
    values = reduced.reshape(-1, size, 6).swapaxes(0, 1)
    forms[:, :, rows, columns] = values
    forms[:, :, columns, rows] = values
    return forms


def _row_echelon(matrix: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "rank n"]:
    """Reduced row echelon form without its empty rows."""
    rows, rank = matrix.copy(), 0
    for column in range(rows.shape[1]):
        pivot = rank + int(np.abs(rows[rank:, column]).argmax()) if rank < len(rows) else rank
        if pivot >= len(rows) or abs(rows[pivot, column]) < TINY:
            continue
        rows[[rank, pivot]] = rows[[pivot, rank]]
        rows[rank] /= rows[rank, column]
        others = np.arange(len(rows)) != rank
        rows[others] -= np.outer(rows[others, column], rows[rank])
        rank += 1
    return rows[:rank]
