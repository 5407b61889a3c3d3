"""The point group of a molecule.

pymatgen's analyzer proposes the operations; a proposal counts only if its operations close to an
exact group and every atom lies within the tolerance of its place under that group. Of all that
count, proposed at looser and tighter settings, the largest group is chosen.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int
from pymatgen.core import Molecule
from pymatgen.symmetry.analyzer import PointGroupAnalyzer
from scipy.optimize import linear_sum_assignment

from engine.errors import PhonoscopeError
from engine.symmetry.group import SymmetryGroup, exact_group, generated

LADDER_A = (0.3, 0.1, 0.03, 0.01)
INERTIA = (0.01, 0.1)
"""Tolerances at which pymatgen is asked: of positions in angstrom, of equal moments of inertia."""


def point_group(atoms: Atoms, tolerance_A: float = 0.05) -> SymmetryGroup:
    """The highest point group whose exact symmetry is nowhere farther away than the tolerance.

    Operations act about the centre of mass and carry atoms into atoms of the same element and mass,
    so that isotopes lower the group as they do that of the vibrations.

    Raises
    ------
    PhonoscopeError
        for a molecule of fewer than three atoms or a linear one, whose groups are infinite.
    """
    centred = atoms.positions - atoms.get_center_of_mass()
    if len(atoms) < 3 or np.linalg.svd(centred, compute_uv=False)[1] < tolerance_A:
        raise PhonoscopeError(
            "The point group of a linear molecule cannot be treated yet",
            f"{atoms.get_chemical_formula()} has all its atoms on one line",
            "Choose a molecule that is not linear.",
        )
    kinds = _kinds(atoms)
    molecule = Molecule(kinds.tolist(), centred)
    best = SymmetryGroup("C1", np.eye(3)[None], np.arange(len(atoms))[None], 0.0)
    for ladder_A, inertia in product(LADDER_A, INERTIA):
        analyzer = PointGroupAnalyzer(molecule, tolerance=ladder_A, eigen_tolerance=inertia)
        proposed = generated(np.array([op.rotation_matrix for op in analyzer.symmops]))
        if proposed is None or len(proposed) <= best.order:
            continue
        group = _accept(analyzer.sch_symbol, proposed, kinds, centred, tolerance_A)
        best = group or best
    return best


def _kinds(atoms: Atoms) -> Int[np.ndarray, " atoms"]:
    """An atomic number for each kind of atom: its own, or for further isotopes one not in use.

    pymatgen tells atoms apart by element only. Its masses serve no more than to find axes, and any
    that are equal for equal atoms have the right ones.
    """
    pairs = list(zip(atoms.numbers.tolist(), atoms.get_masses().round(6).tolist(), strict=True))
    unused = (number for number in range(1, 104) if number not in atoms.numbers)
    kinds: dict[tuple[int, float], int] = {}
    for number, mass in pairs:
        if (number, mass) not in kinds:
            kinds[number, mass] = next(unused) if number in kinds.values() else number
    return np.array([kinds[pair] for pair in pairs])


def _accept(
    name: str,
    proposed: Float[np.ndarray, "order 3 3"],
    kinds: Int[np.ndarray, " atoms"],
    centred: Float[np.ndarray, "atoms 3"],
    tolerance_A: float,
) -> SymmetryGroup | None:
    rotations = exact_group(proposed)
    if rotations is None:
        return None
    permutations = np.array([_permutation(r, kinds, centred) for r in rotations])
    group = SymmetryGroup(name, rotations, permutations, 0.0)
    deviation = np.linalg.norm(group.symmetrize_positions(centred) - centred, axis=1)
    if deviation.max() > tolerance_A:
        return None
    return SymmetryGroup(name, rotations, permutations, float(np.sqrt(np.mean(deviation**2))))


def _permutation(
    rotation: Float[np.ndarray, "3 3"],
    kinds: Int[np.ndarray, " atoms"],
    positions: Float[np.ndarray, "atoms 3"],
) -> Int[np.ndarray, " atoms"]:
    """Where each atom is carried: the assignment, kind by kind, of least total distance."""
    distance = np.linalg.norm((positions @ rotation.T)[:, None] - positions, axis=2)
    distance[kinds[:, None] != kinds] = 1e6
    return linear_sum_assignment(distance**2)[1]
