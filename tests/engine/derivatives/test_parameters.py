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


@pytest.mark.parametrize("layout", ["pairs", "edges"])
def test_derivatives_by_parameters_are_those_of_finite_differences(layout):
    potential = small_nequip(replace(SMALL, hidden_irreps="4x0e + 2x1o", lmax=1, n_basis=3))
    atoms = bulk("Si")
    atoms.positions[1] += [0.1, 0.05, -0.07]
    crystal = wave_system(system := neighbour_system(atoms, potential.cutoff_A, layout=layout))
    rng, still = np.random.default_rng(0), jnp.zeros((3, 3))
    displacement, by_force, by_product = rng.normal(size=(3, 2 * len(atoms), 3))

    def of_parameters(parameters):
        def gradient(wave):
            def energy(displacements):
                displaced = crystal.along(Wave(wave.phases, displacements))
                return total_energy(potential.atomic_energies, parameters, displaced, still)

            return jax.grad(energy)(wave.displacements)

        direction = Wave(bloch_phases(system, Q), jnp.asarray(displacement))
        force, product = jax.jvp(gradient, (crystal.graph.wave,), (direction,))
        return jnp.vdot(force, by_force) + jnp.vdot(product, by_product)

    parameters = potential.parameters
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
