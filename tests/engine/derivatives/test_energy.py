import jax.numpy as jnp
import numpy as np
import pytest

from engine import energy_forces_stress
from tests.helpers import message_passing_potential, numerical_gradient


@pytest.fixture(params=["stillinger-weber", "network"])
def potential(request, stillinger_weber):
    return stillinger_weber if request.param == "stillinger-weber" else message_passing_potential()


def test_forces_are_minus_the_slope_of_the_energy(rattled_silicon, potential):
    def energy(positions: np.ndarray) -> float:
        moved = rattled_silicon.copy()
        moved.positions = positions
        return energy_forces_stress(moved, potential).energy_eV

    result = energy_forces_stress(rattled_silicon, potential)
    slope = numerical_gradient(energy, rattled_silicon.positions)
    assert np.abs(result.forces_eV_A + slope).max() < 1e-8 * max(1, np.abs(slope).max())
    assert np.allclose(result.forces_eV_A.sum(0), 0.0, atol=1e-12 * np.abs(slope).max())


def test_stress_is_the_slope_along_strain(rattled_silicon, potential):
    def energy(strain: np.ndarray) -> float:
        strained = rattled_silicon.copy()
        symmetric = (strain + strain.T) / 2
        strained.set_cell(strained.cell.array @ (np.eye(3) + symmetric), scale_atoms=True)
        return energy_forces_stress(strained, potential).energy_eV

    stress = energy_forces_stress(rattled_silicon, potential).stress_eV_A3
    slope = numerical_gradient(energy, np.zeros((3, 3))) / rattled_silicon.get_volume()
    assert np.abs(stress - slope).max() < 1e-8 * max(1, np.abs(slope).max())


def test_energy_does_not_notice_rotation_translation_or_order(rattled_silicon, potential):
    reference = energy_forces_stress(rattled_silicon, potential)
    turned = rattled_silicon.copy()
    turned.rotate(37, (1, 2, 3), rotate_cell=True)
    turned.translate([0.3, -5.0, 1.1])
    order = [2, 0, 3, 1]
    result = energy_forces_stress(turned[order], potential)
    assert np.isclose(result.energy_eV, reference.energy_eV, rtol=1e-12)
    rotation = np.linalg.solve(rattled_silicon.cell.array, turned.cell.array)
    assert np.allclose(result.forces_eV_A, (reference.forces_eV_A @ rotation)[order], atol=1e-10)


def test_single_precision_is_single_precision(silicon, stillinger_weber):
    assert stillinger_weber.astype(np.dtype(np.float32)).parameters["sigma_A"].dtype == jnp.float32
    double = energy_forces_stress(silicon, stillinger_weber)
    single = energy_forces_stress(silicon, stillinger_weber, np.dtype(np.float32))
    assert single.forces_eV_A.dtype == np.float32
    assert 0 < abs(single.energy_eV - double.energy_eV) < 1e-4
