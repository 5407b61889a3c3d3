import numpy as np
import pytest
from ase.build import bulk

import engine
from engine.phonons import band_path
from engine.phonons.branches import connected, straight_runs
from engine.phonons.irreps import wave_symmetries
from engine.phonons.path import BandPath
from engine.symmetry import space_group
from engine.units import frequency_cm1
from tests.engine.phonons.crystals import CRYSTALS, random_dynamical_matrix


def connect(name, route="auto", n_points=60, atoms=None):
    atoms = CRYSTALS[name]() if atoms is None else atoms
    path = band_path(atoms, n_points, route)
    dynamical = random_dynamical_matrix(atoms)
    matrices = np.array([dynamical(q) for q in path.q])
    return path, matrices, connected(path, matrices, wave_symmetries(atoms, space_group(atoms)))


def curves(found):
    return np.take_along_axis(found.frequencies_cm1, found.connection, axis=1)


@pytest.fixture(scope="module")
def silicon_bands(silicon, stillinger_weber):
    return engine.phonons(silicon, stillinger_weber, mesh=None).bands(n_points=100)


def test_branches_of_silicon(silicon_bands):
    """Δ5 TA and TO, Δ1 LA and Δ2' LO, which meet at X; Λ3 and Λ1 twice."""
    delta, *_ = (s for s in silicon_bands.segments)
    assert delta.group == "C4v"
    assert sorted(delta.labels) == ["A1", "B2", "E", "E", "E", "E"]
    along = silicon_bands.connected_cm1[: delta.last + 1]
    a1, b2 = (along[:, delta.labels.index(label)] for label in ("A1", "B2"))
    assert np.isclose(a1[0], 0, atol=1e-3) and np.isclose(b2[0], along[0].max())
    assert np.isclose(a1[-1], b2[-1])
    lambda_ = next(s for s in silicon_bands.segments if s.group == "C3v")
    assert sorted(lambda_.labels) == ["A1", "A1", "E", "E", "E", "E"]
    points = {p.name: p for p in silicon_bands.points}
    assert points["Γ"].labels == ("T1u",) * 3 + ("T2g",) * 3
    # TA is L3, LA L2', LO L1 and TO L3' in all measured spectra of silicon.
    assert points["L"].labels == ("Eg", "Eg", "A2u", "A1g", "Eu", "Eu")
    assert points["X"].degeneracy.tolist() == [2] * 6
    assert all(relation.obeyed for relation in silicon_bands.compatibility)


@pytest.mark.parametrize("name", CRYSTALS)
def test_frequencies_are_those_of_the_plain_matrices(name):
    path, matrices, found = connect(name, n_points=30)
    expected = frequency_cm1(np.linalg.eigvalsh(matrices))
    assert np.allclose(found.frequencies_cm1, expected, atol=1e-6)
    assert (np.diff(found.frequencies_cm1, axis=1) >= 0).all()
    assert (np.sort(found.connection, axis=1) == np.arange(matrices.shape[1])).all()
    assert len(found.irreps) == len(path.q)
    assert all(relation.obeyed for relation in found.compatibility)
    assert max(s.symmetry_error for s in (*found.segments, *found.points)) < 1e-10
    for segment in found.segments:
        for point in range(segment.first + 1, segment.last):
            ranks = found.connection[point]
            assert tuple(found.irreps[point][rank] for rank in ranks) == segment.labels


def followed(name, route, n_points):
    """Eigenvalues along each branch, segment by segment."""
    path, matrices, found = connect(name, route, n_points)
    squares = np.linalg.eigvalsh(matrices) / np.abs(matrices).max()
    along = np.take_along_axis(squares, found.connection, axis=1)
    return [along[first : last + 1] for first, last in straight_runs(path)]


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("quartz", "A-Γ-K"),
        ("rutile", "Γ-X-M"),
        ("titanium", "A-Γ-M"),
        ("perovskite", "R-Γ-M"),
        ("wurtzite", "Γ-M"),
    ],
)
def test_steps_along_branches_shrink_with_the_distance(name, route):
    """Across a wrong connection they would stay what they are."""
    coarse, fine = (
        max(np.abs(np.diff(part, axis=0)).max() for part in followed(name, route, n))
        for n in (40, 80)
    )
    assert fine < 0.6 * coarse


@pytest.mark.parametrize(
    ("name", "route"), [("silicon", "Γ-L"), ("rocksalt", "Γ-X"), ("graphene", "Γ-M")]
)
def test_branches_are_smooth_through_crossings(name, route):
    """Second differences shrink with the square of the step; a kink's shrink with the step."""
    coarse, fine = (
        max(np.abs(np.diff(part, n=2, axis=0)).max() for part in followed(name, route, n))
        for n in (300, 600)
    )
    assert fine < 0.3 * coarse


def test_sorted_frequencies_have_kinks_where_branches_cross():
    _, _, found = connect("silicon", "Γ-L", 200)
    assert (found.connection != found.connection[1]).any()
    assert not np.allclose(curves(found), found.frequencies_cm1)


def test_jumps_and_gamma_of_another_zone():
    """Γ of the next zone, reached through X: the same labels there, and no special case."""
    atoms = CRYSTALS["silicon"]()
    q = np.array([0.5, 0, 0.5])
    steps = np.linspace(0, 2, 41)[:, None] * q
    distance = np.concatenate([np.linspace(0, 2, 41), [2, 3]])
    more = np.array([[0.5, 0.5, 0.5], [0.5, 0.25, 0.75]])
    labels = (("Γ", 0), ("X", 20), ("Γ", 40), ("L", 41), ("W", 42))
    path = BandPath(np.concatenate([steps, more]), distance, labels)
    assert straight_runs(path) == [(0, 20), (20, 40), (41, 42)]
    dynamical = random_dynamical_matrix(atoms)
    matrices = np.array([dynamical(q) for q in path.q])
    found = connected(path, matrices, wave_symmetries(atoms, space_group(atoms)))
    assert found.irreps[0] == found.irreps[40]
    assert set(found.segments[0].labels) == set(found.segments[1].labels)
    assert all(relation.obeyed for relation in found.compatibility)


def test_a_path_may_turn_without_a_label():
    atoms = CRYSTALS["rocksalt"]()
    q = np.array([[0, 0, 0], [0.1, 0, 0.1], [0.2, 0, 0.2], [0.2, 0.1, 0.3], [0.2, 0.2, 0.4]])
    path = BandPath(q, np.arange(5.0), ())
    assert straight_runs(path) == [(0, 2), (2, 4)]
    dynamical = random_dynamical_matrix(atoms)
    matrices = np.array([dynamical(q) for q in path.q])
    found = connected(path, matrices, wave_symmetries(atoms, space_group(atoms)))
    assert [segment.group for segment in found.segments] == ["C4v", "Cs"]


def test_branches_leave_a_degenerate_level_in_the_order_of_their_frequencies():
    """The order of rounding at Γ must not number them."""
    _, _, found = connect("silicon", "Γ-X", 40)
    assert (found.connection[1] == found.connection[0]).all()


def test_every_branch_of_a_crystal_without_symmetry_is_followed():
    rng = np.random.default_rng(5)
    atoms = bulk("Si", a=5.43)
    atoms.rattle(0.2, rng=rng)
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.1 * rng.normal(size=(3, 3))), True)
    _, _, found = connect("", "auto", 30, atoms)
    assert {segment.group for segment in found.segments} <= {"C1"}
    assert (found.connection == np.arange(6)).all()


def test_cells_that_are_not_primitive_have_branches_without_labels():
    atoms = bulk("Si", a=5.43).repeat((2, 1, 1))
    _, matrices, found = connect("", "auto", 20, atoms)
    assert {label for row in found.irreps for label in row} == {None}
    assert found.compatibility == ()
    expected = frequency_cm1(np.linalg.eigvalsh(matrices))
    assert np.allclose(found.frequencies_cm1, expected, atol=1e-6)


def test_matrices_without_the_symmetry_are_followed_without_it():
    atoms = CRYSTALS["rocksalt"]()
    path = band_path(atoms, 12)
    dynamical = random_dynamical_matrix(atoms)
    broken = np.random.default_rng(0).normal(size=(6, 6))
    broken = 0.1 * (broken + broken.T)
    matrices = np.array([dynamical(q) + broken for q in path.q])
    found = connected(path, matrices, wave_symmetries(atoms, space_group(atoms)))
    assert {label for row in found.irreps for label in row} == {None}
    expected = frequency_cm1(np.linalg.eigvalsh(matrices))
    assert np.allclose(found.frequencies_cm1, expected, atol=1e-6)
