import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, mx2
from ase.spacegroup import crystal

from engine.errors import PhonoscopeError
from engine.symmetry import character_table, representation, space_group
from engine.symmetry.crystals.space_group import SCHOENFLIES, kinds

# Optical modes at Γ of well-known structures (Bilbao server; textbooks).
KNOWN = {
    "silicon": (bulk("Si"), 227, "Oh", "T2g"),
    "rock salt": (bulk("NaCl", "rocksalt", 5.64), 225, "Oh", "T1u"),
    "zincblende": (bulk("GaAs", "zincblende", 5.65), 216, "Td", "T2"),
    "fluorite": (bulk("CaF2", "fluorite", 5.46), 225, "Oh", "T1u+T2g"),
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
    assert found.translations.shape == (4, 8)
    assert found.folded_group.order == 48


def test_tolerance_is_part_of_the_result():
    atoms = bulk("NaCl", "rocksalt", 5.64)
    atoms.set_cell(atoms.cell.array * [1, 1, 1.001], scale_atoms=True)
    exact, loose = space_group(atoms), space_group(atoms, 0.05)
    assert (exact.tolerance_A, exact.point_group) == (1e-3, "D4h")
    assert (loose.tolerance_A, loose.point_group, loose.hermann_mauguin) == (0.05, "Oh", "m-3m")


def test_distance_from_symmetry_is_reported():
    atoms = bulk("NaCl", "rocksalt", 5.64, cubic=True)
    atoms.rattle(0.005, seed=2)
    found = space_group(atoms, 0.1)
    assert found.number == 225
    assert 0.001 < found.folded_group.rms_A < 0.02


def test_atoms_of_different_mass_are_different():
    silicon = bulk("Si")
    silicon.set_masses([28, 30])
    assert space_group(silicon).symbol == "F-43m"
    assert kinds(silicon).tolist() == [1, 2]


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 2, 0], [2, 0, 1]])
def test_slab_has_its_layer_group_in_any_direction(order):
    slab = mx2("MoS2", a=3.18)
    slab.center(6, axis=2)
    turned = Atoms(
        slab.symbols, positions=slab.positions, cell=slab.cell.array[order], pbc=slab.pbc[order]
    )
    found = space_group(turned)
    assert (found.layer_group, found.point_group) == ("p-6m2", "D3h")
    assert np.allclose(np.abs(found.factor_group.axes[:, 2]), [0, 0, 1])


def test_open_directions_do_not_mix_with_the_lattice():
    slab = Atoms("Na", cell=[4, 4, 4], pbc=[True, True, False])
    assert space_group(slab).point_group == "D4h"
    assert space_group(slab).layer_group == "p4/mmm"


def test_an_open_direction_needs_no_vector():
    """Layers 1 angstrom apart would coincide in a cell of 1 angstrom."""
    positions = [(0, 0, 0), (1.5, 1.5, 1.0), (0, 0, 2.0)]
    slab = Atoms("Na3", positions=positions, cell=[3, 3, 0], pbc=[True, True, False])
    found = space_group(slab)
    assert (found.layer_group, found.factor_group.order) == ("p4/mmm", 16)


def test_what_spglib_cannot_do_is_said():
    with pytest.raises(PhonoscopeError, match="No space group"):
        space_group(Atoms("Na2", positions=[(0, 0, 0), (0, 0, 1e-7)], cell=[3, 3, 3], pbc=True))
    with pytest.raises(PhonoscopeError, match="not a tolerance"):
        space_group(bulk("Si"), 0.0)


def test_chain_is_told_by_its_cell():
    chain = Atoms("Na", cell=[2.5, 10, 10], pbc=[True, False, False])
    assert space_group(chain).point_group == "D4h"
