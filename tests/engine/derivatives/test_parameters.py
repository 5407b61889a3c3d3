"""Training differentiates forces and waves once more, by the parameters of a network."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from ase.build import bulk

from engine.derivatives.energy import total_energy
from engine.graph import Wave, bloch_phases, neighbour_system, wave_system
from tests.engine.potentials.models import SMALL, small_nequip

Q = jnp.asarray([0.1, 0.23, 0.37])


def moved(parameters, step, by):
    return jax.tree.map(lambda x, d: x + by * d, parameters, step)


def probe(energies, system, single):
    """A function of parameters: forces, and what a random displacement wave does to them."""
    crystal, still = wave_system(system, single), jnp.zeros((3, 3))
    displacement = random(0, 2 * system.graph.n_atoms, 3)

    def of_parameters(parameters):
        def gradient(wave):
            def energy(displacements):
                displaced = crystal.along(Wave(wave.phases, displacements))
                return total_energy(energies, parameters, displaced, still)

            return jax.grad(energy)(wave.displacements)

        direction = Wave(bloch_phases(system, Q), displacement)
        return jax.jvp(gradient, (crystal.graph.wave,), (direction,))

    return of_parameters


def random(seed, *shape):
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape))


def distorted_silicon():
    atoms = bulk("Si")
    atoms.positions[1] += [0.1, 0.05, -0.07]
    return atoms


@pytest.mark.parametrize("layout", ["pairs", "edges"])
@pytest.mark.parametrize("single", [False, True])
def test_derivatives_by_parameters_are_those_of_finite_differences(layout, single):
    potential = small_nequip(replace(SMALL, hidden_irreps="4x0e + 2x1o", lmax=1, n_basis=3))
    system = neighbour_system(distorted_silicon(), potential.cutoff_A, layout=layout)
    of_wave = probe(potential.atomic_energies, system, single)
    by_force, by_product = random(1, 4, 3), random(2, 4, 3)

    def of_parameters(parameters):
        force, product = of_wave(parameters)
        return jnp.vdot(force, by_force) + jnp.vdot(product, by_product)

    parameters = potential.parameters
    rng = np.random.default_rng(3)
    step = jax.tree.map(lambda x: jnp.asarray(rng.normal(size=x.shape)), parameters)
    both = jax.jit(jax.value_and_grad(of_parameters))
    (ahead, _), (behind, _) = (both(moved(parameters, step, by)) for by in (1e-4, -1e-4))
    _, gradient = both(parameters)
    assert np.abs(gradient.pop("reference_energies")).max() == 0  # they move no atom
    step.pop("reference_energies")
    gradient, step = jax.tree.leaves(gradient), jax.tree.leaves(step)
    assert all(np.abs(g).max() > 0 for g in gradient)  # every other parameter is reached
    along = sum(float(jnp.vdot(g, d)) for g, d in zip(gradient, step, strict=True))
    assert along == pytest.approx(float(ahead - behind) / 2e-4, rel=1e-6)


@pytest.mark.parametrize("layout", ["pairs", "edges"])
@pytest.mark.parametrize("model", [small_nequip])
def test_a_single_wave_is_one_of_many(model, layout):
    potential = model()
    system = neighbour_system(distorted_silicon(), potential.cutoff_A, layout=layout)
    both = [
        jax.jit(probe(potential.atomic_energies, system, single))(potential.parameters)
        for single in (True, False)
    ]
    for one, other in zip(*both, strict=True):
        assert np.abs(one - other).max() < 1e-10 * np.abs(other).max()
