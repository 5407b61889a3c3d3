import numpy as np
import pytest
from ase.build import molecule
from posym import SymmetryNormalModes
from scipy.spatial.transform import Rotation

import engine
from engine.symmetry import character_table, point_group

GROUPS = {"CH4": "Td", "NH3": "C3v", "C2H6": "D3d", "BF3": "D3h", "C6H6": "D6h", "C2H4": "D2h"}


@pytest.mark.parametrize("name", GROUPS)
def test_rows_are_orthogonal_and_dimensions_add_up(name):
    atoms = molecule(name)
    atoms.positions = atoms.positions @ Rotation.random(rng=5).as_matrix().T
    group = point_group(atoms)
    table = character_table(group)
    gram = table.characters @ table.characters.T / group.order
    assert np.allclose(gram, np.eye(len(table.names)), atol=1e-10)
    assert (table.dimensions**2).sum() == group.order


@pytest.mark.parametrize("name", GROUPS)
def test_characters_multiply_like_the_operations(name):
    """A one-dimensional irrep is a homomorphism: this fails if operations are matched wrongly."""
    group = point_group(molecule(name))
    table = character_table(group)
    products = np.einsum("axy,byz->abxz", group.rotations, group.rotations)
    index = np.abs(products[:, :, None] - group.rotations).max((3, 4)).argmin(2)
    for row in table.characters[table.dimensions == 1]:
        assert np.allclose(row[index], np.outer(row, row))


def test_the_vector_representation_is_where_the_tables_have_it():
    group = point_group(molecule("CH4"))
    table = character_table(group)
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    assert dict(zip(table.names, np.rint(table.multiplicities(trace)), strict=True)) == {
        "A1": 0, "A2": 0, "E": 0, "T1": 0, "T2": 1,
    }  # fmt: skip


def test_labels_that_depend_on_the_axes_are_not_given():
    table = character_table(point_group(molecule("C6H6")))
    unsettled = {n for n, label in zip(table.names, table.labels, strict=True) if label is None}
    assert unsettled == {"B1g", "B2g", "B1u", "B2u"}
    water = character_table(point_group(molecule("H2O")))
    assert water.labels == ("A1", "A2", None, None)


def test_posym_labels_the_modes_of_methane_alike():
    """posym's own assignment, given the orientation of its standard operations."""
    entry = engine.entry("methane")
    modes = entry.result().modes
    # posym's Td has a threefold axis along z and a mirror plane containing x and z.
    hydrogens = entry.atoms.positions[1:] - entry.atoms.positions[0]
    z = hydrogens[0] / np.linalg.norm(hydrogens[0])
    x = hydrogens[1] - hydrogens[1] @ z * z
    x /= np.linalg.norm(x)
    into_standard = np.array([x, np.cross(z, x), z]).T
    found = SymmetryNormalModes(
        "Td",
        (entry.atoms.positions - entry.atoms.positions[0]) @ into_standard,
        [(u @ into_standard).tolist() for u in modes.displacement],
        entry.atoms.get_chemical_symbols(),
        orientation_angles=[0, 0, 0],
        center=[0, 0, 0],
    )
    for level in modes.levels():
        total = sum(found.get_state_mode(int(i)).get_ir_representation().values for i in level)
        names = found.get_state_mode(0).get_ir_representation().index
        assert names[int(np.argmax(total))] == modes.irrep[level[0]]
        assert np.isclose(total.max(), 1.0, atol=1e-3)
