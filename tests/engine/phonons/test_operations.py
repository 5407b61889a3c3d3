import numpy as np
import pytest

from engine.phonons.operations import operations
from tests.engine.phonons.crystals import CRYSTALS


@pytest.mark.parametrize("name", CRYSTALS)
def test_translations_are_consistent_to_rounding(name):
    """However roughly the atoms are placed, products differ from operations by whole vectors."""
    atoms = CRYSTALS[name]()
    atoms.positions += 1e-4 * np.random.default_rng(0).normal(size=atoms.positions.shape)
    group = operations(atoms, 5e-3)
    assert len(group) == len(operations(CRYSTALS[name]()))
    w, t = group.lattice_rotations, group.translations
    for i in range(len(group)):
        products, shifts = w[i] @ w, t @ w[i].T + t[i]
        third = [int(np.flatnonzero((w == p).all((1, 2)))[0]) for p in products]
        whole = shifts - t[third]
        assert np.allclose(whole, np.rint(whole), atol=1e-12)


@pytest.mark.parametrize("name", ["silicon", "quartz", "graphene", "chain"])
def test_matrices_multiply_like_the_operations(name):
    atoms = CRYSTALS[name]()
    group = operations(atoms)
    q = np.array([0.5, 0, 0]) * atoms.pbc
    turned = group.wave_rotations @ q - q
    little = group[(np.abs(turned - np.rint(turned)) < 1e-6).all(1)]
    w, t, gamma = little.lattice_rotations, little.translations, little.matrices(q)
    for i in range(len(little)):
        for j in range(len(little)):
            k = int(np.flatnonzero((w == w[i] @ w[j]).all((1, 2)))[0])
            shift = w[i] @ t[j] + t[i] - t[k]
            assert np.allclose(gamma[i] @ gamma[j], np.exp(-2j * np.pi * q @ shift) * gamma[k])


def test_isotopes_leave_fewer_operations():
    atoms = CRYSTALS["silicon"]()
    assert len(operations(atoms).preserving(np.array([28.0, 28.0]))) == 48
    assert len(operations(atoms).preserving(np.array([28.0, 29.0]))) == 24
