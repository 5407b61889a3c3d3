import numpy as np
import pytest

from engine.phonons.irreps import wave_symmetries
from engine.phonons.wave_modes import modes_at
from engine.symmetry import space_group
from engine.units import CM1_PER_ROOT
from tests.engine.phonons.crystals import CRYSTALS, random_dynamical_matrix

THIRD = 1 / 3
CASES = [
    ("silicon", (0.5, 0, 0.5)),
    ("silicon", (0.5, 0.25, 0.75)),
    ("silicon", (0.1, 0.2, 0.3)),
    ("rocksalt", (0.5, 0.5, 0.5)),
    ("quartz", (0, 0, 0.5)),
    ("quartz", (THIRD, THIRD, 0)),
    ("quartz", (0, 0, 0.21)),
    ("titanium", (0, 0, 0.5)),
    ("one screw", (0, 0.5, 0)),
    ("three screws", (0.5, 0.5, 0.5)),
    ("graphene", (THIRD, THIRD, 0)),
]


def solved(name, q, noise=0.0):
    atoms, q = CRYSTALS[name](), np.array(q)
    matrix = random_dynamical_matrix(atoms)(q)
    random = np.random.default_rng(1).normal(size=(2, *matrix.shape))
    random = random[0] + 1j * random[1]
    matrix = matrix + noise * np.abs(matrix).max() * (random + random.conj().T) / 2
    symmetries = wave_symmetries(atoms, space_group(atoms))
    return atoms, matrix, modes_at(symmetries, matrix, atoms.get_masses(), q)


@pytest.mark.parametrize(("name", "q"), CASES)
def test_modes_are_orthonormal_eigenvectors(name, q):
    atoms, matrix, modes = solved(name, q)
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    waves = modes.displacement.reshape(len(modes), -1) * root_mass
    waves /= np.linalg.norm(waves, axis=1)[:, None]
    assert np.allclose(waves.conj() @ waves.T, np.eye(len(modes)), atol=1e-9)
    squares = np.sign(modes.frequency_cm1) * (modes.frequency_cm1 / CM1_PER_ROOT) ** 2
    assert np.allclose(waves @ matrix.T, squares[:, None] * waves, atol=1e-8 * np.abs(matrix).max())
    assert np.allclose(squares, np.linalg.eigvalsh(matrix), atol=1e-9 * np.abs(squares).max())
    assert np.allclose(modes.symmetry_purity, 1, atol=1e-9)


@pytest.mark.parametrize(("name", "q"), CASES)
def test_partners_are_exactly_degenerate(name, q):
    _, _, modes = solved(name, q)
    assert sum(len(level) for level in modes.levels()) == len(modes)
    for level in modes.levels():
        assert len(level) == modes.degeneracy[level[0]]
        assert len(set(modes.frequency_cm1[level])) == 1
        assert len({modes.irrep[i] for i in level}) == 1


def test_noise_leaves_labels_and_is_measured():
    _, _, modes = solved("quartz", (0, 0, 0.21))
    _, _, noisy = solved("quartz", (0, 0, 0.21), noise=1e-4)
    assert noisy.irrep == modes.irrep
    assert np.abs(noisy.frequency_cm1 - modes.frequency_cm1).max() < 1
    assert 0.5 < min(noisy.symmetry_purity) < 1
    _, _, broken = solved("quartz", (0, 0, 0.21), noise=0.3)
    assert set(broken.irrep) == {None}


def test_modes_at_minus_q_are_conjugate():
    _, _, modes = solved("quartz", (0.1, 0.2, 0.3))
    _, _, opposite = solved("quartz", (-0.1, -0.2, -0.3))
    assert np.allclose(modes.frequency_cm1, opposite.frequency_cm1)
    overlap = np.einsum("mix,mix->m", modes.displacement, opposite.displacement)
    assert np.allclose(np.abs(overlap), 1)
