r"""The Stillinger-Weber potential of silicon.

F. H. Stillinger and T. A. Weber, Phys. Rev. B 31, 5262 (1985), equations 2.1-2.5 and section III.

With reduced distances x = r / sigma, u_ij the unit vector from i to j, and
g(x) = exp(gamma / (x - a)) below the cutoff,

    E = eps sum_{i<j} A (B x^-p - 1) exp(1 / (x - a))
      + eps lambda sum_i sum_{j<k} g(x_ij) g(x_ik) (u_ij . u_ik + 1/3)^2 .

The sum over triplets is never formed. Expanding the square, the sum over ordered pairs of edges of
an atom is a contraction of moments of its neighbourhood (M0 = sum g, M1 = sum g u, M2 = sum g u u),

    sum_{j,k} g_j g_k (u_j . u_k + 1/3)^2 = M2 : M2 + 2/3 M1 . M1 + 1/9 M0^2 ,

from which the terms j = k, each (4/3)^2 g_j^2, are taken off again.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from engine.graph import Graph
from engine.potentials.potential import Potential

PARAMETERS = {
    "epsilon_eV": 2.1683,  # 50 kcal/mol, the measured cohesive energy
    "sigma_A": 2.0951,
    "a": 1.80,
    "A": 7.049556277,
    "B": 0.6022245584,
    "p": 4.0,
    "lambda": 21.0,
    "gamma": 1.20,
}


def stillinger_weber() -> Potential:
    """The potential with the published parameters of silicon."""
    return Potential(
        name="stillinger-weber",
        atomic_energies=atomic_energies,
        parameters={name: jnp.asarray(value) for name, value in PARAMETERS.items()},
        cutoff_A=PARAMETERS["a"] * PARAMETERS["sigma_A"],
        elements=frozenset({14}),
        reference="F. H. Stillinger, T. A. Weber, Phys. Rev. B 31, 5262 (1985)",
    )


def atomic_energies(
    parameters: dict[str, Float[Array, ""]],
    vectors: Float[Array, "edges 3"],
    species: Int[Array, " atoms"],
    graph: Graph,
) -> Float[Array, " atoms"]:
    """Energy of each atom in eV: half of its bonds, and the angles of which it is the apex."""
    pr = parameters
    reduced = jnp.linalg.norm(vectors, axis=1) / pr["sigma_A"]
    inside = reduced < pr["a"]
    # Edges outside get a harmless distance *before* the singular functions see it: a NaN masked
    # afterwards would return in the derivatives.
    x = jnp.where(inside, reduced, 1.0)
    to_cutoff = x - pr["a"]

    bond = pr["A"] * (pr["B"] * x ** (-pr["p"]) - 1.0) * jnp.exp(1.0 / to_cutoff)
    pair_energy = 0.5 * graph.sum_over_edges(jnp.where(inside, bond, 0.0))

    g = jnp.where(inside, jnp.exp(pr["gamma"] / to_cutoff), 0.0)
    unit = vectors / (reduced * pr["sigma_A"])[:, None]
    m0 = graph.sum_over_edges(g)
    m1 = graph.sum_over_edges(g[:, None] * unit)
    m2 = graph.sum_over_edges(g[:, None, None] * unit[:, :, None] * unit[:, None, :])
    ordered = jnp.sum(m2**2, (1, 2)) + 2 / 3 * jnp.sum(m1**2, 1) + m0**2 / 9
    itself = (4 / 3) ** 2 * graph.sum_over_edges(g**2)
    angle_energy = 0.5 * pr["lambda"] * (ordered - itself)

    return pr["epsilon_eV"] * (pair_energy + angle_energy)
