"""Selection rules from characters alone, without any label.

A fundamental is infrared active if it transforms like a component of the dipole (a vector), and
Raman active if it transforms like a component of the polarizability (a symmetric tensor); see
E. B. Wilson, J. C. Decius, P. C. Cross, Molecular Vibrations (1955), chapter 7. Activity says what
symmetry allows; how strong a line is it does not say.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine.symmetry.group import SymmetryGroup


def is_ir_active(group: SymmetryGroup, characters: Float[np.ndarray, " order"]) -> bool:
    """Whether modes with these characters contain a component of a vector, chi(g) = tr R."""
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    return _contains(characters, trace)


def is_raman_active(group: SymmetryGroup, characters: Float[np.ndarray, " order"]) -> bool:
    """Whether they contain a component of a symmetric tensor, chi(g) = (tr^2 R + tr R^2)/2."""
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    trace_of_square = np.einsum("gxy,gyx->g", group.rotations, group.rotations)
    return _contains(characters, (trace**2 + trace_of_square) / 2)


def _contains(
    characters: Float[np.ndarray, " order"], operator: Float[np.ndarray, " order"]
) -> bool:
    # The mean is an integer for an exact representation; one half separates 0 from 1 safely.
    return bool(np.mean(characters * operator) > 0.5)
