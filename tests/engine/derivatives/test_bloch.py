"""D(q) from the primitive cell against the Hessian of a supercell."""

import hypothesis.strategies as st
import numpy as np
import pytest
from ase import Atoms
from hypothesis import example, given, settings

import engine
from engine.derivatives import dynamical_matrices, hessian
from tests.helpers import dynamical_matrix_by_supercell, message_passing_potential

CHAIN = engine.entry("diatomic-chain")


def relative(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max() / np.abs(b).max())


@pytest.mark.parametrize(
    ("repeats", "numerators"),
    [((3, 3, 3), (1, 0, 0)), ((3, 3, 3), (1, 2, 1)), ((4, 2, 2), (1, 1, 0))],
)
@pytest.mark.parametrize("kind", ["stillinger-weber", "network"])
def test_equals_the_supercell_at_commensurate_q(
    silicon, stillinger_weber, kind, repeats, numerators
):
    potential = stillinger_weber if kind == "stillinger-weber" else message_passing_potential()
    atoms = silicon.copy()
    atoms.positions[1] += [0.05, -0.02, 0.03]  # no symmetry to hide behind
    atoms.set_masses([28.0, 30.0])
    q = np.array(numerators) / np.array(repeats)
    exact = dynamical_matrices(atoms, potential, q)[0]
    assert relative(exact, dynamical_matrix_by_supercell(atoms, potential, q, repeats)) < 1e-10


def test_equals_the_supercell_for_the_chain():
    q = np.array([2 / 5, 0, 0])
    exact = dynamical_matrices(CHAIN.atoms, CHAIN.potential(), q)[0]
    supercell = dynamical_matrix_by_supercell(CHAIN.atoms, CHAIN.potential(), q, (5, 1, 1))
    assert relative(exact, supercell) < 1e-10


def test_gamma_is_the_hessian_of_the_cell(rattled_silicon):
    network = message_passing_potential()
    root_mass = np.repeat(np.sqrt(rattled_silicon.get_masses()), 3)
    cell = hessian(rattled_silicon, network) / np.outer(root_mass, root_mass)
    assert relative(dynamical_matrices(rattled_silicon, network, np.zeros(3))[0], cell) < 1e-12


@settings(max_examples=25, deadline=None)
@given(
    q=st.tuples(*[st.floats(-1, 1)] * 3),
    shift=st.tuples(*[st.integers(-2, 2)] * 3),
    seed=st.integers(0, 99),
)
@example(q=(0.0, 0.0, 2e-13), shift=(0, 0, 0), seed=1)
def test_hermitian_periodic_and_time_reversed(q, shift, seed):
    rng = np.random.default_rng(seed)
    cell = 4.0 * np.eye(3) + rng.uniform(-0.8, 0.8, (3, 3))
    positions = np.array([[0.1, 0.0, 0.2], [1.9, 2.1, 1.8]]) + rng.uniform(-0.2, 0.2, (2, 3))
    atoms = Atoms("CO", positions=positions, cell=cell, pbc=True)
    q = np.array(q)
    at, beyond, back = dynamical_matrices(
        atoms, message_passing_potential(), np.stack([q, q + shift, -q])
    )
    scale = np.abs(at).max()
    assert np.abs(at - at.conj().T).max() < 1e-12 * scale
    assert np.abs(at - beyond).max() < 1e-11 * scale
    assert np.abs(at - back.conj()).max() < 1e-12 * scale


def test_chunks_and_single_precision(silicon, stillinger_weber):
    q = np.array([0.1, 0.2, 0.3])
    double = dynamical_matrices(silicon, stillinger_weber, q)
    assert np.allclose(dynamical_matrices(silicon, stillinger_weber, q, columns_at_once=2), double)
    single = dynamical_matrices(silicon, stillinger_weber, q, np.dtype(np.float32))
    assert 1e-9 < relative(single, double) < 1e-5
