"""Force constants at one wave vector from as few products with displacements as symmetry needs.

The operations that leave q where it is, and with a complex conjugation those that turn it into -q,
form the little group. With Phi u known for a real displacement u, Phi is known on all images of u,

    Phi (Gamma u) = Gamma (Phi u),      Phi (Gamma u)* = (Gamma Phi u)*   where g q = -q,

and the displacements are chosen such that the images span everything. Silicon at q = 0 needs one of
six.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from engine.phonons.operations import SAME_Q, Operations

SMALL = 48
"""Coordinates up to which a search for displacements of several atoms at once is worth its time."""

TRIALS = 60
"""Choices tried in that search."""

EVEN_ENOUGH = 0.1
"""Least weight, of the mean, with which a choice must cover every direction: errors of the
products then grow by no more than the root of its inverse."""

WELL_CONDITIONED = 1e-3
"""Smallest share of the mean weight with which the images of a choice must cover a direction."""


def _directions() -> Float[np.ndarray, "directions 3"]:
    """Axes, diagonals and two directions of no symmetry, one of each pair of opposites."""
    simple = [d for d in product((0, 1, -1), repeat=3) if d > (0, 0, 0)]
    simple.sort(key=lambda d: sum(map(abs, d)))
    vectors = np.array([*simple, (0.8, 0.5, 0.33), (-0.4, 0.9, 0.17)], float)
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


DIRECTIONS = _directions()


@dataclass(frozen=True)
class LittleGroup:
    """What leaves a wave vector where it is, or reverses it.

    Attributes
    ----------
    q : shape (3,), in units of the reciprocal vectors.
    operations : the operations with g q = q or g q = -q, modulo reciprocal lattice vectors.
    reverses : shape (order,), true for those with g q = -q only.
    """

    q: Float[np.ndarray, "3"]
    operations: Operations
    reverses: Bool[np.ndarray, " order"]

    def images(
        self, waves: Complex[np.ndarray, "k 3*atoms"] | Float[np.ndarray, "k 3*atoms"]
    ) -> Complex[np.ndarray, "order k 3*atoms"]:
        """All images of waves at q: again waves at q."""
        images = self.operations.carried(self.q, waves)
        images[self.reverses] = images[self.reverses].conj()
        return images

    def orbits(self) -> list[Int[np.ndarray, " orbit"]]:
        """Atoms grouped into those that the group carries into each other."""
        lowest = self.operations.sources.min(0)
        return [np.flatnonzero(lowest == atom) for atom in np.unique(lowest)]


def little_group(operations: Operations, q: Float[np.ndarray, "3"]) -> LittleGroup:
    """The little group of a wave vector, time reversal included."""
    turned = operations.wave_rotations @ q
    stays, reverses = _is_lattice(turned - q), _is_lattice(turned + q)
    kept = stays | reverses
    return LittleGroup(q, operations[kept], ~stays[kept])


def displacements(group: LittleGroup) -> Float[np.ndarray, "k 3*atoms"]:
    """Few real displacements whose images span all displacements at q.

    A displacement moves one atom, or one atom of several orbits at once where fewer displacements
    suffice in this way: in rock salt at q = 0, Na along x together with Cl along y says as much as
    either by itself, for their images are independent.

    Returns
    -------
    shape (k, 3*atoms), each of length 1, k from 3*atoms over the order of the group to 3*atoms.
    """
    alone = _one_orbit_each(group)
    size = alone.shape[1]
    fewest = -(-size // len(group.reverses))
    if size <= SMALL:
        for k in range(fewest, len(alone)):
            together = _orbits_together(group, k)
            if together is not None:
                return together
    return alone


def _one_orbit_each(group: LittleGroup) -> Float[np.ndarray, "k 3*atoms"]:
    """Displacements of single atoms.

    Images of one atom reach the atoms of its orbit only, and three directions always reach all
    of them. Directions are added one by one: first what raises the rank most, then what covers the
    orbit most evenly, so that no direction of the result rests on a difference of large numbers.
    """
    n = group.operations.sources.shape[1]
    chosen = []
    for orbit in group.orbits():
        candidates = np.zeros((len(DIRECTIONS), n, 3))
        candidates[:, orbit[0]] = DIRECTIONS
        images = group.images(candidates.reshape(len(DIRECTIONS), -1))
        images = images.reshape(*images.shape[:2], n, 3)[:, :, orbit].reshape(*images.shape[:2], -1)
        reach = np.einsum("gku,gkv->kuv", images, images.conj()) / len(images)
        for best in _greedy(reach):
            chosen.append(candidates[best].ravel())
    return np.array(chosen)


def _orbits_together(group: LittleGroup, k: int) -> Float[np.ndarray, "k 3*atoms"] | None:
    """The most even of some choices of k displacements; None if none of them is even enough."""
    n = group.operations.sources.shape[1]
    first = [orbit[0] for orbit in group.orbits()]
    rng = np.random.default_rng(0)
    best, evenness = None, EVEN_ENOUGH
    for trial in range(TRIALS):
        waves = np.zeros((k, n, 3))
        for atom in first:
            simple = DIRECTIONS[rng.integers(len(DIRECTIONS), size=k)]
            waves[:, atom] = simple if trial % 2 else rng.normal(size=(k, 3))
        waves /= np.linalg.norm(waves, axis=(1, 2))[:, None, None]
        images = group.images(waves.reshape(k, -1)).reshape(-1, 3 * n)
        eigenvalues = np.linalg.eigvalsh(images.T @ images.conj())
        if trial == 0 and eigenvalues[0] < 1e-9 * eigenvalues[-1]:
            return None  # what random directions do not span none will
        if eigenvalues[0] > evenness * eigenvalues.mean():
            best, evenness = waves.reshape(k, -1), eigenvalues[0] / eigenvalues.mean()
    return best


def reconstructed(
    group: LittleGroup,
    waves: Float[np.ndarray, "k 3*atoms"],
    products: Complex[np.ndarray, "k 3*atoms"],
) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
    """Phi(q) from Phi(q) u of displacements whose images span everything.

    It is the least-squares solution over all images, and so has the symmetry of the little group
    exactly. That it is Hermitian is not put in: how far it is tells how good the products are.

    Parameters
    ----------
    products : Phi u, in eV/angstrom^2 for displacements without unit.
    """
    u = group.images(waves).reshape(-1, waves.shape[1])
    f = group.images(products).reshape(-1, waves.shape[1])
    covered = u.T @ u.conj()
    return np.linalg.solve(covered.T, (f.T @ u.conj()).T).T


def _greedy(reach: Complex[np.ndarray, "candidates size size"]) -> list[int]:
    """Candidates whose sum of projectors has full rank, chosen one after the other."""
    size = reach.shape[1]
    total, chosen = np.zeros_like(reach[0]), list[int]()
    rank = 0
    while rank < size:
        eigenvalues = np.linalg.eigvalsh(total + reach)
        # The weight of a candidate is one, so that evenly spread it is 1/size in each direction.
        covers = eigenvalues > WELL_CONDITIONED / size
        smallest = np.where(covers, eigenvalues, np.inf).min(1)
        best = max(range(len(reach)), key=lambda c: (covers[c].sum(), round(smallest[c], 9), -c))
        if covers[best].sum() == rank:
            raise AssertionError("three directions on an atom span its orbit")
        rank = int(covers[best].sum())
        total = total + reach[best]
        chosen.append(best)
    return chosen


def _is_lattice(q: Float[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
    return (np.abs(q - np.rint(q)) < SAME_Q).all(1)
