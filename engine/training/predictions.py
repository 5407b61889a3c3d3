"""What a network says of padded structures: energy, forces, stress, products with displacements.

A displacement gives everything in one pass: forward differentiation of the gradient along it has
the forces as its value and Phi u as its derivative; in a crystal it is a wave
(engine.derivatives.bloch). The stress takes a second pass, for strain moves no wave.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Complex, Float, Int

from engine.derivatives.energy import total_energy
from engine.graph import Graph, System, Wave, bloch_phases, wave_system
from engine.potentials import AtomicEnergies


class Prediction(NamedTuple):
    """Of one padded structure; padding has neither energy nor forces.

    Attributes
    ----------
    energy_eV : scalar.
    forces_eV_A : shape (atoms, 3).
    virial_eV : shape (3, 3), dE/d(strain), or None.
    products : shape (probes, 3 atoms), Phi(q) u in eV/angstrom, or None.
    """

    energy_eV: Float[Array, ""]
    forces_eV_A: Float[Array, "atoms 3"]
    virial_eV: Float[Array, "3 3"] | None
    products: Complex[Array, "probes 3*atoms"] | None


def predicted(
    energies: AtomicEnergies,
    parameters: Any,
    system: System,
    real: Bool[Array, " atoms"],
    stress: bool = False,
    q: Float[Array, "probes 3"] | None = None,
    displacements: Complex[Array, "probes 3*atoms"] | None = None,
    single: bool = True,
) -> Prediction:
    """Derivatives of the energy of one padded structure.

    Parameters
    ----------
    real : which atoms are no padding.
    displacements : for products: u = a - ib. In a crystal it is the wave
        a cos(2 pi q.R) + b sin(2 pi q.R), in a molecule a and b are displacements of their own.
    q : of the waves, None for a molecule.
    single : whether these are one wave or two, see :class:`engine.graph.Graph`.
    """
    masked = without_padding(energies, real)
    if displacements is None:
        energy, gradient, virial = _plain(masked, parameters, system, stress)
        return Prediction(energy, -gradient, virial, None)
    if q is None:
        energy, gradient, products = _along(masked, parameters, system, displacements)
        return Prediction(energy, -gradient, None, products)
    energy, gradient, products = _along_waves(masked, parameters, system, q, displacements, single)
    virial = _plain(masked, parameters, system, True)[2] if stress else None
    return Prediction(energy, -gradient, virial, products)


def without_padding(energies: AtomicEnergies, real: Bool[Array, " atoms"]) -> AtomicEnergies:
    """The same function, zero for atoms that are not real."""

    def masked(
        parameters: Any,
        vectors: Float[Array, "edges 3"],
        species: Int[Array, " atoms"],
        graph: Graph,
    ) -> Float[Array, " atoms"]:
        mask = real if graph.wave is None else jnp.concatenate([real, real])
        return energies(parameters, vectors, species, graph) * mask

    return masked


def force_constants(
    energies: AtomicEnergies,
    parameters: Any,
    system: System,
    real: Bool[Array, " atoms"],
    q: Float[Array, "3"] | None = None,
    paired: bool = False,
) -> tuple[Prediction, Complex[Array, "3*atoms 3*atoms"]]:
    """The whole of Phi(q), in eV/angstrom^2, and what comes with it; zero on padding.

    Parameters
    ----------
    q : of a crystal, None for a molecule.
    paired : 2q is a reciprocal lattice vector, or none, so that Phi(q) is real and two columns
        travel together, one in the cosine and one in the sine amplitude.
    """
    n = system.positions.size
    paired = paired or q is None
    waves = (n + 1) // 2 if paired else n
    unit = jnp.eye(n, dtype=system.positions.dtype)
    if paired:
        both = jnp.concatenate([unit, jnp.zeros((n % 2, n), unit.dtype)])
        displacements = both[0::2] - 1j * both[1::2]
    else:
        displacements = unit + 0j
    several = None if q is None else jnp.tile(q, (waves, 1))
    prediction = predicted(
        energies, parameters, system, real, q=several, displacements=displacements, single=False
    )
    columns = prediction.products
    assert columns is not None
    if paired:
        columns = jnp.stack([columns.real, -columns.imag], axis=1).reshape(-1, n)[:n] + 0j
    return prediction, columns.T


def _plain(
    energies: AtomicEnergies, parameters: Any, system: System, stress: bool
) -> tuple[Array, Array, Array | None]:
    """Energy, gradient, and virial if asked for, by reverse differentiation."""
    still = jnp.zeros((3, 3), system.positions.dtype)

    def energy(positions: Array, strain: Array) -> Array:
        return total_energy(energies, parameters, system.at(positions), strain)

    if not stress:
        value, gradient = jax.value_and_grad(energy)(system.positions, still)
        return value, gradient, None
    value, (gradient, virial) = jax.value_and_grad(energy, (0, 1))(system.positions, still)
    return value, gradient, (virial + virial.T) / 2


def _along(
    energies: AtomicEnergies,
    parameters: Any,
    system: System,
    displacements: Complex[Array, "probes 3*atoms"],
) -> tuple[Array, Array, Array]:
    """Energy, gradient, and products with displacements of a molecule.

    Nothing here knows of waves, so that a step of training takes a third of the time.
    """
    still = jnp.zeros((3, 3), system.positions.dtype)

    def energy(positions: Array) -> Array:
        return total_energy(energies, parameters, system.at(positions), still)

    def along(u: Array) -> tuple[tuple[Array, Array], Array]:
        gradient = jax.value_and_grad(energy)
        rest, (_, change) = jax.jvp(gradient, (system.positions,), (u.reshape(-1, 3),))
        return rest, change.reshape(-1)

    both = jnp.stack([displacements.real, displacements.imag])
    # What is at rest does not depend on the displacement, and is computed once for all of them.
    several = jax.vmap(jax.vmap(along, out_axes=((None, None), 0)), out_axes=((None, None), 0))
    (value, slope), (real, imaginary) = several(both)
    return value, slope, real + 1j * imaginary


def _along_waves(
    energies: AtomicEnergies,
    parameters: Any,
    system: System,
    q: Float[Array, "waves 3"],
    displacements: Complex[Array, "waves 3*atoms"],
    single: bool,
) -> tuple[Array, Array, Array]:
    """Energy, gradient, and products with waves."""
    crystal, n = wave_system(system, single), system.graph.n_atoms
    still = jnp.zeros((3, 3), system.positions.dtype)
    at_rest = crystal.graph.wave
    assert at_rest is not None

    def gradient(wave: Wave) -> tuple[Array, Array]:
        def energy(displacements: Array) -> Array:
            displaced = crystal.along(Wave(wave.phases, displacements))
            return total_energy(energies, parameters, displaced, still)

        return jax.value_and_grad(energy)(wave.displacements)

    def along(q: Array, u: Array) -> tuple[tuple[Array, Array], Array]:
        a, b = u.real.reshape(n, 3), -u.imag.reshape(n, 3)
        wave = Wave(bloch_phases(system, q), jnp.concatenate([a, b]))
        rest, (_, change) = jax.jvp(gradient, (at_rest,), (wave,))
        return rest, (change[:n] - 1j * change[n:]).reshape(-1)

    # What is at rest does not depend on the wave, and is computed once for all of them.
    (energy, slope), products = jax.vmap(along, out_axes=((None, None), 0))(q, displacements)
    return energy / 2, slope[:n], products
