"""The Hessian of a molecule, or of a whole cell at q = 0."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.derivatives.bloch import bloch_products
from engine.graph import DOUBLE
from engine.potentials import Potential
from engine.progress import Report


def hessian(
    atoms: Atoms,
    potential: Potential,
    dtype: np.dtype = DOUBLE,
    columns_at_once: int | None = None,
    progress: Report | None = None,
) -> Float[np.ndarray, "3*atoms 3*atoms"]:
    """Second derivatives of the energy, d^2 E / dx_ia dx_jb, in eV/angstrom^2.

    Atom by atom, x, y, z within an atom. In a periodic cell the images move along.

    Parameters
    ----------
    columns_at_once : columns differentiated together at most; bounds the memory.
    progress : is told how far it is.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    everything = [np.eye(3 * len(atoms))]
    gamma = np.zeros((1, 3))  # the derivative along a wave that is the same in every cell
    products = bloch_products(atoms, potential, gamma, everything, dtype, columns_at_once, progress)
    return products[0].real.T.copy()
