import numpy as np
import pytest
from ase.build import bulk

import engine
from engine.phonons.wave_representation import wave_representation


@pytest.fixture(scope="module")
def result():
    return engine.entry("silicon").result()


@pytest.mark.parametrize(
    ("q", "group", "convention"),
    [
        ([0.1, 0.0, 0.1], "C4v", "interior"),
        ([0.5, 0.5, 0.5], "D3d", "site"),
        ([0.5, 0.0, 0.5], "D4h", "own"),
        ([0.1, 0.05, 0.3], "C1", "interior"),
    ],
)
def test_groups_of_wave_vectors_of_silicon(result, q, group, convention):
    modes = result.modes(np.array(q))
    found = wave_representation(result, modes)
    assert (found.group, found.convention) == (group, convention)
    assert sum(count.dimension * count.levels for count in found.irreps) == 6
    assert {count.label for count in found.irreps} == set(modes.irrep)
    assert (found.table is None) == (convention == "own")
    if found.table is not None:
        assert set(modes.irrep) <= set(found.table.names)


def test_a_cell_that_is_not_primitive_has_no_labels_and_says_why(stillinger_weber):
    cubic = engine.phonons(bulk("Si", a=5.431, cubic=True), stillinger_weber, mesh=None)
    found = wave_representation(cubic, cubic.modes(np.array([0.5, 0.0, 0.0])))
    assert found.irreps == () and "primitive" in found.unlabelled
