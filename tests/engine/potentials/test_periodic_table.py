"""Places in the periodic table, against pymatgen's."""

import numpy as np
import pytest
from pymatgen.core import Element

from engine.potentials.periodic_table import place, properties


@pytest.mark.parametrize("z", range(1, 104))
def test_periods_and_groups_are_those_of_pymatgen(z):
    element = Element.from_Z(z)
    period, electrons = place(z)
    assert period == element.row
    assert sum(electrons.values()) == z - (0, 2, 10, 18, 36, 54, 86)[period - 1]
    if 57 <= z <= 71 or z >= 89:  # lanthanides and actinides stand beside the groups
        return
    outer = electrons["s"] + electrons["d"] + electrons["p"]
    without_d = z == 2 or (electrons["p"] > 0 and period < 4)
    assert element.group == (18 if z == 2 else outer + 10 * without_d)


def test_elements_of_a_group_are_alike_and_what_is_common_is_zero():
    table = properties((3, 11, 19, 9, 17, 35))
    assert np.allclose(table.mean(0), 0)
    assert np.ptp(table[:3, 1]) == 0 and np.ptp(table[3:, 2]) == 0  # one s electron; five of p
    assert not table[:, 3:5].all(1).any() and np.all(table[:, 4] == 0)  # no f electrons anywhere
