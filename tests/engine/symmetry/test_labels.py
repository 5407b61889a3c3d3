import numpy as np
from ase.build import molecule

from engine.symmetry import label_modes, point_group
from engine.symmetry.labels import oriented


def symmetric_modes(atoms, seed):
    group = point_group(atoms)
    n = 3 * len(atoms)
    random = np.random.default_rng(seed).normal(size=(n, n))
    values, vectors = np.linalg.eigh(group.symmetrize_hessian(random + random.T))
    return group, 100 * values, vectors.T.reshape(n, -1, 3)


def test_every_mode_of_a_random_symmetric_matrix_is_pure():
    group, frequencies, vectors = symmetric_modes(molecule("CH4"), 0)
    labels = label_modes(group, frequencies, vectors)
    assert min(labels.purities) > 1 - 1e-9
    counts = {name: labels.irreps.count(name) for name in set(labels.irreps)}
    assert counts == {"A1": 1, "E": 2, "T1": 3, "T2": 9}  # Gamma_3N = A1 + E + T1 + 3 T2


def test_accidentally_degenerate_irreps_are_taken_apart():
    group, frequencies, vectors = symmetric_modes(molecule("CH4"), 1)
    labels = label_modes(group, np.zeros_like(frequencies), vectors)
    assert sorted(labels.irreps) == ["A1", "E", "E", *["T1"] * 3, *["T2"] * 9]
    flat = labels.eigenvectors.reshape(15, 15)
    assert np.allclose(flat @ flat.T, np.eye(15), atol=1e-9)


def test_modes_without_the_symmetry_get_no_certain_label():
    group = point_group(molecule("CH4"))
    vectors = np.linalg.qr(np.random.default_rng(2).normal(size=(15, 15)))[0].reshape(15, 5, 3)
    labels = label_modes(group, np.arange(15.0), vectors)
    assert None in labels.irreps
    assert all(
        label is None or purity >= 0.9
        for label, purity in zip(labels.irreps, labels.purities, strict=True)
    )


def test_orientation_does_not_depend_on_the_basis_of_a_level():
    rng = np.random.default_rng(3)
    space = np.linalg.qr(rng.normal(size=(15, 3)))[0].T.reshape(3, 5, 3)
    mixed = np.einsum("ab,bix->aix", np.linalg.qr(rng.normal(size=(3, 3)))[0], space)
    assert np.allclose(oriented(space), oriented(mixed), atol=1e-10)
