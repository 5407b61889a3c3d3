"""Parts of a NequIP layer that do not know of neighbours: linear maps, norm, gate.

In the form of nequix (T. Koker, T. Smidt, 2025).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import e3nn_jax as e3nn
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int
from scipy.special import ndtri


def normal(variance: float = 1.0) -> nn.initializers.Initializer:
    """Normally distributed initial weights."""
    return nn.initializers.normal(math.sqrt(variance))


class RMSNorm(nn.Module):
    """Divide the features of an atom by their size, over all irreps alike, and weight channels.

    As in nequix: the mean square is over irreps, of sum_channels mean_components x^2 / (2l+1).
    """

    @nn.compact
    def __call__(self, features: e3nn.IrrepsArray) -> e3nn.IrrepsArray:
        """Features of the same irreps."""
        irreps, x = features.irreps, features.array
        weights = [
            self.param(f"weight_{ir}", nn.initializers.ones, (mul,), x.dtype) for mul, ir in irreps
        ]
        weight = jnp.concatenate(
            [jnp.repeat(w, ir.dim) for w, (_, ir) in zip(weights, irreps, strict=True)]
        )
        share = np.concatenate([np.full(mul * ir.dim, 1.0 / ir.dim**2) for mul, ir in irreps])
        size = jnp.sum(x**2 * jnp.asarray(share / len(irreps), x.dtype), axis=1, keepdims=True)
        return e3nn.IrrepsArray(irreps, x * weight * (size + 1e-12) ** -0.5)


class Linear(nn.Module):
    """A matrix an irrep, scaled by 1 / sqrt(channels); with ``n_species`` one set for each."""

    irreps_out: str
    n_species: int | None = None

    @nn.compact
    def __call__(
        self, features: e3nn.IrrepsArray, index: Int[Array, " atoms"] | None = None
    ) -> e3nn.IrrepsArray:
        """Features of ``irreps_out``; zero where the input lacks the irrep."""
        irreps_out, dtype = e3nn.Irreps(self.irreps_out), features.dtype
        given = {ir: x for (_, ir), x in zip(features.irreps, features.chunks, strict=True)}
        chunks: list[Array | None] = []
        for mul, ir in irreps_out:
            x = given.get(ir)
            if x is None:
                chunks.append(None)
                continue
            several = () if self.n_species is None else (self.n_species,)
            shape = (*several, x.shape[1], mul)
            weight = self.param(f"weight_{ir}", normal(), shape, dtype) / math.sqrt(x.shape[1])
            if index is not None:
                chunks.append(jnp.einsum("nui,nuv->nvi", x, weight[index]))
            else:
                chunks.append(jnp.einsum("nui,uv->nvi", x, weight))
        return e3nn.from_chunks(irreps_out, chunks, features.shape[:-1], dtype)


def gate(features: e3nn.IrrepsArray, irreps_out: e3nn.Irreps) -> e3nn.IrrepsArray:
    """Scalars pass an activation; everything else is multiplied by a gate.

    The gates are the even scalars beyond those of ``irreps_out``.
    """
    by_irrep = {ir: x for (_, ir), x in zip(features.irreps, features.chunks, strict=True)}
    n_scalars = irreps_out.count("0e")
    scalars, gates = jnp.split(by_irrep[e3nn.Irrep("0e")], [n_scalars], axis=-2)
    gates, chunks, used = silu(gates), [], 0
    for mul, ir in irreps_out:
        if ir == "0e":
            chunks.append(silu(scalars))
        elif ir == "0o":
            chunks.append(tanh(by_irrep[ir]))
        else:
            chunks.append(by_irrep[ir] * gates[..., used : used + mul, :])
            used += mul
    return e3nn.from_chunks(irreps_out, chunks, features.shape[:-1])


def silu(x: Array) -> Array:
    """SiLU, scaled so that normally distributed numbers keep their mean square."""
    return jax.nn.silu(x) / _normalisation("silu")


def tanh(x: Array) -> Array:
    """The same for the hyperbolic tangent, which keeps the parity of odd scalars."""
    return jnp.tanh(x) / _normalisation("tanh")


@lru_cache
def _normalisation(function: Literal["silu", "tanh"]) -> float:
    """Root mean square over a million quantiles of the normal distribution, as e3nn takes it."""
    x = ndtri(np.linspace(0.0, 1.0, 1_000_003)[1:-1])
    values = x / (1 + np.exp(-x)) if function == "silu" else np.tanh(x)
    return float(np.sqrt(np.mean(values**2)))
