import numpy as np
from ase.build import bulk, molecule
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.movement import movement


@settings(max_examples=30, deadline=None)
@given(st.floats(-180, 180), st.floats(-180, 180), st.tuples(*[st.floats(-5, 5)] * 3))
def test_turning_and_shifting_a_molecule_is_no_movement(one, other, shift):
    before = molecule("CH3OH")
    after = before.copy()
    after.rotate(one, "x")
    after.rotate(other, "z")
    after.positions += shift
    assert movement(before, after).rms_A < 1e-6


def test_a_stretched_bond():
    before = molecule("H2")
    after = before.copy()
    after.positions *= 1.1
    half = 0.05 * before.get_distance(0, 1)
    assert np.isclose(movement(before, after).rms_A, half)
    assert movement(before, after).volume_change is None


def test_a_crystal_in_another_cell():
    before = bulk("NaCl", "rocksalt", 5.64)
    after = before.copy()
    after.set_cell(after.cell * 1.01, scale_atoms=True)
    after.positions += after.cell.array.sum(0)  # a lattice vector is no movement
    found = movement(before, after)
    assert found.rms_A < 1e-9
    assert np.isclose(found.volume_change, 1.01**3 - 1)
