"""Operations that nearly carry a molecule into itself, as permutations of its atoms.

An operation is told by which atom goes where and by whether it turns left into right; the matrix
follows from these. It is written as one permutation, of the atoms and of two more points that
improper operations exchange, so that products are products of permutations, free of rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

REMATCHINGS = 3
COMPLETIONS = 2
"""How often matchings are improved, and products added."""


@dataclass(frozen=True)
class NearOperations:
    """Operations that carry every atom to near one of its kind.

    Attributes
    ----------
    permutations : shape (some, atoms + 2); of the last two points, see above.
    missed_rms_A : shape (some,), root mean square distance in angstrom by which carried atoms miss;
        ascending.
    table : shape (some, some), number of the product of each two, the right one acting first; -1 if
        it is none of these operations.
    """

    permutations: Int[np.ndarray, "some points"]
    missed_rms_A: Float[np.ndarray, " some"]
    table: Int[np.ndarray, "some some"]

    @cached_property
    def identity(self) -> int:
        """Number of the identity."""
        points = np.arange(self.permutations.shape[1])
        return int(np.flatnonzero((self.permutations == points).all(1))[0])

    @cached_property
    def _after(self) -> list[list[int]]:
        """For each operation, what every other one becomes when that one acts before it."""
        after: list[list[int]] = self.table.T.tolist()
        return after

    def closure(self, generators: Iterable[int]) -> tuple[int, ...] | None:
        """All products of some operations, ascending; None if one of them is not near."""
        elements = [self.identity]
        found = set(elements)
        needed: list[list[int]] = []
        for generator in generators:
            if generator in found:
                continue
            needed.append(self._after[generator])
            for element in elements:  # grows meanwhile
                for after in needed:
                    image = after[element]
                    if image < 0:
                        return None
                    if image not in found:
                        found.add(image)
                        elements.append(image)
        return tuple(sorted(found))


def near_operations(
    kinds: Int[np.ndarray, " atoms"], positions: Float[np.ndarray, "atoms 3"], reach_A: float
) -> NearOperations:
    """The operations that carry every atom to within ``reach_A`` of one of its kind.

    Two atoms and the centroid fix an orthogonal matrix but for its determinant. Every pair of atoms
    that two chosen ones may be carried to proposes two matrices; the matching of all atoms that a
    matrix implies and the matrix best for that matching are then found in turn. Products of what
    was found complete it.

    Parameters
    ----------
    positions : relative to the centroid, in angstrom; not all on one line.
    """
    identity = np.arange(len(kinds) + 2)[None]
    found = _matchings(_proposals(kinds, positions, reach_A), kinds, positions)
    for _ in range(REMATCHINGS):
        found = _matchings(best_rotations(found, positions), kinds, positions)
    missed_A = _missed_A(found, positions)
    found = np.unique(np.concatenate([identity, found[missed_A.max(1) <= reach_A]]), axis=0)
    for _ in range(COMPLETIONS):
        others = _products(found)[1]
        new = others[_missed_A(others, positions).max(1, initial=0) <= reach_A]
        if not len(new):
            break
        found = np.concatenate([found, new])
    rms_A = np.sqrt(np.mean(_missed_A(found, positions) ** 2, axis=1))
    found = found[np.argsort(rms_A, kind="stable")]
    return NearOperations(found, np.sort(rms_A), _products(found)[0])


def best_rotations(
    operations: Int[np.ndarray, "some points"], positions: Float[np.ndarray, "atoms 3"]
) -> Float[np.ndarray, "some 3 3"]:
    """For each operation the orthogonal matrix that does it best, of the determinant it has.

    W. Kabsch, Acta Cryst. A32, 922 (1976), and A34, 827 (1978) for the determinant.
    """
    correlations = np.einsum("gix,iy->gxy", positions[operations[:, :-2]], positions)
    determinants = np.where(operations[:, -1] > operations[:, -2], 1.0, -1.0)
    return nearest_orthogonal(correlations, determinants)


def nearest_orthogonal(
    matrices: Float[np.ndarray, "some 3 3"], determinants: Float[np.ndarray, " some"]
) -> Float[np.ndarray, "some 3 3"]:
    """The orthogonal matrices O of the given determinants with the largest trace of O^T M."""
    u, _, vt = np.linalg.svd(matrices)
    u[:, :, 2] *= (determinants * np.linalg.det(u @ vt))[:, None]
    return u @ vt


def _missed_A(
    operations: Int[np.ndarray, "some points"], positions: Float[np.ndarray, "atoms 3"]
) -> Float[np.ndarray, "some atoms"]:
    carried = positions @ best_rotations(operations, positions).transpose(0, 2, 1)
    return np.linalg.norm(carried - positions[operations[:, :-2]], axis=2)


def _products(
    operations: Int[np.ndarray, "some points"],
) -> tuple[Int[np.ndarray, "some some"], Int[np.ndarray, "others points"]]:
    """The multiplication table, and those products that are not among the operations.

    Permutations are told apart by the sum, modulo 2^64, of random integers times their images.
    """
    weights = np.random.default_rng(0).integers(2**62, size=operations.shape[1])
    keys = operations @ weights
    order = np.argsort(keys)
    table = np.empty((len(operations), len(operations)), int)
    others = [operations[:0]]
    for number, operation in enumerate(operations):
        products = operation[operations]
        product_keys = products @ weights
        at = order[np.searchsorted(keys, product_keys, sorter=order) % len(keys)]
        known = keys[at] == product_keys
        table[number] = np.where(known, at, -1)
        others.append(products[~known])
    return table, np.unique(np.concatenate(others), axis=0)


def _proposals(
    kinds: Int[np.ndarray, " atoms"], positions: Float[np.ndarray, "atoms 3"], reach_A: float
) -> Float[np.ndarray, "some 3 3"]:
    """Matrices from the images that two atoms may have, and D2h about the axes of inertia.

    An error of the two atoms counts for others the more, the nearer these are to the centroid and
    to a line with it; chosen are two with few images and not far in.
    """
    radius = np.linalg.norm(positions, axis=1)
    alike = (kinds[:, None] == kinds) & (np.abs(radius[:, None] - radius) <= reach_A)
    first = int(np.argmin(alike.sum(1) / np.maximum(radius, 1e-9)))
    along = positions[first] / radius[first]
    across = np.linalg.norm(positions - np.outer(positions @ along, along), axis=1)
    apart = np.linalg.norm(positions[:, None] - positions, axis=2)

    def images(second: int) -> Int[np.ndarray, "some 2"]:
        to_first, to_second = np.flatnonzero(alike[first]), np.flatnonzero(alike[second])
        stretched = np.abs(apart[np.ix_(to_first, to_second)] - apart[first, second])
        i, j = np.nonzero(stretched <= reach_A)
        return np.stack([to_first[i], to_second[j]], axis=1)

    number = np.array([len(images(second)) for second in range(len(kinds))])
    second = int(np.argmin(number / np.maximum(across, 1e-9)))
    pairs = positions[images(second)]
    correlations = np.einsum("gix,iy->gxy", pairs, positions[[first, second]])
    both = np.repeat([1.0, -1.0], len(correlations))
    matrices = nearest_orthogonal(np.concatenate([correlations, correlations]), both)
    axes = np.linalg.svd(positions)[2].T
    signs = np.array(list(product((1.0, -1.0), repeat=3)))
    return np.concatenate([matrices, (axes * signs[:, None]) @ axes.T])


def _matchings(
    rotations: Float[np.ndarray, "some 3 3"],
    kinds: Int[np.ndarray, " atoms"],
    positions: Float[np.ndarray, "atoms 3"],
) -> Int[np.ndarray, "fewer points"]:
    """The operations of matrices that carry different atoms near to different ones of their kind.

    Where the nearest atoms of two coincide nothing is assigned: that would not be sensible.
    """
    n = len(kinds)
    carried = positions @ rotations.transpose(0, 2, 1)
    operations = np.empty((len(rotations), n + 2), int)
    for kind in np.unique(kinds):
        members = np.flatnonzero(kinds == kind)
        nearest = KDTree(positions[members]).query(carried[:, members])[1]
        operations[:, members] = members[nearest]
    improper = np.linalg.det(rotations) < 0
    operations[:, n] = np.where(improper, n + 1, n)
    operations[:, n + 1] = np.where(improper, n, n + 1)
    one_to_one = (np.sort(operations, axis=1) == np.arange(n + 2)).all(1)
    return np.unique(operations[one_to_one], axis=0)
