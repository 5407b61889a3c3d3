"""How MACE sees the length of an edge: a transformed distance in a set of functions, cut off.

The transforms measure a distance by the size of the two atoms, so that functions fixed on one
scale resolve the bonds of small and large atoms alike. Their forms and constants are those of
mace-torch (``mace/modules/radial.py``), whose checkpoints name them.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.errors import PhonoscopeError


@dataclass(frozen=True)
class Agnesi:
    """1 / (1 + a x^q / (1 + x^(q - p))), x the distance over the mean covalent radius.

    W. C. Witt et al., J. Chem. Phys. 159, 164101 (2023), section on radial transformations.
    """

    a: float = 1.0805
    q: float = 0.9183
    p: float = 4.5791

    def __call__(
        self, lengths: Float[Array, " edges"], reach: Float[Array, " edges"]
    ) -> Float[Array, " edges"]:
        """Between 1, where atoms coincide, and 0; ``reach`` is the sum of the covalent radii."""
        x = lengths / (0.5 * reach)
        return 1 / (1 + self.a * x**self.q / (1 + x ** (self.q - self.p)))


@dataclass(frozen=True)
class Soft:
    """The distance itself at large distance, frozen at 3/4 of the covalent distance below it.

    A step of tanh, of steepness ``alpha``, joins the two between 3/4 and 4/3 of that distance.
    """

    alpha: float = 4.0

    def __call__(
        self, lengths: Float[Array, " edges"], reach: Float[Array, " edges"]
    ) -> Float[Array, " edges"]:
        """In angstrom; ``reach`` is the sum of the covalent radii."""
        low, high = 3 / 4 * reach, 4 / 3 * reach
        step = 0.5 * (1 + jnp.tanh(self.alpha / (high - low) * (lengths - 0.5 * (low + high))))
        return low + (lengths - low) * step


DistanceTransform = Agnesi | Soft


def initial_basis(kind: str, size: int, cutoff_A: float) -> dict[str, float | list[float]]:
    """The numbers that the functions of :func:`radial_functions` start from, by name.

    Raises
    ------
    PhonoscopeError
        for a kind that does not exist.
    """
    if kind == "bessel":
        frequencies = [n * jnp.pi / cutoff_A for n in range(1, size + 1)]
        return {"places": frequencies, "factor": (2 / cutoff_A) ** 0.5}
    if kind == "gaussian":
        spacing = cutoff_A / (size - 1)
        return {"places": [n * spacing for n in range(size)], "factor": -0.5 / spacing**2}
    if kind == "chebyshev":
        return {"places": [float(n) for n in range(1, size + 1)], "factor": 1.0}
    raise PhonoscopeError(
        f"There is no radial basis '{kind}'",
        "known are bessel, gaussian and chebyshev",
        "Choose one of them as radial_basis.",
    )


def radial_functions(
    kind: str,
    places: Float[Array, " size"],
    factor: Float[Array, ""],
    x: Float[Array, " edges"],
) -> Float[Array, "edges size"]:
    """The functions of distance, without envelope.

    bessel: factor sin(place x) / x (Gasteiger et al., arXiv:2003.03123, equation 7);
    gaussian: exp(factor (x - place)^2); chebyshev: polynomials T_1 ... T_size of x itself.

    Parameters
    ----------
    x : distance in angstrom, or what a transform made of it; positive.
    """
    column = x[:, None]
    if kind == "bessel":
        return factor * jnp.sin(places * column) / column
    if kind == "gaussian":
        return jnp.exp(factor * (column - places) ** 2)
    before, last = jnp.ones_like(x), x
    polynomials = [last]
    for _ in range(len(places) - 1):
        before, last = last, 2 * x * last - before
        polynomials.append(last)
    return jnp.stack(polynomials, axis=1)
