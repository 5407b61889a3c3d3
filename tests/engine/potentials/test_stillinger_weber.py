"""Against the published form written out as loops over pairs and triplets."""

import itertools

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list

from engine import PhonoscopeError, energy_forces_stress
from engine.potentials.stillinger_weber import PARAMETERS


def energy_by_loops(atoms: Atoms) -> float:
    p = PARAMETERS
    i, vectors = neighbor_list("iD", atoms, p["a"] * p["sigma_A"])
    energy = 0.0
    for atom in range(len(atoms)):
        around = vectors[i == atom] / p["sigma_A"]
        x = np.linalg.norm(around, axis=1)
        pair = p["A"] * (p["B"] * x ** -p["p"] - 1) * np.exp(1 / (x - p["a"]))
        energy += 0.5 * pair.sum()
        for j, k in itertools.combinations(range(len(x)), 2):
            cosine = around[j] @ around[k] / (x[j] * x[k])
            g = np.exp(p["gamma"] / (x[j] - p["a"]) + p["gamma"] / (x[k] - p["a"]))
            energy += p["lambda"] * g * (cosine + 1 / 3) ** 2
    return energy * p["epsilon_eV"]


def test_moments_equal_the_sum_over_triplets(rattled_silicon, stillinger_weber):
    energy = energy_forces_stress(rattled_silicon, stillinger_weber).energy_eV
    assert np.isclose(energy, energy_by_loops(rattled_silicon), rtol=1e-12)


def test_cluster_and_isolated_atom(stillinger_weber):
    cluster = Atoms("Si4", positions=[[0, 0, 0], [2.3, 0, 0], [1, 2.1, 0.2], [30, 0, 0]])
    result = energy_forces_stress(cluster, stillinger_weber)
    assert np.isclose(result.energy_eV, energy_by_loops(cluster), rtol=1e-12)
    assert np.allclose(result.forces_eV_A[3], 0.0)
    assert result.stress_eV_A3 is None


def test_published_cohesive_energy_and_lattice_constant(silicon, stillinger_weber):
    # Stillinger and Weber fix the minimum of the diamond lattice at -2 epsilon an atom.
    result = energy_forces_stress(silicon, stillinger_weber)
    assert np.isclose(result.energy_eV / 2, -2 * PARAMETERS["epsilon_eV"], rtol=1e-6)
    assert np.abs(result.stress_eV_A3).max() < 1e-6


def test_other_elements_are_refused(stillinger_weber):
    with pytest.raises(PhonoscopeError, match=r"C.*knows Si"):
        energy_forces_stress(Atoms("C2", positions=[[0, 0, 0], [1.4, 0, 0]]), stillinger_weber)
