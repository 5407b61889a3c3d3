import numpy as np
import pytest
from ase.build import bulk

import engine
from engine import PhonoscopeError
from engine.phonons.thermal import (
    dulong_petit_J_mol_K,
    formula_units,
    per_formula_unit,
    thermal_properties,
)
from tests.engine.phonons.test_mesh import pairs

R = 8.31446261815324


@pytest.fixture(scope="module")
def ph(silicon, stillinger_weber):
    return engine.phonons(silicon, stillinger_weber)


def test_agrees_with_phonopy(ph):
    ph.phonopy.run_mesh((8, 8, 8), is_mesh_symmetry=False, is_gamma_center=True)
    ph.phonopy.run_thermal_properties(temperatures=[0, 50, 300, 1000], exclude_gamma_acoustic=True)
    expected = ph.phonopy.thermal_properties
    found = ph.thermal([0, 50, 300, 1000], mesh=(8, 8, 8))
    assert np.allclose(found.heat_capacity_J_mol_K, expected.heat_capacity, rtol=1e-5)
    assert np.allclose(found.entropy_J_mol_K, expected.entropy, rtol=1e-5)
    assert np.allclose(found.free_energy_kJ_mol, expected.free_energy, rtol=1e-5)


def test_limits(ph):
    cold, hot = ph.thermal(0.0), ph.thermal(1e5)
    assert cold.heat_capacity_J_mol_K == cold.entropy_J_mol_K == 0
    assert cold.free_energy_kJ_mol == cold.zero_point_kJ_mol > 0
    assert np.isclose(hot.heat_capacity_J_mol_K[0], 6 * R, rtol=1e-4)
    assert (hot.imaginary_modes, hot.zero_modes) == (0, 3)  # translations, of 8,000 x 6 modes
    assert np.isclose(hot.left_out_weight, 3 / 48000)


def test_entropy_is_the_slope_of_the_free_energy(ph):
    t = np.array([299.0, 300.0, 301.0])
    found = ph.thermal(t)
    slope = (found.free_energy_kJ_mol[2] - found.free_energy_kJ_mol[0]) / 2
    assert np.isclose(-1000 * slope, found.entropy_J_mol_K[1], rtol=1e-5)
    heat = 300 * (found.entropy_J_mol_K[2] - found.entropy_J_mol_K[0]) / 2
    assert np.isclose(heat, found.heat_capacity_J_mol_K[1], rtol=1e-4)


def test_what_is_left_out_is_told():
    frequencies = np.array([[-100.0, 0.0, 300.0], [1e-3, 200.0, 300.0]])
    found = thermal_properties(frequencies, np.array([1, 3]), (4, 1, 1), 300.0)
    assert (found.imaginary_modes, found.zero_modes) == (1, 4)
    assert np.isclose(found.left_out_weight, 5 / 12)
    assert np.isfinite(found.free_energy_kJ_mol).all()
    squeezed = engine.phonons(bulk("Na", "sc", a=1.6), pairs("Na", within=2.0)).thermal(300.0)
    assert squeezed.imaginary_modes > 0
    assert np.isfinite(squeezed.entropy_J_mol_K).all()


@pytest.mark.parametrize("wrong", [-1.0, [300.0, np.nan], np.inf, [[1.0]]])
def test_temperatures_without_sense_are_told(ph, wrong):
    with pytest.raises(PhonoscopeError, match="temperature"):
        ph.thermal(wrong)


def test_per_mole_of_formula_units(ph):
    assert formula_units(ph.atoms) == 2
    assert np.isclose(dulong_petit_J_mol_K(ph.atoms), 3 * R)
    hot = per_formula_unit(ph.thermal(5000.0), ph.atoms)
    assert np.allclose(hot.heat_capacity_J_mol_K, 3 * R, rtol=5e-3)
    salt = bulk("NaCl", "rocksalt", a=5.64, cubic=True)
    assert formula_units(salt) == 4
    assert np.isclose(dulong_petit_J_mol_K(salt), 6 * R)
