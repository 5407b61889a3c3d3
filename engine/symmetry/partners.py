"""Partners of degenerate irreps, oriented by the group's own axes, and the bases they give.

An irrep of dimension d stands for d functions, partners, that the operations mix among each other.
Symmetry leaves their orientation open; here it is fixed once for a group and its axes, so that the
T2 modes of any tetrahedral molecule are an x, a y and a z partner, E of Td is like 2z²−x²−y² and
x²−y², E1u of D6h like x and y, whatever the molecule, the level and the orientation in space.

Elements of the group algebra, M = sum_g f(R_g) D(g), do it: within an irrep M is the same d × d
matrix wherever the irrep occurs, symmetric if f(R) = f(R^T), so that its eigenvectors are partners.
With f(R) = exp(c R_zz) + w exp(c det(R) R_zz) the z axis tells partners apart, those that are alike
to it the x axis, and what is left a direction in general position. The T2 irreps of O, whose
functions are yz, xz and xy, take R_xx R_yy + R_xy R_yx in place of R_zz.

The matrices of an irrep follow from its partners in the regular representation, and from matrices
D_ij the operators P_ij = (d/h) sum_g D_ij(g) D(g), which take partner j to partner i in any
representation (E. P. Wigner, Group Theory, 1959, chapter 12). A Hessian in such a basis falls into
one block an irrep, the same for all its partners: degeneracy is exact, and levels of different
irreps do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int, Shaped

from engine.symmetry.character_table import CharacterTable
from engine.symmetry.group import SymmetryGroup

STRENGTH = 3.0
"""c of exp(c R_zz): large enough to tell partners of high angular momentum apart."""

GENERAL = np.array([[0.3, 1.0, 0.7], [0.8, -0.2, 0.9], [0.5, 0.6, 0.1]])
"""A direction in general position; positive off the diagonal, so that x, y and z, and the
rotations about them, share their sign."""

AXIAL = 0.01
"""Weight of axial vectors, which decide only where polar ones do not."""

SAME = 1e-9
"""Eigenvalues closer than this part of the largest possible one are equal."""


@dataclass(frozen=True)
class IrrepBasis:
    """Basis vectors of all copies of one irrep, partner by partner.

    Attributes
    ----------
    irrep : its number in the character table.
    partners : shape (partners, 3N, copies). Partner i of copy c transforms as the i-th function of
        the irrep, and the columns of one partner are orthonormal. For a pair of complex conjugate
        irreps there is one complex array, that of the first of the pair: symmetry alone does not
        tell the two real partners apart.
    """

    irrep: int
    partners: Shaped[np.ndarray, "partners coordinates copies"]

    @property
    def is_complex_pair(self) -> bool:
        """Whether the row of the table is a pair of complex conjugate irreps."""
        return np.iscomplexobj(self.partners)


def adapted_basis(
    group: SymmetryGroup, table: CharacterTable, subspace: Float[np.ndarray, "3*atoms dimension"]
) -> list[IrrepBasis]:
    """Symmetry-adapted basis of an invariant space of displacements, irrep by irrep.

    Parameters
    ----------
    subspace : orthonormal columns that span the space, such as the vibrations of a molecule.

    Returns
    -------
    One entry for each irrep that occurs, in table order.
    """
    bases = []
    for irrep, matrices in enumerate(irrep_matrices(group, table)):
        size = matrices.shape[1]
        if table.complex_pairs[irrep]:
            phases = matrices[:, 0, 0] - 1j * matrices[:, 1, 0]
            weights = [phases / group.order]
        else:
            weights = [matrices[:, i, 0] * size / group.order for i in range(size)]
        within = subspace.T @ displacement_operator(group, weights[0]) @ subspace
        values, vectors = np.linalg.eigh((within + within.conj().T) / 2)
        first = subspace @ vectors[:, values > 0.5]
        if first.size:
            others = [displacement_operator(group, weight) @ first for weight in weights[1:]]
            bases.append(IrrepBasis(irrep, np.stack([first, *others])))
    return bases


def displacement_operator(
    group: SymmetryGroup, weights: Shaped[np.ndarray, " order"]
) -> Shaped[np.ndarray, "3*atoms 3*atoms"]:
    """The element sum_g w(g) D(g) of the group algebra, acting on displacements of atoms."""
    n = group.permutations.shape[1]
    blocks = np.zeros((n, n, 3, 3), weights.dtype)
    for weight, rotation, permutation in zip(
        weights, group.rotations, group.permutations, strict=True
    ):
        blocks[permutation, np.arange(n)] += weight * rotation
    return blocks.transpose(0, 2, 1, 3).reshape(3 * n, 3 * n)


def irrep_matrices(
    group: SymmetryGroup, table: CharacterTable
) -> tuple[Float[np.ndarray, "order dimension dimension"], ...]:
    """Real orthogonal matrices of every irrep, the partners oriented by ``group.axes``.

    For three partners the order is that of x, y, z; else the one most like z² comes first, and x
    before y. A pair of complex conjugate irreps gives rotations of the plane.
    """
    in_axes = np.einsum("xa,gxy,yb->gab", group.axes, group.rotations, group.axes)
    characters = np.ascontiguousarray(table.characters, float)
    return _irrep_matrices(np.ascontiguousarray(in_axes).tobytes(), characters.tobytes())


@lru_cache(maxsize=64)
def _irrep_matrices(
    rotations: bytes, characters: bytes
) -> tuple[Float[np.ndarray, "order dimension dimension"], ...]:
    operations = np.frombuffer(rotations).reshape(-1, 3, 3)
    rows = np.frombuffer(characters).reshape(-1, len(operations))
    products = product_table(operations)
    identity = np.argmax(np.trace(operations, axis1=1, axis2=2))
    inverse = np.argmax(products == identity, axis=1)
    quotients = products[:, inverse]  # number of a b^-1
    return tuple(_matrices(row, operations, quotients, products[inverse]) for row in rows)


def product_table(rotations: Float[np.ndarray, "order 3 3"]) -> Int[np.ndarray, "order order"]:
    """Number of the product a b of every two operations."""
    probe = np.array([0.3217, 0.5413, 0.7769])  # in general position: on no axis, in no plane
    images = rotations @ probe
    carried = np.einsum("axy,by->abx", rotations, images)
    return np.array([np.argmin(((row[:, None] - images) ** 2).sum(2), axis=1) for row in carried])


def _matrices(
    chi: Float[np.ndarray, " order"],
    operations: Float[np.ndarray, "order 3 3"],
    quotients: Int[np.ndarray, "order order"],
    left: Int[np.ndarray, "order order"],
) -> Float[np.ndarray, "order dimension dimension"]:
    """Matrices of one irrep, from its part of the regular representation.

    Operation g takes the function w on the group to (g w)(a) = w(g^-1 a), and sum_g f(g) g is the
    matrix f(a b^-1). ``left`` holds the numbers of g^-1 a.
    """
    identity = quotients[0, 0]
    size = round(float(chi[identity]))
    determinants = np.linalg.det(operations)

    def element(exponents: Float[np.ndarray, " order"]) -> Float[np.ndarray, "order order"]:
        both = np.exp([exponents, determinants * exponents])
        return (np.array([1.0, AXIAL]) @ both)[quotients]

    def split(
        spaces: list[Float[np.ndarray, "order part"]], *operators: Float[np.ndarray, "order order"]
    ) -> list[Float[np.ndarray, "order part"]]:
        for operator in operators:
            spaces = [part for space in spaces for part in _eigenspaces(operator, space)]
        return spaces

    general = element(np.einsum("xy,gxy->g", GENERAL, operations))
    symmetric = element(np.einsum("xy,gxy->g", GENERAL + GENERAL.T, operations))
    whole = _eigenspaces((chi * size / (chi @ chi))[quotients], np.eye(len(chi)))[:1]
    along_x, along_z = (element(STRENGTH * operations[:, i, i]) for i in (0, 2))
    spaces = split(whole, along_z, along_x)
    if len(spaces) == 1 and size == 3:  # T2 of O: not like x, y, z but like yz, xz, xy
        along_x, along_z = (element(STRENGTH * _of_product(operations, i)) for i in (0, 2))
        spaces = split(whole, along_z, along_x)
    spaces = split(spaces, symmetric)
    if len(spaces) == 3:
        spaces = _as_xyz(spaces, along_x, along_z)
    if len(spaces) == size:
        first = spaces[0][:, 0]
        carried = [space @ (space.T @ (general @ first)) for space in spaces[1:]]
        partners = np.array([first, *(w / np.linalg.norm(w) for w in carried)])
    else:  # a complex pair: no two partners are better than others
        first, second = spaces[0].T
        partners = np.array([first, np.sign(second @ general @ first) * second])
    return np.einsum("ia,jga->gij", partners, partners[:, left])


def _of_product(operations: Float[np.ndarray, "order 3 3"], i: int) -> Float[np.ndarray, " order"]:
    """What an operation leaves of the product of the two coordinates other than i."""
    j, k = (i + 1) % 3, (i + 2) % 3
    return operations[:, j, j] * operations[:, k, k] + operations[:, j, k] * operations[:, k, j]


def _eigenspaces(
    operator: Float[np.ndarray, "order order"], space: Float[np.ndarray, "order dimension"]
) -> list[Float[np.ndarray, "order part"]]:
    """Eigenspaces of a symmetric operator within an invariant space, largest eigenvalue first."""
    within = space.T @ operator @ space
    values, vectors = np.linalg.eigh((within + within.T) / 2)
    scale = np.abs(operator).sum(1).max()
    cuts = np.flatnonzero(np.diff(values) > SAME * scale) + 1
    return [space @ part for part in reversed(np.split(vectors, cuts, axis=1))]


def _as_xyz(
    spaces: list[Float[np.ndarray, "order part"]],
    along_x: Float[np.ndarray, "order order"],
    along_z: Float[np.ndarray, "order order"],
) -> list[Float[np.ndarray, "order part"]]:
    """Three partners in the order x, y, z: each stands apart under the operator of its own axis."""

    def expectation(operator: Float[np.ndarray, "order order"]) -> Float[np.ndarray, "3"]:
        return np.array([np.trace(w.T @ operator @ w) / w.shape[1] for w in spaces])

    x, z = expectation(along_x), expectation(along_z)
    side = np.sign(x.mean() - np.median(x))
    return [spaces[i] for i in np.argsort(-side * (x - z))]
