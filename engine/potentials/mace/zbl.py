"""The Ziegler-Biersack-Littmark repulsion of two nuclei at short distance.

J. F. Ziegler, J. P. Biersack, U. Littmark, The Stopping and Range of Ions in Matter (1985): the
Coulomb repulsion of the bare nuclei, screened by four exponentials of r / a, with a the screening
length of the pair. Cut off smoothly where the covalent spheres of the two atoms part, it keeps a
model learnt near equilibrium repulsive where it has seen no data.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph
from engine.potentials.radial import polynomial_envelope

BOHR_A = 0.529
COULOMB_eV_A = 14.3996
DECAYS = (3.2, 0.9423, 0.4028, 0.2016)
"""Rounded as in the programs whose models are trained on top of this repulsion."""


@dataclass(frozen=True)
class Repulsion:
    """Constants of the screened Coulomb repulsion.

    Attributes
    ----------
    power : of the polynomial that cuts it off.
    length, exponent : the screening length is length * bohr / (Z_i^exponent + Z_j^exponent).
    weights : of the four exponentials.
    """

    power: int = 6
    length: float = 0.4543
    exponent: float = 0.300
    weights: tuple[float, ...] = (0.1818, 0.5099, 0.2802, 0.02817)


def repulsion(
    constants: Repulsion,
    r: Float[Array, " edges"],
    charges: Float[Array, " atoms"],
    reach: Float[Array, " edges"],
    graph: Graph,
) -> Float[Array, " atoms"]:
    """Half of the repulsion of each atom's pairs, in eV.

    Parameters
    ----------
    r : distances in angstrom, positive.
    charges : atomic numbers.
    reach : distance in angstrom where the repulsion of a pair ends: the sum of covalent radii.
    """
    z_i, z_j = charges[graph.receivers], charges[graph.senders]  # constants of an edge: no gather
    x = r * (z_i**constants.exponent + z_j**constants.exponent) / (constants.length * BOHR_A)
    screened = sum(
        weight * jnp.exp(-decay * x)
        for weight, decay in zip(constants.weights, DECAYS, strict=True)
    )
    pair = COULOMB_eV_A * z_i * z_j / r * screened
    envelope = polynomial_envelope(r / reach, 1.0, constants.power)
    return 0.5 * graph.sum_over_edges(pair * envelope)
