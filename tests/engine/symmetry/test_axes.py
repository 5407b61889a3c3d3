"""The axes that conventions choose, on molecules whose axes the literature gives."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine.symmetry import SymmetryGroup, character_table
from engine.symmetry.axes import conventional_axes, fitting_axes
from engine.symmetry.tables import POINT_GROUPS, standard_table

TURN = Rotation.from_rotvec([0.4, -1.1, 2.3]).as_matrix()


def ring(n, radius, z=0.0, start=0.0):
    angles = 2 * np.pi * (np.arange(n) + start) / n
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), np.full(n, z)], 1)


# fmt: off
SHAPES = {
    # C2v in the plane yz, C2 along z
    "water": ("C2v", "OHH", [[0, 0, 0.12], [0, 0.76, -0.48], [0, -0.76, -0.48]]),
    "formaldehyde": ("C2v", "OCHH", [[0, 0, 1.2], [0, 0, 0], [0, 0.94, -0.59], [0, -0.94, -0.59]]),
    # Not planar: three atoms in either plane, the heavier ones in yz
    "dichloromethane": ("C2v", "CHHClCl", [[0, 0, 0.77], [0.9, 0, 1.37], [-0.9, 0, 1.37],
                                           [0, 1.48, -0.22], [0, -1.48, -0.22]]),
    # The equatorial fluorines in yz
    "sulfur tetrafluoride": ("C2v", "SFFFF", [[0, 0, 0.37], [1.64, 0, 0.27], [-1.64, 0, 0.27],
                                              [0, 1.2, -0.6], [0, -1.2, -0.6]]),
    "propane": ("C2v", "CCCHHHHHHHH", [
        [0, 0, 0.59], [0, 1.27, -0.26], [0, -1.27, -0.26], [0.88, 0, 1.24], [-0.88, 0, 1.24],
        [0, 2.17, 0.36], [0, -2.17, 0.36], [0.88, 1.3, -0.91], [-0.88, 1.3, -0.91],
        [0.88, -1.3, -0.91], [-0.88, -1.3, -0.91]]),
    # D2h: planar in yz, z through most atoms
    "ethylene": ("D2h", "CCHHHH", [[0, 0, 0.66], [0, 0, -0.66], [0, 0.92, 1.23], [0, -0.92, 1.23],
                                   [0, 0.92, -1.23], [0, -0.92, -1.23]]),
    "pyrazine": ("D2h", "NNCCCCHHHH", [
        [0, 0, 1.41], [0, 0, -1.41], [0, 1.13, 0.7], [0, -1.13, 0.7], [0, 1.13, -0.7],
        [0, -1.13, -0.7], [0, 2.06, 1.25], [0, -2.06, 1.25], [0, 2.06, -1.25], [0, -2.06, -1.25]]),
    # Naphthalene's bonds alone: z through the two carbon atoms that the rings share (Mulliken)
    "naphthalene": ("D2h", "C" * 10, [
        [0, 0, 0.71], [0, 0, -0.71], [0, 1.24, 1.4], [0, -1.24, 1.4], [0, 1.24, -1.4],
        [0, -1.24, -1.4], [0, 2.43, 0.71], [0, -2.43, 0.71], [0, 2.43, -0.71], [0, -2.43, -0.71]]),
    # No atom on an axis in the plane: z along the long sides, which cuts as many bonds
    "rectangle": ("D2h", "CCCC", [[0, 0.67, 0.78], [0, -0.67, 0.78], [0, 0.67, -0.78],
                                  [0, -0.67, -0.78]]),
    # Not planar: most atoms in yz, z through two of them
    "diborane": ("D2h", "BBHHHHHH", [
        [0, 0, 0.88], [0, 0, -0.88], [0.97, 0, 0], [-0.97, 0, 0], [0, 1.04, 1.46], [0, -1.04, 1.46],
        [0, 1.04, -1.46], [0, -1.04, -1.46]]),
    # Twisted by little: as ethylene
    "twisted ethylene": ("D2", "CCHHHH", [
        [0, 0, 0.66], [0, 0, -0.66], [0.25, 0.89, 1.23], [-0.25, -0.89, 1.23], [-0.25, 0.89, -1.23],
        [0.25, -0.89, -1.23]]),
    # C2' through atoms, σv through atoms
    "benzene": ("D6h", "CCCCCCHHHHHH", np.concatenate([ring(6, 1.39), ring(6, 2.48)])),
    "xenon tetrafluoride": ("D4h", "XeFFFF", np.concatenate([[[0, 0, 0]], ring(4, 1.95)])),
    "bromine pentafluoride": ("C4v", "BrFFFFF", np.concatenate(
        [[[0, 0, 0], [0, 0, 1.69]], ring(4, 1.77, -0.1)])),
    # No atom on C2': the plane σv through atoms
    "dibenzenechromium": ("D6h", "Cr" + "C" * 12, np.concatenate(
        [[[0, 0, 0]], ring(6, 1.42, 1.61), ring(6, 1.42, -1.61)])),
    # No atom on C2' or in σv: C2' through the middles of bonds
    "D4 by bonds": ("D4", "CCCCCCCC", np.concatenate(
        [ring(4, 1.0, 0.7, 0.1), ring(4, 1.0, -0.7, -0.1)])),
}
# fmt: on


def group_of(name):
    """The operations of a shape as drawn, and the shape; the drawing has the conventional axes."""
    group, symbols, positions = SHAPES[name]
    operations = standard_table(group).operations
    atoms = Atoms(symbols, positions)
    carried = np.einsum("gxy,iy->gix", operations, atoms.positions)
    distance = np.linalg.norm(carried[:, :, None] - atoms.positions, axis=3)
    assert distance.min(2).max() < 0.011, "the drawing does not have this group"
    permutations = distance.argmin(2)
    exact = SymmetryGroup(group, operations, permutations, 0.0)
    atoms.positions = exact.symmetrize_positions(atoms.positions)
    return exact, atoms


def same_labels(name, operations, one, other):
    """Whether two frames give every operation the same characters."""
    rows = []
    for axes in (one, other):
        group = SymmetryGroup(name, operations, np.zeros((len(operations), 1), int), 0.0, axes)
        rows.append(character_table(group).characters)
    return np.allclose(*rows)


@pytest.mark.parametrize("name", POINT_GROUPS)
def test_frames_that_fit_carry_the_standard_operations_onto_the_group(name):
    standard = standard_table(name).operations
    operations = TURN @ standard @ TURN.T
    frames = list(fitting_axes(name, operations))
    assert frames
    for frame in frames[:: max(len(frames) // 8, 1)]:
        assert np.allclose(frame.T @ frame, np.eye(3)) and np.linalg.det(frame) > 0
        carried = frame @ standard @ frame.T
        assert np.abs(carried[:, None] - operations).max((2, 3)).min(1).max() < 1e-9
    assert any(np.allclose(frame, np.eye(3)) for frame in fitting_axes(name, standard))


@pytest.mark.parametrize(
    ("name", "number"), [("D2h", 24), ("C2v", 8), ("D6h", 24), ("Td", 24), ("Th", 24), ("Ih", 60)]
)
def test_all_frames_are_found(name, number):
    """As many as the rotations that carry the group into itself: those of O, D4, D12, O, O, I."""
    frames = np.array(list(fitting_axes(name, standard_table(name).operations)))
    assert len(np.unique(frames.round(6).reshape(len(frames), -1), axis=0)) == number


@pytest.mark.parametrize("name", SHAPES)
def test_the_axes_are_those_of_the_literature(name):
    group, atoms = group_of(name)
    axes = conventional_axes(group.name, group.rotations, atoms.positions, atoms.numbers)
    assert np.allclose(axes, np.eye(3))


@pytest.mark.parametrize("name", SHAPES)
def test_orientation_order_and_noise_do_not_change_labels(name):
    group, atoms = group_of(name)
    rng = np.random.default_rng(1)
    for seed in range(4):
        turn = Rotation.random(rng=seed).as_matrix()
        noisy = atoms.positions + 0.01 * rng.normal(size=atoms.positions.shape)
        positions = group.symmetrize_positions(noisy) @ turn.T
        operations = turn @ group.rotations @ turn.T
        order = rng.permutation(len(atoms))
        axes = conventional_axes(group.name, operations, positions[order], atoms.numbers[order])
        assert same_labels(group.name, operations, axes, turn)


def test_isotopes_tell_planes_apart():
    """CH2D2: both planes hold three atoms, yz the heavier (T. Shimanouchi, NSRDS-NBS 39, 1972)."""
    atoms = molecule("CH4")
    operations = standard_table("C2v").operations
    # Methane's hydrogens at (±1, ±1, ·): turned so that the planes are xz and yz.
    positions = atoms.positions @ Rotation.from_euler("z", 45, degrees=True).as_matrix().T
    in_xz = np.flatnonzero((np.abs(positions[:, 1]) < 1e-6) & (atoms.numbers == 1))
    masses = atoms.get_masses()
    masses[in_xz] = 2.014
    axes = conventional_axes("C2v", operations, positions, atoms.numbers, masses)
    assert np.allclose(np.abs(axes), [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


def test_a_tie_that_exchanges_labels_gives_none():
    """Methane's atoms taken for C2v: nothing tells the planes apart."""
    atoms = molecule("CH4")
    positions = atoms.positions @ Rotation.from_euler("z", 45, degrees=True).as_matrix().T
    operations = standard_table("C2v").operations
    axes = conventional_axes("C2v", operations, positions, atoms.numbers)
    assert np.allclose(axes.T @ axes, np.eye(3)) and np.allclose(np.abs(axes[2, 2]), 1)
    group = SymmetryGroup("C2v", operations, np.zeros((4, 5), int), 0.0, axes)
    assert character_table(group).labels == ("A1", "A2", None, None)


def test_of_equivalent_frames_the_nearest_to_the_cartesian_axes_is_taken():
    atoms = molecule("CH4")
    operations = standard_table("Td").operations
    small = Rotation.from_rotvec([0.1, 0.2, -0.1]).as_matrix()
    turned = small @ operations @ small.T
    axes = conventional_axes("Td", turned, atoms.positions @ small.T, atoms.numbers)
    assert np.allclose(axes, small)


@pytest.mark.parametrize("name", ["C1", "Ci", "Cs", "C2", "C3h", "S4"])
def test_free_directions_follow_the_cartesian_axes(name):
    operations = standard_table(name).operations
    axes = conventional_axes(name, operations, np.zeros((1, 3)), np.array([6]))
    assert np.allclose(axes, np.eye(3))


def test_operations_of_another_group_give_the_cartesian_axes():
    operations = standard_table("C4v").operations
    assert np.allclose(
        conventional_axes("D4", operations, np.zeros((1, 3)), np.array([6])), np.eye(3)
    )
