import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal

from engine.symmetry import character_table, representation, space_group
from engine.symmetry.space_group import SCHOENFLIES

# Optical modes at Γ of well-known structures (Bilbao server; textbooks).
KNOWN = {
    "silicon": (bulk("Si"), 227, "Oh", "T2g"),
    "rock salt": (bulk("NaCl", "rocksalt", 5.64), 225, "Oh", "T1u"),
    "zincblende": (bulk("GaAs", "zincblende", 5.65), 216, "Td", "T2"),
    "fluorite": (bulk("CaF2", "fluorite", 5.46), 225, "Oh", "T2g+T1u"),
    "quartz": (
        crystal(["Si", "O"], [(0.4697, 0, 1 / 3), (0.4135, 0.2669, 0.7858)], spacegroup=152,
                cellpar=[4.916, 4.916, 5.405, 90, 90, 120]),
        152, "D3", "4A1+4A2+8E",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("atoms", "number", "point", "optical"), KNOWN.values(), ids=KNOWN)
def test_optical_representation_at_gamma(atoms, number, point, optical):
    found = space_group(atoms)
    assert (found.number, found.point_group) == (number, point)
    group = found.factor_group
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    assert representation(group, group.displacement_characters() - trace) == optical


def test_all_32_classes_have_a_symbol():
    assert len(set(SCHOENFLIES.values())) == 32


def test_group_acts_on_displacements_of_a_non_symmorphic_crystal():
    """Operations with fractional translations still permute the atoms as a group."""
    group = space_group(bulk("Si")).factor_group
    swapping = (group.permutations == [1, 0]).all(1)
    assert swapping.sum() == 24
    table = character_table(group)
    counts = table.multiplicities(group.displacement_characters())
    assert np.allclose(counts, np.rint(counts), atol=1e-9)


def test_cell_that_is_not_primitive_has_no_factor_group():
    found = space_group(bulk("Si", cubic=True))
    assert found.number == 227
    assert found.primitive_cells == 4
    assert found.factor_group is None


def test_chain_is_told_by_its_cell():
    chain = Atoms("Na", cell=[2.5, 10, 10], pbc=[True, False, False])
    assert space_group(chain).point_group == "D4h"
