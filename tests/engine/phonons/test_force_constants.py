"""Interpolation against phonopy, which attributes force constants to images in its own way."""

import importlib

import numpy as np
import pytest

import engine
from engine.phonons.force_constants import force_constants, phonopy_object, polar_matrices

Q = np.random.default_rng(0).uniform(-1, 1, (12, 3))


@pytest.mark.parametrize(
    "name",
    ["silicon", "calcium-fluoride", "magnesium", "graphene", "molybdenum-disulfide",
     "diatomic-chain"],
)  # fmt: skip
def test_matrices_are_those_of_phonopy(name):
    result = engine.entry(name).result()
    q = Q * result.atoms.pbc
    ours = force_constants(result.atoms, result.sample).matrices(q)
    theirs = polar_matrices(phonopy_object(result.atoms, result.sample), q)
    assert np.allclose(ours, theirs, rtol=0, atol=1e-12 * np.abs(theirs).max())


def test_on_the_mesh_they_are_the_matrices_that_were_given():
    result = engine.entry("gallium-arsenide").result()
    root = np.repeat(np.sqrt(result.atoms.get_masses()), 3)
    given = result.sample.force_constants / np.outer(root, root)
    found = force_constants(result.atoms, result.sample).matrices(result.sample.q)
    assert np.allclose(found, given, atol=1e-7 * np.abs(given).max())


def test_many_wave_vectors_are_taken_in_parts(monkeypatch):
    result = engine.entry("silicon").result()
    whole = result.force_constants.matrices(Q)
    module = importlib.import_module("engine.phonons.force_constants")
    monkeypatch.setattr(module, "LARGEST_CHUNK", 1)
    assert np.allclose(result.force_constants.matrices(Q), whole, rtol=0, atol=1e-12)
    assert result.force_constants.matrices(np.zeros((0, 3))).shape == (0, 6, 6)
