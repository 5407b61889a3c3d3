import numpy as np
import pytest
from ase.spacegroup import crystal
from phonopy.phonon.character_table import character_table as phonopy_tables
from scipy.spatial.transform import Rotation

from engine.symmetry import character_table, space_group
from tests.engine.symmetry.crystals.crystal_classes import SPACE_GROUPS, made, symmetry_of

C2X, C2Z, XZ = np.diag([1.0, -1, -1]), np.diag([-1.0, -1, 1]), np.diag([1.0, -1, 1])
SIGMA_H = np.diag([1.0, 1, -1])


def turn_z(n):
    return Rotation.from_rotvec([0, 0, 2 * np.pi / n]).as_matrix()


# What the standard orientation of each class contains.
STANDARD = {
    "C1": [], "Ci": [-np.eye(3)], "C2": [C2Z], "Cs": [SIGMA_H], "C2h": [C2Z, SIGMA_H],
    "D2": [C2Z, C2X], "C2v": [C2Z, XZ], "D2h": [C2Z, C2X, SIGMA_H],
    "C4": [turn_z(4)], "S4": [SIGMA_H @ turn_z(4)], "C4h": [turn_z(4), SIGMA_H],
    "D4": [turn_z(4), C2X], "C4v": [turn_z(4), XZ], "D2d": [SIGMA_H @ turn_z(4), C2X],
    "D4h": [turn_z(4), C2X, SIGMA_H],
    "C3": [turn_z(3)], "S6": [turn_z(3), -np.eye(3)], "D3": [turn_z(3), C2X],
    "C3v": [turn_z(3), XZ], "D3d": [turn_z(3), C2X, -np.eye(3)],
    "C6": [turn_z(6)], "C3h": [turn_z(3), SIGMA_H], "C6h": [turn_z(6), SIGMA_H],
    "D6": [turn_z(6), C2X], "C6v": [turn_z(6), XZ], "D3h": [turn_z(3), C2X, SIGMA_H],
    "D6h": [turn_z(6), C2X, SIGMA_H],
    "T": [C2Z, C2X], "Th": [C2Z, C2X, -np.eye(3)], "O": [turn_z(4)],
    "Td": [SIGMA_H @ turn_z(4)], "Oh": [turn_z(4), SIGMA_H],
}  # fmt: skip


@pytest.mark.parametrize("number", SPACE_GROUPS)
def test_standard_operations_are_there_in_the_crystal_axes(number):
    group = symmetry_of(number).factor_group
    assert np.allclose(group.axes.T @ group.axes, np.eye(3), atol=1e-12)
    assert np.linalg.det(group.axes) == pytest.approx(1)
    local = group.axes.T @ group.rotations @ group.axes
    for operation in STANDARD[group.name]:
        assert np.abs(local - operation).max((1, 2)).min() < 1e-12


def test_every_class_is_among_the_crystals():
    classes = {symmetry_of(number).point_group for number in SPACE_GROUPS}
    assert classes == set(STANDARD)
    assert len(classes) == 32


@pytest.mark.parametrize(
    ("number", "z", "x"),
    [
        (14, [0, 1, 0], None),  # unique axis b; spglib may choose another a
        (62, [0, 0, 1], [1, 0, 0]),
        (36, [0, 0, 1], [1, 0, 0]),  # Cmc2_1: polar along c
        (136, [0, 0, 1], [1, 0, 0]),
        (99, [0, 0, 1], [1, 0, 0]),
        (111, [0, 0, 1], [1, 0, 0]),  # -42m
        (115, [0, 0, 1], [1, 1, 0]),  # -4m2
        (152, [0, 0, 1], [1, 0, 0]),  # 321
        (149, [0, 0, 1], [2, 1, 0]),  # 312
        (156, [0, 0, 1], [2, 1, 0]),  # 3m1
        (157, [0, 0, 1], [1, 0, 0]),  # 31m
        (164, [0, 0, 1], [1, 0, 0]),  # -3m1
        (162, [0, 0, 1], [2, 1, 0]),  # -31m
        (189, [0, 0, 1], [1, 0, 0]),  # -62m
        (187, [0, 0, 1], [2, 1, 0]),  # -6m2
        (186, [0, 0, 1], [2, 1, 0]),  # σv normal to [100]
        (194, [0, 0, 1], [1, 0, 0]),
        (225, [0, 0, 1], [1, 0, 0]),
    ],
)
def test_axes_lie_along_the_directions_of_the_standard_setting(number, z, x):
    """Up to operations of the crystal, which spglib may apply to the vectors it chooses."""
    atoms = made(number)
    group = symmetry_of(number).factor_group
    for column, direction in ((2, z), (0, x)):
        if direction is None:
            continue
        wanted = np.array(direction, float) @ atoms.cell.array
        wanted /= np.linalg.norm(wanted)
        images = np.abs(group.rotations @ group.axes[:, column] @ wanted)
        assert images.max() == pytest.approx(1, abs=1e-9)


def test_axes_follow_the_crystal_when_it_is_turned():
    rutile = crystal(
        ["Ti", "O"], [(0, 0, 0), (0.305, 0.305, 0)], spacegroup=136,
        cellpar=[4.59, 4.59, 2.96, 90, 90, 90],
    )  # fmt: skip
    turned = rutile.copy()
    turning = Rotation.from_rotvec([0.3, -0.7, 1.1]).as_matrix()
    turned.set_cell(rutile.cell.array @ turning.T, scale_atoms=True)
    first, second = space_group(rutile).factor_group, space_group(turned).factor_group
    carried = second.rotations @ (turning @ first.axes[:, 0]) @ second.axes[:, 0]
    assert np.abs(carried).max() == pytest.approx(1)


def test_axes_are_exact_though_the_crystal_is_not():
    atoms = made(136)
    atoms.rattle(0.01, seed=3)
    atoms.set_cell(atoms.cell.array * [[1.001], [0.999], [1]], scale_atoms=True)
    group = space_group(atoms, 0.1).factor_group
    assert group.name == "D4h"
    local = group.axes.T @ group.rotations @ group.axes
    assert np.abs(local - np.rint(local)).max() < 1e-12


# phonopy has no operations for P312 and the groups of its class.
@pytest.mark.parametrize("number", [n for n in SPACE_GROUPS if n != 149])
def test_names_agree_with_the_tables_of_phonopy(number):
    """Its tables are on the operations in the standard setting, typed in by hand."""
    atoms = made(number)
    symmetry = symmetry_of(number)
    group, lattice = symmetry.factor_group, atoms.cell.array
    ours = character_table(group)
    compared = 0
    for theirs in phonopy_tables[symmetry.hermann_mauguin]:
        cartesian = {
            symbol: lattice.T @ np.array(rotations) @ np.linalg.inv(lattice.T)
            for symbol, rotations in theirs["mapping_table"].items()
        }
        member = {
            symbol: [np.abs(group.rotations - rotation).max((1, 2)) for rotation in rotations]
            for symbol, rotations in cartesian.items()
        }
        if max(distance.min() for rows in member.values() for distance in rows) > 1e-6:
            continue  # the class in its other orientation
        for name, row in theirs["character_table"].items():
            for symbol, character in zip(theirs["rotation_list"], np.atleast_1d(row), strict=True):
                numbers = [distance.argmin() for distance in member[symbol]]
                assert np.allclose(ours.characters[ours.names.index(name), numbers], character)
                compared += len(numbers)
    assert compared == len(ours.names) * group.order
