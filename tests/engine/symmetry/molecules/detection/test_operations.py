from itertools import permutations, product

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from engine.symmetry.molecules.detection.operations import near_operations
from tests.engine.symmetry.molecules.shapes import SHAPES

REACH_A = 0.7


def rattled(name: str, noise_A: float) -> tuple[np.ndarray, np.ndarray]:
    atoms = SHAPES[name][0]
    rng = np.random.default_rng(4)
    positions = atoms.positions + noise_A * rng.normal(size=atoms.positions.shape)
    return atoms.numbers, positions - positions.mean(0)


def all_operations(kinds: np.ndarray, positions: np.ndarray, within_A: float) -> set[tuple]:
    """Every permutation there is, with scipy's best rotation of the atoms or of their mirror."""
    found = set()
    for images in permutations(range(len(kinds))):
        carried = positions[list(images)]
        if (kinds[list(images)] != kinds).any():
            continue
        for sign in (1, -1):
            rotation, _ = Rotation.align_vectors(carried, sign * positions)
            missed = carried - rotation.apply(sign * positions)
            if np.linalg.norm(missed, axis=1).max() <= within_A:
                found.add((*images, sign))
    return found


@pytest.mark.filterwarnings("ignore:Optimal rotation is not uniquely")
@pytest.mark.parametrize("noise_A", [0.0, 0.01, 0.1])
@pytest.mark.parametrize("name", ["H2O", "NH3", "CH4", "C2H4", "PF5", "CH3Cl", "H2O2", "BF3"])
def test_no_operation_is_missed(name, noise_A):
    kinds, positions = rattled(name, noise_A)
    near = near_operations(kinds, positions, REACH_A)
    found = {(*row[:-2].tolist(), 1 if row[-1] > row[-2] else -1) for row in near.permutations}
    assert all_operations(kinds, positions, 0.5) <= found
    assert found <= all_operations(kinds, positions, REACH_A + 1e-9)


def test_products_are_those_of_permutations():
    near = near_operations(*rattled("C6H6", 0.02), REACH_A)
    number = len(near.permutations)
    assert number == 24
    for a, b in product(range(number), repeat=2):
        both = near.permutations[near.table[a, b]]
        assert (both == near.permutations[a][near.permutations[b]]).all()
    assert (near.table[near.identity] == np.arange(number)).all()
    assert near.closure(range(number)) == tuple(range(number))
    assert near.closure([]) == (near.identity,)
    for operation in range(number):
        members = near.closure([operation])
        assert number % len(members) == 0  # Lagrange
        assert near.closure(members) == members
