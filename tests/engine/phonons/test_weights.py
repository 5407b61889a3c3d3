import numpy as np
import pytest

import engine
from engine.phonons.weights import atom_weights


@pytest.fixture(scope="module")
def chain():
    return engine.entry("diatomic-chain").result()


def test_weights_of_a_mode_and_of_an_atom_add_up(chain):
    weights = chain.atom_weights(chain.bands(n_points=20))
    assert np.allclose(weights.sum(2), 1)
    assert np.allclose(weights.sum(1), 3)


def test_at_gamma_and_at_the_boundary_of_a_diatomic_chain(chain):
    """Acoustic modes at Γ have weights in proportion to the masses; at X one atom moves alone."""
    weights = chain.atom_weights(chain.bands(n_points=20))
    masses = chain.atoms.get_masses()
    share = masses / masses.sum()
    assert np.allclose(weights[0, :3], share)
    assert np.allclose(weights[0, 3:], share[::-1])
    assert np.allclose(np.sort(weights[-1], axis=1), [0, 1])
    heavy = int(masses.argmax())
    assert np.allclose(weights[-1, :2, heavy], 1)  # the lower of the transverse ones


def test_partners_share_their_mean():
    rng = np.random.default_rng(0)
    unitary, _ = np.linalg.qr(rng.normal(size=(6, 6)) + 1j * rng.normal(size=(6, 6)))
    matrix = unitary @ np.diag([1.0, 2, 2, 2, 3, 4]) @ unitary.conj().T
    weights = atom_weights(matrix[None])[0]
    assert np.array_equal(weights[1], weights[3])
    level = (np.abs(unitary[:, 1:4].reshape(2, 3, 3)) ** 2).sum((1, 2)) / 3
    assert np.allclose(weights[1], level)


def test_they_follow_the_ascending_frequencies_of_the_bands(chain):
    bands = chain.bands(n_points=10)
    modes = chain.modes(bands.q[5])
    mass_weighted = modes.displacement * np.sqrt(chain.atoms.get_masses())[:, None]
    expected = (np.abs(mass_weighted) ** 2).sum(2)
    expected /= expected.sum(1, keepdims=True)
    assert np.allclose(chain.atom_weights(bands)[5], expected)
