"""The loss of a batch, and the errors that people read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.potentials import AtomicEnergies
from engine.training.batches import Batch
from engine.training.config import LossConfig
from engine.training.predictions import Prediction, force_constants, predicted
from engine.training.probes import UNIT_CM1
from engine.units import CM1_PER_ROOT

PARTS = ("energy", "forces", "stress", "strain", "probes", "spectra")
"""What a loss is a weighted sum of."""

Weights = dict[str, Float[Array, ""]]
Errors = dict[str, tuple[Float[Array, ""], Float[Array, ""]]]
Penalty = Callable[[Array], Array]

IN_CACHE = 64
"""Messages whose arrays a processor's cache holds; with more at once a step takes up to twice as
long. A message goes along an edge of a list, or between two atoms of a graph of all pairs."""

UNIT_STRAIN = 0.1
"""Error of lengths that counts as one."""

OUTSIDE = 1e3
"""Eigenvalue in eV/(angstrom^2 amu) of padding: above all others, so that it comes last."""


def summed_loss(
    energies: AtomicEnergies, parameters: Any, batch: Batch, weights: Weights, config: LossConfig
) -> tuple[Float[Array, ""], Errors]:
    """The losses of all structures together, and for each error its sum with the number of terms.

    Parts that a batch has no labels for are left out. Errors: absolute ones of energy (eV per atom)
    and forces (eV/angstrom) and stress (eV/angstrom^3) and lengths by stress (in units of 10 %),
    squares of probes (in their metric) and of spectra (in units of 100 cm^-1), and the loss itself.
    """

    def one(structure: Batch) -> dict[str, tuple[Array, Array, Array]]:
        return _structure(energies, parameters, structure, config)

    parts = jax.vmap(one)(batch)
    total = jnp.zeros((), batch.share.dtype)
    errors: Errors = {}
    for name, (penalties, error, count) in parts.items():
        total += weights[name] * jnp.sum(batch.share * penalties)
        errors[name] = jnp.sum(batch.share * error), jnp.sum(batch.share * count)
    errors["loss"] = total, batch.share.sum()
    return total, errors


def loss_gradient(
    loss: Callable[[Any, Batch], tuple[Float[Array, ""], Errors]],
    trained: Any,
    batch: Batch,
    together: int,
) -> tuple[Any, Errors]:
    """The gradient of the mean loss by what is trained, and the errors.

    Parameters
    ----------
    loss : :func:`summed_loss` of parameters and batch.
    together : structures whose arrays are in memory together, a divisor of the size of the batch,
        see :func:`at_once`.
    """
    slope = jax.grad(loss, has_aux=True)
    size = len(batch.share)

    def add(sums: Any, part: Batch) -> tuple[Any, None]:
        return jax.tree.map(jnp.add, sums, slope(trained, part)), None

    if together == size:
        gradient, errors = slope(trained, batch)
    else:
        parts = jax.tree.map(lambda x: x.reshape(size // together, together, *x.shape[1:]), batch)
        shapes = jax.eval_shape(slope, trained, jax.tree.map(lambda x: x[0], parts))
        zero = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
        (gradient, errors), _ = jax.lax.scan(add, zero, parts)
    return jax.tree.map(lambda x: x / batch.share.sum(), gradient), errors


def at_once(batch: Batch) -> int:
    """Structures of a batch to compute together: all on accelerators, few on a processor."""
    size, edges = batch.system.shifts.shape[:2]
    if jax.default_backend() != "cpu" or len(jax.devices()) > 1:
        return size
    graph = batch.system.graph
    room = IN_CACHE // (graph.n_atoms**2 if graph.complete else edges)
    return max(k for k in range(1, size + 1) if size % k == 0 and k <= max(1, room))


def penalty(config: LossConfig) -> Penalty:
    """The function of a single error."""
    if config.penalty == "square":
        return jnp.square
    if config.penalty == "absolute":
        return jnp.abs
    knee = config.knee

    def huber(x: Array) -> Array:
        size = jnp.abs(x)
        return jnp.where(size < knee, 0.5 * x**2, knee * (size - 0.5 * knee))

    return huber


def _structure(
    energies: AtomicEnergies, parameters: Any, batch: Batch, config: LossConfig
) -> dict[str, tuple[Array, Array, Array]]:
    """Of one structure: penalty, sum of errors and number of errors for each part."""
    punish = penalty(config)
    n = batch.real.sum().astype(batch.share.dtype)
    stress = batch.stress_eV_A3 is not None
    spectrum = (
        _spectrum(energies, parameters, batch, config) if batch.spectrum_q is not None else {}
    )
    out = predicted(
        energies, parameters, batch.system, batch.real, stress, batch.q, batch.displacements
    )
    energy = (out.energy_eV - batch.energy_eV) / n
    parts = {"energy": (punish(energy), jnp.abs(energy), jnp.ones_like(n))}

    forces = (out.forces_eV_A - batch.forces_eV_A) * batch.real[:, None]
    parts["forces"] = punish(forces).sum() / (3 * n), jnp.abs(forces).sum(), 3 * n
    if out.virial_eV is not None:
        assert batch.volume_A3 is not None and batch.stress_eV_A3 is not None
        error = out.virial_eV / batch.volume_A3 - batch.stress_eV_A3
        parts["stress"] = punish(error).mean(), jnp.abs(error).sum(), 9 * jnp.ones_like(n)
        if batch.compliance_A3_eV is not None:
            count = 9.0 * batch.compliance_A3_eV.any()
            strain = jnp.einsum("abcd,cd->ab", batch.compliance_A3_eV, error) / UNIT_STRAIN
            parts["strain"] = punish(strain).mean(), jnp.abs(strain).sum(), count.astype(n.dtype)
    if batch.products is not None:
        parts["probes"] = _probes(out, batch, punish, 3 * n)
    return {**parts, **spectrum}


def _probes(
    out: Prediction, batch: Batch, punish: Penalty, coordinates: Array
) -> tuple[Array, Array, Array]:
    assert out.products is not None and batch.products is not None and batch.metric is not None
    error = out.products @ batch.metric.T - batch.products
    real = jnp.stack([error.real, error.imag])
    count = 2 * len(error) * coordinates
    return punish(real).sum() / count, jnp.square(real).sum(), count


def _spectrum(
    energies: AtomicEnergies, parameters: Any, batch: Batch, config: LossConfig
) -> dict[str, tuple[Array, Array, Array]]:
    """Eigenvalues in ascending order; (l - l_ref) / 2 sqrt(l_ref) is the error of the frequency.

    Below the floor the root is that of the floor, so that modes at zero do not count infinitely.
    """
    assert batch.spectrum_q is not None
    assert batch.eigenvalues is not None and batch.root_mass is not None
    _, phi = force_constants(energies, parameters, batch.system, batch.real, batch.spectrum_q)
    d = phi / (batch.root_mass[:, None] * batch.root_mass)
    real = jnp.repeat(batch.real, 3)
    d = (d + d.conj().T) / 2 + jnp.diag(jnp.where(real, 0.0, OUTSIDE).astype(d.dtype))
    eigenvalues = jnp.linalg.eigvalsh(d)
    floor = (config.floor_cm1 / CM1_PER_ROOT) ** 2
    root = jnp.sqrt(jnp.maximum(jnp.abs(batch.eigenvalues), floor))
    n = real.sum().astype(root.dtype)
    counts = jnp.arange(len(root)) < n
    error = counts * (eigenvalues - batch.eigenvalues) / (2 * root) * CM1_PER_ROOT / UNIT_CM1
    return {"spectra": (penalty(config)(error).sum() / n, jnp.square(error).sum(), n)}
