import numpy as np

from engine.modes import joined, modes_of
from engine.units import CM1_PER_ROOT


def test_two_masses_on_a_spring():
    """One dimension of a diatomic: omega^2 = k / mu."""
    k, masses = 3.0, np.array([1.0, 4.0])
    hessian = np.zeros((6, 6))
    hessian[np.ix_([0, 3], [0, 3])] = k * np.array([[1, -1], [-1, 1]])
    root = np.repeat(np.sqrt(masses), 3)
    modes = modes_of(hessian / np.outer(root, root), masses, np.zeros(3))
    mu = 1 / (1 / masses).sum()
    assert np.isclose(modes.frequency_cm1[-1], CM1_PER_ROOT * np.sqrt(k / mu))
    u = modes.displacement[-1]
    # In the normalised Cartesian displacement the heavy atom moves a quarter as far.
    assert np.isclose(abs(u[1, 0] / u[0, 0]), 0.25)
    # 1 / sum |e|^2 / m with |e| = 1 weights each atom by its share of the motion.
    e = u * np.sqrt(masses)[:, None]
    e /= np.linalg.norm(e)
    assert np.isclose(modes.reduced_mass_amu[-1], 1 / (np.abs(e) ** 2 / masses[:, None]).sum())


def test_complex_modes_are_orthonormal_in_mass_weighted_coordinates():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(6, 6)) + 1j * rng.normal(size=(6, 6))
    masses = np.array([2.0, 5.0])
    modes = modes_of(matrix + matrix.conj().T, masses, np.array([0.1, 0, 0]))
    e = modes.displacement * np.sqrt(masses)[:, None]
    e = e / np.linalg.norm(e, axis=(1, 2))[:, None, None]
    assert np.allclose(np.einsum("mix,nix->mn", e.conj(), e), np.eye(6), atol=1e-10)
    assert (np.diff(modes.frequency_cm1) >= 0).all()


def test_joining_keeps_all_modes_in_order():
    masses = np.ones(1)
    axes = np.eye(3)
    first = modes_of(np.diag([1.0, 9.0, 4.0]), masses, np.zeros(3), subspace=axes[:, :2])
    second = modes_of(np.diag([1.0, 9.0, 4.0]), masses, np.zeros(3), subspace=axes[:, 2:])
    both = joined(first, second)
    assert np.allclose(both.frequency_cm1 / both.frequency_cm1[0], [1, 2, 3])
    assert np.allclose(np.abs(both.displacement[:, 0]), axes[[0, 2, 1]])
