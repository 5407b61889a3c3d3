"""The point group of a molecule.

Candidate operations come from matching atoms with atoms. Groups of them are placed as near to the
molecule as they can be, and judged by how far the atoms are from exact symmetry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from engine.errors import PhonoscopeError
from engine.symmetry.axes import conventional_axes
from engine.symmetry.group import NearGroup, SymmetryGroup, same_masses, schoenflies
from engine.symmetry.molecules.detection.groups import Fits
from engine.symmetry.molecules.detection.lines import Line, lines
from engine.symmetry.molecules.detection.operations import near_operations
from engine.symmetry.tables import POINT_GROUPS

TOLERANCE_A = 0.06
"""Six standard deviations of a noise of 0.01 angstrom in each coordinate.

Of ten million atoms one is farther off. At 0.05 it would be one of 65,000, and one C60 in a
thousand would lose its group.
"""

NEAR_A = 0.35
"""Beyond this distance of an atom no group is near, and no tolerance sensible."""

COINCIDENT_A = 0.1


def point_group(
    atoms: Atoms, tolerance_A: float = TOLERANCE_A, masses: bool = True
) -> SymmetryGroup:
    """The highest point group from whose exact symmetry no atom is farther than the tolerance.

    Judged is the largest distance: a mean would hide the displacement of one atom among many. A
    larger tolerance never gives a smaller group. A distortion below the tolerance cannot be told
    from noise and is taken for it; ``rms_A`` and ``largest_A`` tell how large it is, and a smaller
    tolerance shows the lower group.

    The operations act about the centroid of the atoms; those of linear molecules are C8v or D8h.

    Parameters
    ----------
    tolerance_A : above 0 and at most 0.35 angstrom.
    masses : whether isotopes count. The group is then that subgroup, in the same place, of the one
        without them which keeps every mass. All its operations leave the centre of mass where it
        is, too.

    Raises
    ------
    PhonoscopeError
        for fewer than two atoms, atoms that coincide, positions that are no numbers, or a tolerance
        out of range.
    """
    _require_apart(atoms)
    if not 0 < tolerance_A <= NEAR_A:
        raise PhonoscopeError(
            "This tolerance cannot be used",
            f"it is {tolerance_A:g} angstrom",
            f"Choose one above 0 and up to {NEAR_A} angstrom.",
        )
    positions = atoms.positions - atoms.positions.mean(0)
    kept = atoms.get_masses() if masses else np.ones(len(atoms))
    straight = lines(atoms.numbers, positions)
    for line in straight:
        if line.largest_A <= tolerance_A:
            whole = SymmetryGroup(line.name, line.rotations, line.permutations, 0.0, line.axes)
            group = _placed(whole.preserving(kept), positions)
            return replace(group, next_higher=_nearest(_higher_lines(straight, group, kept)))
    group, higher = _finite_group(atoms.numbers, positions, kept, tolerance_A)
    higher += _higher_lines(straight, group, kept)
    if group.name in POINT_GROUPS:  # otherwise no convention is known
        symmetric = group.symmetrize_positions(positions)
        telling = kept if masses else None
        axes = conventional_axes(group.name, group.rotations, symmetric, atoms.numbers, telling)
        group = replace(group, axes=axes)
    return replace(group, next_higher=_nearest(higher))


def _finite_group(
    numbers: Int[np.ndarray, " atoms"],
    positions: Float[np.ndarray, "atoms 3"],
    masses: Float[np.ndarray, " atoms"],
    tolerance_A: float,
) -> tuple[SymmetryGroup, list[NearGroup]]:
    """The group without regard to masses, then the part that keeps them, and what is above it."""
    near = near_operations(numbers, positions, 2 * NEAR_A)
    fits = Fits(near, positions)
    chosen = fits.highest(tolerance_A)
    permutations = near.permutations[:, :-2]
    name = schoenflies(chosen.rotations)
    whole = SymmetryGroup(name, chosen.rotations, permutations[list(chosen.members)], 0.0)
    allowed = np.flatnonzero(same_masses(permutations, masses)).tolist()
    members = tuple(member for member in chosen.members if member in allowed)
    above = fits.next_higher(members, allowed, NEAR_A)
    higher = (
        [NearGroup(schoenflies(above.rotations), above.rms_A, above.largest_A)] if above else []
    )
    return _placed(whole.preserving(masses), positions), higher


def _placed(group: SymmetryGroup, positions: Float[np.ndarray, "atoms 3"]) -> SymmetryGroup:
    """The group, with the distances of atoms from it."""
    distance = np.linalg.norm(group.symmetrize_positions(positions) - positions, axis=1)
    rms_A = float(np.sqrt(np.mean(distance**2)))
    return replace(group, rms_A=rms_A, largest_A=float(distance.max()))


def _higher_lines(
    straight: Iterable[Line], group: SymmetryGroup, masses: Float[np.ndarray, " atoms"]
) -> list[NearGroup]:
    """Those groups of a line that are near, contain the group, and keep all masses."""
    own = {permutation.tobytes() for permutation in group.permutations}
    return [
        NearGroup(line.name, line.rms_A, line.largest_A)
        for line in straight
        if line.largest_A <= NEAR_A
        and not (group.linear and group.order >= len(line.permutations))
        and own <= {permutation.tobytes() for permutation in line.permutations}
        and same_masses(line.permutations, masses).all()
    ]


def _nearest(groups: list[NearGroup]) -> NearGroup | None:
    return min(groups, key=lambda group: group.rms_A, default=None)


def _require_apart(atoms: Atoms) -> None:
    """At least two atoms, at positions that are numbers, no two in one place."""
    if len(atoms) < 2:
        raise PhonoscopeError(
            "There is nothing here that could vibrate",
            "a single atom has the symmetry of a sphere, and nothing to vibrate against"
            if len(atoms)
            else "there are no atoms",
            "Choose a molecule of two or more atoms.",
        )
    lost = np.flatnonzero(~np.isfinite(atoms.positions).all(1))
    if len(lost):
        raise PhonoscopeError(
            "A position is not a number",
            f"atom {lost[0] + 1} is at {atoms.positions[lost[0]].tolist()}",
            "Correct the structure.",
        )
    close = KDTree(atoms.positions).query_pairs(COINCIDENT_A)
    if close:
        i, j = min(close)
        apart = np.linalg.norm(atoms.positions[i] - atoms.positions[j])
        raise PhonoscopeError(
            "Two atoms coincide",
            f"atoms {i + 1} and {j + 1} are {apart:.2g} angstrom apart",
            "Remove one of them, or correct the positions.",
        )
