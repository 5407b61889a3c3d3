"""Labels of random matrices: for every shape, in any orientation, and with noise."""

import numpy as np
import pytest
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine.symmetry import character_table, label_modes, point_group, representation
from engine.symmetry.labels import oriented, unlabelled
from engine.symmetry.partners import irrep_matrices
from tests.engine.symmetry.molecules.shapes import SHAPES

SMALL = [name for name, (atoms, _) in SHAPES.items() if len(atoms) <= 24]


def turned(atoms, seed=5):
    rotation = Rotation.random(rng=seed).as_matrix()
    copy = atoms.copy()
    copy.positions = copy.positions @ rotation.T
    return copy, rotation


def symmetric_matrix(group, atoms, seed):
    n = 3 * len(atoms)
    random = np.random.default_rng(seed).normal(size=(n, n))
    return group.symmetrize_hessian(random @ random.T / n)


def labelled(atoms, seed):
    group = point_group(atoms)
    matrix = symmetric_matrix(group, atoms, seed)
    return group, matrix, label_modes(group, matrix, np.eye(len(matrix)))


def levels_of(labels):
    """(irrep, eigenvalue, vectors) of each level."""
    i = 0
    while i < len(labels.irreps):
        size = labels.degeneracies[i]
        yield labels.irreps[i], labels.eigenvalues[i], labels.eigenvectors[i : i + size]
        i += size


@pytest.mark.parametrize("name", SMALL)
def test_modes_of_a_random_symmetric_matrix(name):
    atoms, _ = turned(SHAPES[name][0])
    group, matrix, labels = labelled(atoms, 0)
    # Nothing but another basis of the same eigenspaces,
    flat = labels.eigenvectors.reshape(len(matrix), -1)
    assert np.allclose(flat @ flat.T, np.eye(len(matrix)), atol=1e-8)
    assert np.allclose(matrix @ flat.T, flat.T * labels.eigenvalues, atol=1e-8)
    # in which each level has the characters of its irrep, and its partners the irrep's matrices,
    table = character_table(group)
    matrices = irrep_matrices(group, table)
    for irrep, _, vectors in levels_of(labels):
        k = table.names.index(irrep)
        assert np.allclose(group.characters(vectors), table.characters[k], atol=1e-7)
        expected = np.einsum("gji,jax->giax", matrices[k], vectors)
        assert np.allclose(group.act(vectors), expected, atol=1e-6)
    # and as many of each irrep as the atoms that stay in place tell.
    found = [irrep for irrep, _, _ in levels_of(labels)]
    counts = [f"{n if n > 1 else ''}{k}" for k in table.names if (n := found.count(k))]
    assert "+".join(counts) == representation(group, group.displacement_characters())
    assert min(labels.purities) > 1 - 1e-9
    assert min(labels.confidences) > 1 - 1e-6
    assert all(labels.certain)


def test_partners_point_along_the_axes_of_the_group_in_any_orientation():
    atoms, rotation = turned(molecule("CH4"), 11)
    group, _, labels = labelled(atoms, 1)
    # The carbon atom of T2 modes moves along x, y, z; that of a cube's frame, turned with it.
    for irrep, _, vectors in levels_of(labels):
        if irrep == "T2":
            along = vectors[:, 0] @ group.axes
            assert np.allclose(along, along[0, 0] * np.eye(3), atol=1e-9)
    frame = np.abs(rotation.T @ group.axes)
    assert np.allclose(np.sort(frame, axis=0), [[0] * 3, [0] * 3, [1] * 3], atol=1e-6)


@pytest.mark.parametrize("name", ["ideal C3", "ideal C6h", "ideal S8", "boric acid", "ideal T"])
def test_pairs_of_complex_irreps_are_oriented_by_their_own_motion(name):
    """Where symmetry leaves the partners free, they turn with the molecule but for their sign."""
    atoms, _ = SHAPES[name]
    elsewhere, rotation = turned(atoms)
    group = point_group(atoms)
    matrix = symmetric_matrix(group, atoms, 2)
    turn = np.kron(np.eye(len(atoms)), rotation)
    one = label_modes(group, matrix, np.eye(len(matrix)))
    other = label_modes(point_group(elsewhere), turn @ matrix @ turn.T, np.eye(len(matrix)))
    assert one.irreps == other.irreps
    for i, irrep in enumerate(one.irreps):
        if irrep[0] == "E":
            overlap = np.vdot(one.eigenvectors[i] @ rotation.T, other.eigenvectors[i])
            assert abs(overlap) == pytest.approx(1, abs=1e-6)


def test_accidentally_degenerate_irreps_are_taken_apart():
    group = point_group(molecule("CH4"))
    labels = label_modes(group, np.zeros((15, 15)), np.eye(15))
    assert sorted(labels.irreps) == ["A1", "E", "E", *["T1"] * 3, *["T2"] * 9]
    flat = labels.eigenvectors.reshape(15, 15)
    assert np.allclose(flat @ flat.T, np.eye(15), atol=1e-9)
    assert min(labels.confidences) > 1 - 1e-9  # a coincidence makes no label uncertain


@pytest.mark.parametrize("name", ["C6H6", "C2H4", "C3H4_D2d", "SF6", "C2H2", "boric acid"])
def test_noise_moves_levels_by_no_more_than_its_size(name):
    atoms, _ = turned(SHAPES[name][0])
    group, matrix, clean = labelled(atoms, 3)
    noise = np.random.default_rng(4).normal(size=matrix.shape)
    noise = 1e-3 * np.abs(matrix).max() * (noise + noise.T) / 2
    noisy = label_modes(group, matrix + noise, np.eye(len(matrix)))
    largest = np.linalg.norm(noise, 2)
    for irrep in set(clean.irreps):
        before, after = (
            np.array(
                [v for v, k in zip(labels.eigenvalues, labels.irreps, strict=True) if k == irrep]
            )
            for labels in (clean, noisy)
        )
        assert before.shape == after.shape
        assert np.abs(before - after).max() <= largest  # Weyl's inequality, irrep by irrep
    assert min(noisy.purities) > 1 - 1e-9
    assert 0.1 < min(noisy.confidences) < 1


def mixed(mixing):
    """A matrix whose modes are methane's but for one each of A1, E and T1, which it mixes."""
    group = point_group(molecule("CH4"))
    pure = label_modes(group, np.zeros((15, 15)), np.eye(15))
    modes = [pure.irreps.index(irrep) for irrep in ("A1", "E", "T1")]
    everything = np.eye(15)
    everything[np.ix_(modes, modes)] = mixing
    vectors = everything @ pure.eigenvectors.reshape(15, 15)
    return group, vectors.T @ np.diag(10.0 + np.arange(15.0)) @ vectors


@pytest.mark.parametrize("angle", [0.0, 0.2, 0.6])
def test_confidence_is_the_share_of_the_irrep_in_the_modes_as_given(angle):
    c, s = np.cos(angle), np.sin(angle)
    group, matrix = mixed(np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]))
    labels = label_modes(group, matrix, np.eye(15))
    a1 = labels.irreps.index("A1")
    assert labels.confidences[a1] == pytest.approx(c**4 + s**4)
    assert labels.purities[a1] == pytest.approx(1)
    assert labels.certain[a1]


def test_labels_of_thoroughly_mixed_modes_are_marked_uncertain():
    thirds, _ = np.linalg.qr([[1.0, 1, 0], [1, 0, 1], [1, 0, 0]])  # one third of A1 in each
    group, matrix = mixed(thirds)
    labels = label_modes(group, matrix, np.eye(15))
    a1 = labels.irreps.index("A1")
    assert labels.confidences[a1] == pytest.approx(1 / 3)
    assert labels.certain[a1] is False
    assert labels.certain[labels.irreps.index("T2")] is True


def test_a_matrix_without_any_symmetry_has_no_certain_label():
    group = point_group(molecule("C6H6"))
    random = np.random.default_rng(2).normal(size=(36, 36))
    labels = label_modes(group, random + random.T, np.eye(36))
    assert max(labels.confidences) < 0.5
    assert not any(labels.certain)


def test_groups_without_a_table_have_levels_and_activity():
    """Thirteen turns: the levels of a ring by frequency, and what a vector can reach."""
    angle = 2 * np.pi / 13 * np.arange(13)
    ring = molecule("CH4")[[0] * 13]
    ring.positions = 3 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    group = point_group(ring)
    assert character_table(group) is None
    labels = label_modes(group, symmetric_matrix(group, ring, 0), np.eye(39))
    assert set(labels.irreps) == {None} and set(labels.degeneracies) == {1, 2}
    assert sum(labels.ir_active) == 3 * 2 - 1  # E1' twice in the plane, A2'' along the axis


def test_a_space_that_the_group_does_not_keep_has_no_labels():
    group = point_group(molecule("CH4"))
    some = np.linalg.qr(np.random.default_rng(1).normal(size=(15, 4)))[0]
    assert label_modes(group, np.diag(np.arange(15.0)), some).irreps == (None,) * 4


def test_modes_without_a_group_have_levels():
    labels = unlabelled(np.diag([1.0, 1.0, 4.0]), np.eye(3))
    assert labels.degeneracies == (2, 2, 1)
    assert labels.irreps == labels.ir_active == labels.certain == (None, None, None)


def test_orientation_does_not_depend_on_the_basis_of_a_level():
    rng = np.random.default_rng(3)
    space = np.linalg.qr(rng.normal(size=(15, 3)))[0].T.reshape(3, 5, 3)
    mixed = np.einsum("ab,bix->aix", np.linalg.qr(rng.normal(size=(3, 3)))[0], space)
    assert np.allclose(oriented(space), oriented(mixed), atol=1e-10)
