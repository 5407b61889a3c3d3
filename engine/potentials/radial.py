"""Functions of a distance: radial bases, envelopes, and the small networks behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def bessel_basis(
    r: Float[Array, " edges"], n_basis: int, cutoff_A: float
) -> Float[Array, "edges n_basis"]:
    """b_n(r) = (2 / r_c) sin(n pi r / r_c) / r, n = 1, 2, ...

    J. Gasteiger et al., ICLR 2020 (DimeNet), equation 7, with the prefactor of NequIP.
    """
    n = jnp.arange(1, n_basis + 1, dtype=r.dtype) * np.pi
    return 2.0 / cutoff_A * jnp.sin(n * r[:, None] / cutoff_A) / r[:, None]


def polynomial_envelope(
    r: Float[Array, " edges"], cutoff_A: float, p: float
) -> Float[Array, " edges"]:
    """1 at r = 0, 0 beyond the cutoff, where two derivatives vanish as well.

    u(x) = 1 - (p+1)(p+2)/2 x^p + p(p+2) x^(p+1) - p(p+1)/2 x^(p+2), x = r / r_c;
    J. Gasteiger et al., ICLR 2020 (DimeNet), equation 8.
    """
    # Beyond the cutoff the polynomial is not evaluated: in float32 its derivatives there are large.
    x = jnp.where(r < cutoff_A, r / cutoff_A, 1.0)
    u = (
        1.0
        - (p + 1.0) * (p + 2.0) / 2.0 * x**p
        + p * (p + 2.0) * x ** (p + 1.0)
        - p * (p + 1.0) / 2.0 * x ** (p + 2.0)
    )
    return jnp.where(r < cutoff_A, u, 0.0)


def hidden_layers(
    inputs: Float[Array, "edges n_basis"],
    weights: Sequence[Float[Array, "fan_in fan_out"]],
    activation: Callable[[Array], Array],
) -> Float[Array, "edges width"]:
    """A network without biases, so that zero stays zero: every layer but the last, linear one."""
    for weight in weights:
        inputs = activation(inputs @ weight)
    return inputs
