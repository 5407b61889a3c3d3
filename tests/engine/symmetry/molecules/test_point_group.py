import json
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from engine import PhonoscopeError
from engine.symmetry import point_group
from engine.symmetry.group import schoenflies
from tests.engine.symmetry.molecules.shapes import IDEAL, SHAPES, operations, ring

REFERENCE = Path(__file__).parents[5] / "shared/reference/symmetry/vibrational_representations.json"


def thrown(atoms: Atoms, rng: np.random.Generator, noise: float = 0.0) -> Atoms:
    """Turned, moved, its atoms in another order, and rattled."""
    positions = atoms.positions @ Rotation.random(rng=rng).as_matrix().T + rng.normal(size=3)
    positions += noise * rng.normal(size=positions.shape)
    order = rng.permutation(len(atoms))
    return Atoms(atoms.numbers[order], positions=positions[order])


def centred(atoms: Atoms) -> np.ndarray:
    return atoms.positions - atoms.positions.mean(0)


@pytest.mark.parametrize("name", SHAPES)
def test_every_group_in_any_orientation_and_with_noise(name):
    shape, expected = SHAPES[name]
    rng = np.random.default_rng(list(name.encode()))
    for noise in (0.0, 0.001, 0.01):
        atoms = thrown(shape, rng, noise)
        group = point_group(atoms)
        assert group.name == expected, noise
        assert group.rms_A <= group.largest_A < 5 * noise + 0.005
        if not group.linear:
            assert schoenflies(group.rotations) == expected
        symmetric = group.symmetrize_positions(centred(atoms))
        carried = symmetric @ group.rotations.transpose(0, 2, 1)
        assert np.allclose(symmetric[group.permutations], carried, atol=1e-9)
        assert (atoms.numbers[group.permutations] == atoms.numbers).all()
        frame = group.axes
        assert np.allclose(frame.T @ frame, np.eye(3), atol=1e-9)
        assert np.linalg.det(frame) > 0


@pytest.mark.parametrize("name", IDEAL)
def test_operations_are_those_the_shape_was_made_with(name):
    rotation = Rotation.random(rng=8).as_matrix()
    atoms = SHAPES[f"ideal {name}"][0].copy()
    atoms.positions = atoms.positions @ rotation.T
    found = point_group(atoms).rotations
    made = rotation @ operations(name) @ rotation.T
    distance = np.abs(found[:, None] - made).max((2, 3))
    assert found.shape == made.shape
    assert distance.min(1).max() < 1e-9


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["C6H6", "CH4", "H2O", "ideal S8", "ideal T", "C2H2", "ideal D5d"]),
    quaternion=st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(
        lambda q: np.linalg.norm(q) > 0.1
    ),
    shift=st.floats(-100, 100),
)
def test_orientation_and_place_change_nothing(name, quaternion, shift):
    shape, expected = SHAPES[name]
    atoms = shape.copy()
    atoms.positions = atoms.positions @ Rotation.from_quat(quaternion).as_matrix().T + shift
    group, before = point_group(atoms), point_group(shape)
    assert group.name == expected
    assert group.rms_A == pytest.approx(before.rms_A, abs=1e-8)


@pytest.mark.parametrize(
    "name", ["C6H6", "NH3", "SF6", "ideal D4d", "ideal C6h", "cubane", "ideal S12", "CO2", "H2O2"]
)
def test_a_larger_tolerance_never_gives_a_smaller_group(name):
    atoms = thrown(SHAPES[name][0], np.random.default_rng(6), 0.03)
    groups = [point_group(atoms, tolerance_A) for tolerance_A in np.geomspace(0.003, 0.35, 12)]
    orders = [group.order for group in groups]
    assert orders == sorted(orders)
    assert [g.rms_A for g in groups] == pytest.approx(sorted(g.rms_A for g in groups), abs=1e-9)
    assert all(g.largest_A <= t for g, t in zip(groups, np.geomspace(0.003, 0.35, 12), strict=True))
    assert len(set(orders)) > 1


def test_what_is_nearly_there_is_told_and_had_at_a_larger_tolerance():
    stretched = molecule("C6H6")
    stretched.positions *= [1.06, 1.0, 1.0]
    group = point_group(stretched)
    assert (group.name, group.next_higher.name) == ("D2h", "D6h")
    assert group.rms_A < 1e-6
    assert group.next_higher.largest_A > 0.06
    higher = point_group(stretched, group.next_higher.largest_A + 1e-6)
    assert higher.name == "D6h"
    assert higher.rms_A == pytest.approx(group.next_higher.rms_A, abs=1e-9)
    assert point_group(stretched, group.next_higher.largest_A - 1e-6).name == "D2h"


@pytest.mark.parametrize("height", [0.08, 0.2])
def test_a_flat_pyramid_is_nearly_d3h(height):
    """Distances by hand: about the centroid N stands 3/4 of the height above the plane."""
    ammonia = Atoms("NH3", positions=[[0, 0, height], *ring(3, 1.0)])
    group = point_group(ammonia, tolerance_A=0.05)
    assert (group.name, group.next_higher.name) == ("C3v", "D3h")
    assert group.next_higher.largest_A == pytest.approx(0.75 * height)
    assert group.next_higher.rms_A == pytest.approx(height * np.sqrt(3) / 4)


def test_a_moved_atom_of_benzene():
    """Within what noise may do, so hidden by default, but told, and seen at a smaller tolerance."""
    atoms = molecule("C6H6")
    outwards = atoms.positions[0] / np.linalg.norm(atoms.positions[0])
    atoms.positions[0] += 0.03 * outwards
    group = point_group(atoms)
    assert group.name == "D6h"
    # Shared by six equivalent atoms it deviates by 5/6 at most; less, as all may turn and shift.
    assert 0.02 < group.largest_A < 0.025
    assert 0.005 < group.rms_A <= 0.03 * np.sqrt(5 / 6 / 12)
    smaller = point_group(atoms, tolerance_A=0.01)
    # Between the two, D2h shares it between the atom and the opposite one.
    assert (smaller.name, smaller.next_higher.name) == ("C2v", "D2h")
    assert smaller.next_higher.rms_A < group.rms_A
    assert point_group(atoms, smaller.next_higher.largest_A + 1e-6).name == "D2h"
    atoms.positions[0] += 0.2 * outwards
    assert point_group(atoms).name == "C2v"


def test_intermediate_groups_are_found():
    """Each step of the tolerance finds the next group, however its operations miss."""
    atoms = molecule("C6H6")
    atoms.positions[0] += Rotation.from_rotvec([0, 0, 0.7]).apply(atoms.positions[0]) * 0.07
    names, tolerance_A = [], 0.03
    while not names or names[-1] != "D6h":
        group = point_group(atoms, tolerance_A)
        names.append(group.name)
        tolerance_A = max(tolerance_A * 1.05, group.largest_A + 1e-9)
    steps = list(dict.fromkeys(names))
    assert steps[0] == "Cs"
    assert {"C2v", "D2h", "D3h"} <= set(steps)


def test_noise_of_one_hundredth_angstrom_is_no_distortion():
    rng = np.random.default_rng(11)
    for name in ("C6H6", "CH4", "H2O", "SF6", "cubane", "CH3OH", "C2H4", "C2H2") * 6:
        atoms = thrown(SHAPES[name][0], rng, 0.01)
        group = point_group(atoms)
        assert group.name == SHAPES[name][1]
        assert group.rms_A < 0.03


def test_more_than_twelvefold_axes():
    for n in (13, 20, 40):
        crown = Atoms(f"C{n}N{n}", positions=[*ring(n, 0.25 * n), *ring(n, 0.25 * n + 1.2, 1.0)])
        assert point_group(crown).name == f"C{n}v"


def test_lines_are_straight_and_have_a_definite_frame():
    atoms = thrown(SHAPES["HC5N"][0], np.random.default_rng(5), 0.01)
    group = point_group(atoms)
    assert (group.name, group.order, group.linear) == ("C∞v", 16, True)
    straight = group.symmetrize_positions(centred(atoms))
    assert np.linalg.svd(straight, compute_uv=False)[1] < 1e-12
    assert np.allclose(np.abs(straight @ group.axes[:, 2]), np.linalg.norm(straight, axis=1))
    x, y, z = point_group(Atoms("CO", positions=[[0, 0, 0], [0, 0, 1.1]])).axes.T
    assert np.allclose([x, y, z], np.eye(3))
    assert point_group(molecule("N2")).order == 32
    products = np.einsum("axy,byz->abxz", group.rotations, group.rotations)
    assert np.abs(products[:, :, None] - group.rotations).max((3, 4)).min(2).max() < 1e-12


def test_lines_that_are_nearly_higher():
    """Distances by hand, for one O drawn away by d and for C pushed off the line by b."""
    d, b = 0.2, 0.1
    uneven = Atoms("OCO", positions=[[0, 0, -1.16], [0, 0, 0], [0, 0, 1.16 + d]])
    group = point_group(uneven)
    assert (group.name, group.next_higher.name) == ("C∞v", "D∞h")
    assert group.next_higher.largest_A == pytest.approx(d / 3)
    assert group.next_higher.rms_A == pytest.approx(d / 3 / np.sqrt(2))
    bent = Atoms("OCO", positions=[[0, 0, -1.16], [0, b, 0], [0, 0, 1.16]])
    group = point_group(bent, tolerance_A=0.02)
    assert (group.name, group.next_higher.name) == ("C2v", "D∞h")
    assert group.next_higher.largest_A == pytest.approx(2 / 3 * b)
    assert point_group(bent, tolerance_A=2 / 3 * b + 1e-9).name == "D∞h"


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"{REFERENCE.name} is not at hand")
def test_groups_of_the_reference_molecules():
    for name, expected in json.loads(REFERENCE.read_text()).items():
        atoms = Atoms(expected["symbols"], positions=expected["positions_A"])
        assert point_group(atoms).name == expected["point_group"], name


@pytest.mark.parametrize(
    ("name", "heavy", "expected"),
    [
        ("CH4", {1: 2.014}, "C3v"),
        ("CH4", {1: 2.014, 2: 2.014}, "C2v"),
        ("CH4", {1: 2.014, 2: 3.016}, "Cs"),
        ("CH4", {1: 2.014, 2: 3.016, 3: 1.0}, "C1"),
        ("CH4", {1: 2.014, 2: 2.014, 3: 2.014, 4: 2.014}, "Td"),
        ("CH4", {0: 13.003}, "Td"),
        ("H2O", {1: 2.014}, "Cs"),
        ("NH3", {1: 2.014}, "Cs"),
        ("C6H6", {6: 2.014, 9: 2.014}, "D2h"),
        ("CO2", {1: 17.999}, "C∞v"),
        ("CO2", {0: 13.003}, "D∞h"),
        ("H2", {0: 2.014}, "C∞v"),
    ],
)
def test_isotopes_lower_the_group(name, heavy, expected):
    atoms = molecule(name)
    rng = np.random.default_rng(9)
    atoms.positions += 0.01 * rng.normal(size=atoms.positions.shape)
    masses = atoms.get_masses()
    masses[list(heavy)] = list(heavy.values())
    atoms.set_masses(masses)
    group, parent = point_group(atoms), point_group(atoms, masses=False)
    assert group.name == expected
    assert parent.name == SHAPES[name][1]
    assert (masses[group.permutations] == masses).all()
    assert (atoms.numbers[group.permutations] == atoms.numbers).all()
    assert group.rms_A <= parent.rms_A + 1e-12
    assert group.name == parent.preserving(masses).name
    own, whole = (
        {(r.tobytes(), p.tobytes()) for r, p in zip(g.rotations, g.permutations, strict=True)}
        for g in (group, parent)
    )
    assert own <= whole
    # The centre of mass of the symmetric molecule lies on every axis and mirror.
    centre = masses @ group.symmetrize_positions(centred(atoms))
    assert np.allclose(group.rotations @ centre, centre, atol=1e-10)


@pytest.mark.parametrize(
    ("atoms", "message"),
    [
        (Atoms(), "no atoms"),
        (Atoms("He"), "single atom"),
        (Atoms("CO", positions=[[0, 0, 0], [0, 0, 0.01]]), "atoms 1 and 2 are 0.01 angstrom"),
        (Atoms("H2O", positions=[[0, 0, 0], [0, 1, 0], [0, 1, 0]]), "atoms 2 and 3"),
        (Atoms("CO", positions=[[0, 0, 0], [0, 0, np.nan]]), "atom 2 is at"),
        (Atoms("CO", positions=[[np.inf, 0, 0], [0, 0, 0]]), "atom 1 is at"),
    ],
)
def test_what_has_no_group_is_told(atoms, message):
    with pytest.raises(PhonoscopeError, match=message):
        point_group(atoms)


@pytest.mark.parametrize("tolerance_A", [0.0, -1.0, 0.5, np.nan])
def test_senseless_tolerances_are_told(tolerance_A):
    with pytest.raises(PhonoscopeError, match="tolerance"):
        point_group(molecule("H2O"), tolerance_A)
