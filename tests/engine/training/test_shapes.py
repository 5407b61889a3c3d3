"""Rooms for structures: few of them, and nothing in a structure changes there."""

from __future__ import annotations

from functools import partial

import jax
import numpy as np
import pytest

from engine import energy_forces_stress, load_model
from engine.derivatives import dynamical_matrices
from engine.training.predictions import force_constants, predicted
from engine.training.probes import root_masses
from engine.training.shapes import Shape, connected, few_shapes, padded_system
from tests.engine.training.teacher import silicon


def test_those_are_merged_that_cost_least():
    shapes = [Shape(3, 1, 0), Shape(4, 1, 0), Shape(9, 1, 0), Shape(4, 1, 0)]
    assert few_shapes(shapes, 2) == [Shape(4, 1, 0), Shape(4, 1, 0), Shape(9, 1, 0), Shape(4, 1, 0)]
    assert set(few_shapes(shapes, 1)) == {Shape(9, 1, 0)}
    assert few_shapes(shapes, 9) == shapes


def test_lists_of_edges_and_pairs_never_meet():
    shapes = [Shape(3, 2, 0), Shape(40, 0, 600), Shape(50, 0, 500)]
    assert few_shapes(shapes, 1) == [Shape(3, 2, 0), Shape(50, 0, 600), Shape(50, 0, 600)]


@pytest.mark.parametrize("layout", ["pairs", "edges"])
def test_padding_changes_neither_energy_nor_stress_nor_dynamical_matrix(layout, monkeypatch):
    model, atoms = load_model("stillinger-weber"), silicon()
    if layout == "edges":
        from engine.training import shapes

        plain = shapes.neighbour_layout
        monkeypatch.setattr(shapes, "neighbour_layout", lambda a, r, _: plain(a, r, "edges"))
    structure = connected(atoms, model.cutoff_A)
    assert bool(structure.shape.edges) == (layout == "edges")
    room = structure.shape.holding(
        Shape(4, 8, 0) if layout == "pairs" else Shape(4, 0, structure.shape.edges + 5)
    )
    system, real = padded_system(structure, room, 14, np.dtype(float))
    parameters = model.astype(np.dtype(float)).parameters
    expected = energy_forces_stress(atoms, model)

    @jax.jit
    def ask(system, real):
        return predicted(model.atomic_energies, parameters, system, real, stress=True)

    @partial(jax.jit, static_argnums=3)
    def ask_matrix(system, real, q, paired):
        return force_constants(model.atomic_energies, parameters, system, real, q, paired)

    found = ask(system, real)
    assert float(found.energy_eV) == pytest.approx(expected.energy_eV, rel=1e-12)
    np.testing.assert_allclose(found.forces_eV_A[:2], expected.forces_eV_A, atol=1e-12)
    np.testing.assert_allclose(found.forces_eV_A[2:], 0)
    np.testing.assert_allclose(found.virial_eV / atoms.get_volume(), expected.stress_eV_A3)

    root = root_masses(atoms)
    for q, paired in (([0.1, 0.2, 0.3], False), ([0.5, 0, 0.5], False), ([0.5, 0, 0.5], True)):
        _, phi = ask_matrix(system, real, np.array(q), paired)
        (d,) = dynamical_matrices(atoms, model, np.array([q]))
        np.testing.assert_allclose(phi[:6, :6] / np.outer(root, root), d, atol=1e-10)
        assert np.abs(phi[6:]).max() == np.abs(phi[:, 6:]).max() == 0
