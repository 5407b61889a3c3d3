"""Groups of near operations: how far a molecule is from each, and which one to choose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.symmetry.group import exact_group
from engine.symmetry.molecules.detection.operations import (
    NearOperations,
    best_rotations,
    nearest_orthogonal,
)

ALIGNMENTS = 10


@dataclass(frozen=True)
class Fit:
    """A group placed as near to a molecule as it can be.

    Attributes
    ----------
    members : numbers of its operations among the near ones, ascending.
    generators : some of them whose products are all.
    rotations : shape (order, 3, 3), an exact group, in the order of ``members``.
    rms_A, largest_A : distance in angstrom of the atoms from exact symmetry.
    """

    members: tuple[int, ...]
    generators: tuple[int, ...]
    rotations: Float[np.ndarray, "order 3 3"]
    rms_A: float
    largest_A: float


class Fits:
    """Fits of one molecule, each group fitted once.

    Parameters
    ----------
    near : its near operations.
    positions : shape (atoms, 3), relative to the centroid, in angstrom.
    """

    def __init__(self, near: NearOperations, positions: Float[np.ndarray, "atoms 3"]) -> None:
        self.near = near
        self.positions = positions
        self._known: dict[tuple[int, ...], Fit | None] = {}

    def generated(self, generators: Iterable[int]) -> Fit | None:
        """The group that operations generate; None if it is no point group of this molecule."""
        chosen = tuple(generators)
        members = self.near.closure(chosen)
        if members is None:
            return None
        if members not in self._known:
            self._known[members] = self._fit(members, chosen)
        return self._known[members]

    def highest(self, tolerance_A: float) -> Fit:
        """Of all groups that no atom is farther from than the tolerance, the largest.

        The rms distance of a subgroup is never larger than that of its group, and an operation of a
        group at rms distance d misses by no more than 2 d. Groups are therefore built from below,
        leaving off where the rms distance exceeds the tolerance; how a group is judged does not
        depend on the tolerance, so that a larger one never gives a smaller group.
        """
        possible = np.flatnonzero(self.near.missed_rms_A <= 2 * tolerance_A).tolist()
        everything = self.generated(possible)
        if everything is not None and everything.largest_A <= tolerance_A:
            return everything
        cyclic: dict[tuple[int, ...], Fit] = {}
        for operation in possible:
            group = self.generated([operation])
            if group is not None and group.rms_A <= tolerance_A:
                cyclic[group.members] = group
        found = dict(cyclic)
        queue = list(cyclic.values())
        for group in queue:  # grows meanwhile
            for other in cyclic.values():
                if other.generators[0] in group.members:
                    continue
                joined = self.generated(group.generators + other.generators)
                if joined is None or joined.rms_A > tolerance_A or joined.members in found:
                    continue
                found[joined.members] = joined
                queue.append(joined)
        within = [group for group in queue if group.largest_A <= tolerance_A]
        return min(within, key=lambda group: (-len(group.members), group.largest_A))

    def next_higher(
        self, chosen: tuple[int, ...], operations: Iterable[int], reach_A: float
    ) -> Fit | None:
        """The nearest group that contains the chosen one and some other of the operations.

        Parameters
        ----------
        chosen : all members of the chosen group.
        operations : ascending, and so in the distance by which they miss.
        reach_A : how far an atom may be from it at most.
        """
        nearest = None
        for operation in operations:
            if nearest is not None and self.near.missed_rms_A[operation] > 2 * nearest.rms_A:
                break  # no group with this operation or a later one can be nearer
            if operation in chosen:
                continue
            group = self.generated((*chosen, operation))
            if group is None or group.largest_A > reach_A:
                continue
            if nearest is None or group.rms_A < nearest.rms_A:
                nearest = group
        return nearest

    def _fit(self, members: tuple[int, ...], generators: tuple[int, ...]) -> Fit | None:
        """Place a group: its matrices from the atoms, made exact, then turned as a whole.

        Averaging over the group gives the nearest symmetric positions for its orientation, and
        turning these onto the atoms a better orientation, until neither changes anything.
        """
        permutations = self.near.permutations[list(members)]
        table = np.searchsorted(members, self.near.table[np.ix_(members, members)])
        rotations = exact_group(best_rotations(permutations, self.positions), table)
        if rotations is None:
            return None
        images = self.positions[permutations[:, :-2]]
        for _ in range(ALIGNMENTS):
            symmetric = np.einsum("gix,gxy->iy", images, rotations) / len(rotations)
            turn = nearest_orthogonal((self.positions.T @ symmetric)[None], np.ones(1))[0]
            if np.abs(turn - np.eye(3)).max() < 1e-9:
                break
            rotations = turn @ rotations @ turn.T
        distance = np.linalg.norm(symmetric - self.positions, axis=1)
        rms_A = float(np.sqrt(np.mean(distance**2)))
        return Fit(members, generators, rotations, rms_A, float(distance.max()))
