"""A theory whose results are stored: it has a name, and nothing can be asked of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk

from engine import phonons
from engine.derivatives import energy_forces_stress
from engine.errors import PhonoscopeError
from engine.formats.stored import result_from_bytes, result_to_bytes
from engine.potentials import load_model
from engine.potentials.theory import theory


@pytest.fixture(scope="module")
def stored():
    """Phonons of silicon as if a theory had given the force constants."""
    result = phonons(bulk("Si", "diamond", 5.431), load_model("stillinger-weber"), (2, 2, 2))
    return replace(result, potential=theory("PBEsol", "linear response"))


def test_nothing_new_can_be_asked_of_it(stored):
    with pytest.raises(PhonoscopeError, match="cannot be asked"):
        energy_forces_stress(stored.atoms, stored.potential)


def test_its_results_say_how_they_were_computed_and_come_back_from_a_file(stored):
    again, _ = result_from_bytes(result_to_bytes(stored))
    assert (again.potential.name, again.derivatives) == ("PBEsol", "linear response")
    q = [[0, 0, 0], [0.5, 0, 0.5], [0.1, 0.2, 0.3]]
    np.testing.assert_allclose(again.dynamical_matrix(q), stored.dynamical_matrix(q), atol=1e-12)


def test_matrices_are_those_of_the_mesh_and_no_others_are_called_exact(stored):
    on_the_mesh = stored.dynamical_matrix(stored.sample.q)
    root = np.repeat(np.sqrt(stored.atoms.get_masses()), 3)
    expected = stored.sample.force_constants / np.outer(root, root)
    np.testing.assert_allclose(on_the_mesh, expected, atol=1e-10)
    with pytest.raises(PhonoscopeError, match="on the mesh alone"):
        stored.modes([0.1, 0.2, 0.3], exact=True)


def test_a_model_may_take_its_place(stored):
    again, _ = result_from_bytes(result_to_bytes(stored), "stillinger-weber")
    assert again.derivatives == "automatic"
    again.modes([0.1, 0.2, 0.3], exact=True)
