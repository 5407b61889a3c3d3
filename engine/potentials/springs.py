"""Masses and springs: the model of the classroom.

Every pair of atoms whose distance lies in a spring's window is joined by it,

    E = sum over springs of 1/2 k (r - r0)^2 .

A spring that is longer than its rest length pulls, and by pulling gives a chain its transverse
waves, like the tension of a string: for a chain of equal masses with spacing a,

    omega_L^2 = 4 k/m sin^2(q a / 2),    omega_T^2 = (1 - r0/a) omega_L^2 .
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from ase.data import atomic_numbers
from jaxtyping import Array, Float, Int

from engine.errors import PhonoscopeError
from engine.graph import Graph
from engine.potentials.potential import Potential

KEYS = ("between", "within_A", "rest_length_A", "stiffness_eV_A2")


def springs(table: Sequence[Mapping[str, Any]], name: str = "springs") -> Potential:
    """A mass-spring model from a table of springs.

    Parameters
    ----------
    table : one mapping a spring: ``between`` two element symbols, ``within_A`` the window
        [shortest, longest) of distances it joins, ``rest_length_A``, ``stiffness_eV_A2``.

    Raises
    ------
    PhonoscopeError
        if a spring lacks a value or names an unknown element.
    """
    for spring in table:
        missing = [key for key in KEYS if key not in spring]
        unknown = [s for s in spring.get("between", ()) if s not in atomic_numbers]
        if missing or unknown:
            raise PhonoscopeError(
                "A spring is not complete",
                f"missing: {missing}, unknown elements: {unknown}",
                f"Give each spring {', '.join(KEYS)}.",
            )
    pairs = [[atomic_numbers[symbol] for symbol in spring["between"]] for spring in table]
    windows = np.array([spring["within_A"] for spring in table], float)
    return Potential(
        name=name,
        atomic_energies=atomic_energies,
        parameters={
            "between": jnp.asarray(np.array(pairs, np.int32)),
            "within_A": jnp.asarray(windows),
            "rest_length_A": jnp.asarray([float(s["rest_length_A"]) for s in table]),
            "stiffness_eV_A2": jnp.asarray([float(s["stiffness_eV_A2"]) for s in table]),
        },
        cutoff_A=float(windows.max()),
        elements=frozenset(number for pair in pairs for number in pair),
        reference="Hooke springs; M. Born, K. Huang, Dynamical Theory of Crystal Lattices (1954)",
    )


def atomic_energies(
    parameters: dict[str, Array],
    vectors: Float[Array, "edges 3"],
    species: Int[Array, " atoms"],
    graph: Graph,
) -> Float[Array, " atoms"]:
    """Energy of each atom in eV: half of every spring it holds."""
    r = jnp.linalg.norm(vectors, axis=1)[:, None]
    near, far = species[graph.receivers][:, None], species[graph.senders][:, None]
    first, second = parameters["between"].T
    same_kind = ((near == first) & (far == second)) | ((near == second) & (far == first))
    shortest, longest = parameters["within_A"].T
    joined = same_kind & (shortest <= r) & (r < longest)
    stretch = r - parameters["rest_length_A"]
    energy = 0.5 * parameters["stiffness_eV_A2"] * stretch**2
    return 0.5 * graph.sum_over_edges(jnp.where(joined, energy, 0.0).sum(1))
