import numpy as np

from engine import energy_forces_stress, hessian
from tests.helpers import numerical_gradient


def test_columns_are_the_slopes_of_the_forces(rattled_silicon, stillinger_weber):
    matrix = hessian(rattled_silicon, stillinger_weber)
    assert np.allclose(matrix, matrix.T, atol=1e-11)
    assert np.abs(matrix.reshape(-1, len(rattled_silicon), 3).sum(1)).max() < 1e-11

    for atom, axis in ((0, 0), (2, 1)):

        def force(positions: np.ndarray, atom: int = atom, axis: int = axis) -> float:
            moved = rattled_silicon.copy()
            moved.positions = positions
            return -energy_forces_stress(moved, stillinger_weber).forces_eV_A[atom, axis]

        row = numerical_gradient(force, rattled_silicon.positions)
        assert np.allclose(matrix[3 * atom + axis], row.ravel(), atol=1e-7)


def test_chunks_change_nothing(rattled_silicon, stillinger_weber):
    whole = hessian(rattled_silicon, stillinger_weber)
    assert np.allclose(hessian(rattled_silicon, stillinger_weber, columns_at_once=5), whole)
