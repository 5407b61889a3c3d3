"""The smallest supercell in which a wave repeats."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

import numpy as np
from ase import Atoms
from ase.geometry.minkowski_reduction import minkowski_reduce
from jaxtyping import Float, Int

LARGEST_DENOMINATOR = 400
"""Components of q are taken for fractions up to this denominator, ..."""

TOLERANCE = 1e-6
"""... if they are this near to one."""


def commensurate_supercell(
    atoms: Atoms, q: Float[np.ndarray, "3"], most_cells: int = 10_000
) -> Int[np.ndarray, "3 3"] | None:
    """The smallest supercell in which the wave exp(2 pi i q.R) repeats, as compact as may be.

    For q = (m1/n1, m2/n2, m3/n3) in lowest terms it holds lcm(n1, n2, n3) cells, and is in general
    not diagonal (Lloyd-Williams and Monserrat, Phys. Rev. B 92, 184301 (2015)). Of the bases of
    its lattice the Minkowski-reduced one is given, whose vectors are as short as they can be.

    Parameters
    ----------
    atoms : the cell whose reciprocal vectors q is in units of.
    most_cells : larger supercells do not count.

    Returns
    -------
    Its vectors as integer combinations (rows) of those of the cell, right-handed where the cell is;
    None if q is no fraction with denominators up to ``LARGEST_DENOMINATOR``, or if the wave needs
    more cells than ``most_cells``.
    """
    fractions = [Fraction(float(x)).limit_denominator(LARGEST_DENOMINATOR) for x in q]
    if any(abs(float(f) - x) > TOLERANCE for f, x in zip(fractions, q, strict=True)):
        return None
    if lcm(*(f.denominator for f in fractions)) > most_cells:
        return None
    hermite = hermite_supercell(*fractions)
    cell = atoms.cell.complete().array
    _, reduction = minkowski_reduce(hermite @ cell, pbc=atoms.pbc)
    vectors = np.rint(reduction).astype(int) @ hermite
    return -vectors if np.linalg.det(vectors) < 0 and atoms.pbc.all() else vectors


def hermite_supercell(q1: Fraction, q2: Fraction, q3: Fraction) -> Int[np.ndarray, "3 3"]:
    """The lattice of all R with integer q.R, in Hermite normal form (upper triangular).

    Row by row from the last: as many steps along an axis as the axes after it can complete to an
    integer (Lloyd-Williams and Monserrat, equations 12 to 14).
    """
    n1, n2, n3 = q1.denominator, q2.denominator, q3.denominator
    both = lcm(n2, n3)
    s11, s22, s33 = n1 // gcd(n1, both), n2 // gcd(n2, n3), n3
    s23 = next(k for k in range(s33) if (s22 * q2 + k * q3).denominator == 1)
    s12, s13 = next(
        (i, k)
        for i in range(s22)
        for k in range(s33)
        if (s11 * q1 + i * q2 + k * q3).denominator == 1
    )
    return np.array([[s11, s12, s13], [0, s22, s23], [0, 0, s33]])
