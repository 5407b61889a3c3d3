"""How far a structure has come from another, such as by relaxation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms


@dataclass(frozen=True)
class Movement:
    """The difference between two structures of the same atoms.

    Attributes
    ----------
    rms_A : root mean square of how far the atoms moved, in angstrom: of a molecule as it is laid
        best upon the other, of a crystal within its cell and without a common shift.
    volume_change : relative change of the volume of the cell; None where there is none.
    """

    rms_A: float
    volume_change: float | None


def movement(before: Atoms, after: Atoms) -> Movement:
    """How far the atoms moved, and how the cell changed.

    Parameters
    ----------
    before, after : the same atoms in the same order.
    """
    if not before.pbc.any():
        one, other = (atoms.positions - atoms.positions.mean(0) for atoms in (before, after))
        # W. Kabsch, Acta Cryst. A 32, 922 (1976)
        u, stretch, v = np.linalg.svd(one.T @ other)
        signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ v))])
        square = (one**2).sum() + (other**2).sum() - 2 * (signs * stretch).sum()
        return Movement(float(np.sqrt(max(square, 0.0) / len(before))), None)
    shift = after.get_scaled_positions(wrap=False) - before.get_scaled_positions(wrap=False)
    shift -= np.where(before.pbc, np.round(shift), 0.0)
    shift -= shift.mean(0)
    moved = shift @ after.cell.complete().array
    change = None
    if before.pbc.all():
        change = float(after.get_volume() / before.get_volume() - 1)
    return Movement(float(np.sqrt((moved**2).sum(1).mean())), change)
