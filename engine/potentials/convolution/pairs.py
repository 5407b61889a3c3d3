"""The convolution between pairs of atoms, once the images that join two atoms are summed."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.potentials.convolution.paths import Features, Paths, degree

Moments = Float[Array, "receivers senders harmonics width"]
"""Sums over the images of a pair, sum_e Y(v_e) R(|v_e|), R the hidden layer of the radial
network."""
Kernels = list[Float[Array, "receivers senders components weights"]]
"""For each degree l, the harmonics of a pair with the radial weights of the paths of l."""


def moments(
    hidden: Float[Array, "receivers senders images width"],
    y: Float[Array, "receivers senders images harmonics"],
) -> Moments:
    """The sums over images."""
    return jnp.einsum("rspm,rspj->rsjm", hidden, y)


def collected_by_pairs(
    paths: Paths, last: Float[Array, "width n_weights"], summed: Moments, h: Features
) -> Features:
    """What every receiver collects, linear in the moments ``summed`` and in the features."""
    kernels = [summed[:, :, degree(l)] @ last[:, paths.of_degree(l)] for l in range(paths.lmax + 1)]
    return collected(paths, kernels, h)


def collected(paths: Paths, kernels: Kernels, h: Features) -> Features:
    """Features of the senders through the kernels of the pairs, summed at the receivers."""
    parts = []
    by_path = [iter(paths.split(kernel, l)) for l, kernel in enumerate(kernels)]
    for path in paths.all:
        coupling = paths.coupling(path, h[path.i_in].dtype)
        coupled = jnp.einsum("siu,ijk->sjku", h[path.i_in], coupling)
        parts.append(jnp.einsum("rsju,sjku->rku", next(by_path[path.l]), coupled))
    return paths.joined(parts)
