import jax
import jax.numpy as jnp
import numpy as np
import pytest
from ase import Atoms

from engine import PhonoscopeError
from engine.graph import Wave, bloch_phases, neighbour_system, wave_system


def test_edges_of_silicon_are_its_shells(silicon):
    system = neighbour_system(silicon, 4.0)
    vectors = np.asarray(
        system.graph.gather(system.positions)
        - system.positions[system.graph.receivers]
        + system.lattice_vectors
    )
    lengths = np.sort(np.linalg.norm(vectors, axis=1))
    lengths = lengths[lengths < 4.0]  # the others fill places
    a = 5.43095
    assert len(lengths) == 2 * (4 + 12)
    assert np.allclose(lengths[:8], np.sqrt(3) / 4 * a, atol=1e-5)
    assert np.allclose(lengths[8:], a / np.sqrt(2), atol=1e-5)


def test_one_atom_cell_sees_its_own_images():
    atoms = Atoms("Po", cell=[2.0, 2.0, 2.0], pbc=True)
    shifts = np.asarray(neighbour_system(atoms, 4.1).shifts)
    assert np.count_nonzero(shifts.any(1)) == 6 + 12 + 8 + 6


def test_bloch_gather_keeps_values_and_turns_derivatives(silicon):
    """f = |S h|^2 / 2, S the sum over neighbours: its gradient changes by S(q)^+ S(q) dh."""
    q = jnp.array([0.1, 0.2, 0.3])
    plain = neighbour_system(silicon, 4.0, layout="edges")
    at_rest = wave_system(plain)
    rng = np.random.default_rng(0)
    h, tangent = jnp.asarray(rng.normal(size=(2, 4, 3)))
    graph = at_rest.graph
    assert np.array_equal(graph.gather(h), h[graph.senders])

    def gradient(h, phases):
        graph = at_rest.along(Wave(phases, at_rest.graph.wave.displacements)).graph
        return jax.grad(lambda h: jnp.sum(graph.sum_over_edges(graph.gather(h)) ** 2) / 2)(h)

    phases = bloch_phases(plain, q)
    _, change = jax.jvp(gradient, (h, jnp.zeros_like(phases)), (tangent, phases))

    # As complex amplitudes z = a - i b of u(R) = Re[z exp(2 pi i q.R)] in the primitive cell.
    neighbours = np.zeros((2, 2), complex)
    phases = np.exp(2j * np.pi * np.asarray(plain.shifts @ q))
    np.add.at(neighbours, (plain.graph.receivers, plain.graph.senders), phases)
    z = tangent[:2] - 1j * tangent[2:]
    expected = neighbours.conj().T @ neighbours @ z
    assert np.allclose(change[:2] - 1j * change[2:], expected)


@pytest.mark.parametrize(
    ("atoms", "what"),
    [
        (Atoms(), "empty"),
        (Atoms("Si2", positions=[[0, 0, 0], [0, 0, 0]]), "same place"),
        (Atoms("Si", cell=[[1, 0, 0], [2, 0, 0], [0, 0, 1]], pbc=True), "no volume"),
    ],
)
def test_structures_without_sense_are_refused_in_words(atoms, what):
    with pytest.raises(PhonoscopeError, match=what):
        neighbour_system(atoms, 3.0)
