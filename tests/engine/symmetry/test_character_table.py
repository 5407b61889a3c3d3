"""Tables on a group's own operations, and the labels of motions that the literature names."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from posym import SymmetryNormalModes
from scipy.spatial.transform import Rotation

import engine
from engine.symmetry import SymmetryGroup, character_table, point_group
from engine.symmetry.tables import POINT_GROUPS, standard_table
from tests.engine.symmetry.test_axes import SHAPES, ring

TURN = Rotation.from_rotvec([0.4, -1.1, 2.3]).as_matrix()
FINITE = [name for name in POINT_GROUPS if "∞" not in name]


def turned_group(name, axes=TURN):
    operations = TURN @ standard_table(name).operations @ TURN.T
    shuffled = operations[np.random.default_rng(2).permutation(len(operations))]
    return SymmetryGroup(name, shuffled, np.zeros((len(operations), 1), int), 0.0, axes)


@pytest.mark.parametrize("name", POINT_GROUPS)
def test_every_group_has_a_table_in_any_orientation_and_order(name):
    group = turned_group(name)
    table = character_table(group)
    standard = standard_table(name)
    assert table.group == name and all(table.settled) and table.labels == standard.irreps
    for row, expected in zip(table.characters, standard.characters, strict=True):
        for own, same in zip(table.classes, standard.classes, strict=True):
            assert own.name == same.name and len(own.members) == len(same.members)
            # A class of a linear molecule has many characters, of all angles.
            assert np.allclose(
                *(np.sort(x) for x in (row[[*own.members]], expected[[*same.members]]))
            )
    assert sorted(i for c in table.classes for i in c.members) == list(range(group.order))


@pytest.mark.parametrize("name", ["C3v", "D2h", "D6h", "C6h", "D5d", "Td", "Oh", "S8"])
def test_characters_multiply_like_the_operations(name):
    """A one-dimensional irrep is a homomorphism: this fails if operations are matched wrongly."""
    group = turned_group(name)
    table = character_table(group)
    products = np.einsum("axy,byz->abxz", group.rotations, group.rotations)
    index = np.abs(products[:, :, None] - group.rotations).max((3, 4)).argmin(2)
    for row in table.characters[table.dimensions == 1]:
        assert np.allclose(row[index], np.outer(row, row))


def test_complex_pairs_are_told_from_other_irreps_of_dimension_two():
    assert character_table(turned_group("C6")).complex_pairs == (False, False, True, True)
    assert not any(character_table(turned_group("C6v")).complex_pairs)


def test_posym_is_the_source_where_it_works():
    sources = {name: character_table(turned_group(name)).source for name in FINITE}
    assert sources["D6h"] == sources["Td"] == sources["C2v"] == "posym"
    assert sources["C1"] == sources["C6h"] == sources["D8d"] == sources["C12"] == "own"


def test_the_vector_representation_is_where_the_tables_have_it():
    group = turned_group("Td")
    table = character_table(group)
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    assert dict(zip(table.names, np.rint(table.multiplicities(trace)), strict=True)) == {
        "A1": 0, "A2": 0, "E": 0, "T1": 0, "T2": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "unsettled"),
    [
        ("C2v", {"B1", "B2"}),
        ("D2", {"B1", "B2", "B3"}),
        ("D4", {"B1", "B2"}),
        ("D6h", {"B1g", "B2g", "B1u", "B2u"}),
        ("D3h", set()),
        ("D2d", set()),
        ("S8", set()),
        ("Th", set()),
        ("Ih", set()),
        ("D∞h", set()),
    ],
)
def test_without_axes_that_fit_only_what_does_not_depend_on_them_is_given(name, unsettled):
    table = character_table(turned_group(name, axes=np.eye(3)))
    pairs = zip(table.names, table.labels, strict=True)
    assert {irrep for irrep, label in pairs if label is None} == unsettled


def test_there_is_no_table_for_operations_that_are_not_those_of_the_name():
    operations = standard_table("D4").operations
    permutations = np.zeros((8, 1), int)
    for name in ("C4v", "D2d", "C8", "D2", "K"):
        assert character_table(SymmetryGroup(name, operations, permutations, 0.0)) is None


# fmt: off
GAMMA_VIB = {
    # As the literature gives them, in the order of the tables here.
    "water": "2A1+B2",
    "formaldehyde": "3A1+B1+2B2",
    "dichloromethane": "4A1+A2+2B1+2B2",  # Shimanouchi, NSRDS-NBS 39 (1972)
    "sulfur tetrafluoride": "4A1+A2+2B1+2B2",
    "ethylene": "3Ag+Au+2B1u+B2g+2B2u+2B3g+B3u",
    "pyrazine": "5Ag+2Au+B1g+4B1u+2B2g+4B2u+4B3g+2B3u",  # Innes, Ross, Moomaw (1988)
    "benzene": "2A1g+A2g+2B2g+E1g+4E2g+A2u+2B1u+2B2u+3E1u+2E2u",
    "xenon tetrafluoride": "A1g+B1g+B2g+A2u+B2u+2Eu",
    "bromine pentafluoride": "3A1+2B1+B2+3E",  # Begun, Fletcher, Smith (1965)
    "pyridine": "10A1+3A2+5B1+9B2",
    "allene": "3A1+B1+3B2+4E",
    "phosphorus pentafluoride": "2A1'+2A2''+3E'+E''",
    "iodine heptafluoride": "2A1'+2A2''+3E1'+E1''+2E2'+E2''",  # Lord et al. (1950)
    "sulfur ring": "2A1+B1+B2+2E1+3E2+2E3",  # Scott, McCullough, Kruse (1964)
}

MORE = {
    "pyridine": molecule("C5H5N"),
    "allene": molecule("C3H4_D2d"),
    "phosphorus pentafluoride": Atoms("PF5", np.concatenate(
        [[[0, 0, 0], [0, 0, 1.58], [0, 0, -1.58]], ring(3, 1.53)])),
    "iodine heptafluoride": Atoms("IF7", np.concatenate(
        [[[0, 0, 0], [0, 0, 1.79], [0, 0, -1.79]], ring(5, 1.86)])),
    "sulfur ring": Atoms("S8", np.concatenate([ring(4, 2.35, 0.5), ring(4, 2.35, -0.5, 0.5)])),
}
# fmt: on


def shape(name):
    """Atoms, and their displacements, turned anywhere."""
    atoms = MORE[name].copy() if name in MORE else Atoms(*SHAPES[name][1:])
    atoms.positions = atoms.positions @ TURN.T
    return atoms


@pytest.mark.parametrize("name", GAMMA_VIB)
def test_all_vibrations_are_those_of_the_literature(name):
    group = point_group(shape(name))
    table = character_table(group)
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    rigid = trace * (1 + np.linalg.det(group.rotations))
    counts = np.rint(table.multiplicities(group.displacement_characters() - rigid)).astype(int)
    terms = [
        f"{c if c > 1 else ''}{label}" for c, label in zip(counts, table.labels, strict=True) if c
    ]
    assert "+".join(terms) == GAMMA_VIB[name]


def alternating(n, direction):
    """Every second atom of a ring up, out or on, and the others the opposite way."""
    signs = (-1.0) ** np.arange(n)
    radial = ring(n, 1.0)
    vectors = {"z": [[0, 0, 1]] * n, "radial": radial, "tangential": np.cross([0, 0, 1], radial)}
    return signs[:, None] * np.array(vectors[direction])


# Displacements in the axes of the drawing; atoms left out rest.
MOTIONS = {
    ("water", "ν3, antisymmetric stretch", "B2"): [[0, 0, 0], [0, 1, -0.8], [0, 1, 0.8]],
    ("formaldehyde", "ν4, wag out of the plane", "B1"): [[0, 0, 0], [0, 0, 0], *2 * [[1, 0, 0]]],
    ("formaldehyde", "ν5, antisymmetric stretch", "B2"): [*2 * [[0, 0, 0]], [0, 1, 0], [0, 1, 0]],
    ("dichloromethane", "ν6, antisymmetric CH stretch", "B1"): [[0, 0, 0], [1, 0, 1], [1, 0, -1]],
    ("dichloromethane", "ν9, antisymmetric CCl stretch", "B2"): [
        *3 * [[0, 0, 0]], [0, 1, -1], [0, 1, 1],
    ],
    ("sulfur tetrafluoride", "ν6, antisymmetric axial stretch", "B1"): [
        [0, 0, 0], [1, 0, 0], [1, 0, 0],
    ],
    ("sulfur tetrafluoride", "ν8, antisymmetric equatorial stretch", "B2"): [
        *3 * [[0, 0, 0]], [0, 1, -1], [0, 1, 1],
    ],
    ("ethylene", "ν4, torsion", "Au"): [
        *2 * [[0, 0, 0]], [1, 0, 0], [-1, 0, 0], [-1, 0, 0], [1, 0, 0],
    ],
    ("ethylene", "ν7, wag", "B3u"): [*2 * [[0, 0, 0]], *4 * [[1, 0, 0]]],
    ("ethylene", "ν8, wag", "B2g"): [*2 * [[0, 0, 0]], *2 * [[1, 0, 0]], *2 * [[-1, 0, 0]]],
    ("benzene", "ν4, puckering", "B2g"): alternating(6, "z"),
    ("benzene", "ν12, trigonal", "B1u"): alternating(6, "radial"),
    ("benzene", "ν14, Kekulé", "B2u"): alternating(6, "tangential"),
    ("xenon tetrafluoride", "antisymmetric stretch", "B1g"): [
        [0, 0, 0], *alternating(4, "radial"),
    ],
    ("xenon tetrafluoride", "bend in the plane", "B2g"): [
        [0, 0, 0], *alternating(4, "tangential"),
    ],
    ("xenon tetrafluoride", "puckering", "B2u"): [[0, 0, 0], *alternating(4, "z")],
    ("bromine pentafluoride", "antisymmetric stretch", "B1"): [
        *2 * [[0, 0, 0]], *alternating(4, "radial"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "motion", "irrep"), MOTIONS)
def test_a_motion_has_the_label_of_the_literature(name, motion, irrep):
    atoms = shape(name)
    group = point_group(atoms)
    displacement = np.zeros((len(atoms), 3))
    moved = np.array(MOTIONS[name, motion, irrep], float)
    displacement[: len(moved)] = moved @ TURN.T
    displacement /= np.linalg.norm(displacement)
    table = character_table(group)
    counts = table.multiplicities(group.characters(displacement[None]))
    assert table.labels[int(np.argmax(counts))] == irrep
    assert np.isclose(counts.max(), 1)


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
