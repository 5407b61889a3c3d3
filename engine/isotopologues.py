"""Other masses, the same force constants: results of isotopologues without the model."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from ase import Atoms

from engine.errors import PhonoscopeError
from engine.phonons import Phonons, phonons_from_force_constants
from engine.vibrations import Vibrations, vibrations_from_hessian

Result = TypeVar("Result", Vibrations, Phonons)


def isotopologue(result: Result, atoms: Atoms) -> Result:
    """The same molecule or crystal with the masses of ``atoms``; nothing is asked of the model.

    Isotopes move on the same energy surface, so that energy, forces and force constants stay;
    frequencies, modes, symmetry and labels become those of the new masses.

    Parameters
    ----------
    atoms : the atoms of the result with other masses (:func:`engine.with_isotopes`).

    Raises
    ------
    PhonoscopeError
        if anything but the masses differs.
    """
    before = result.atoms
    same = (
        np.array_equal(atoms.numbers, before.numbers)
        and np.array_equal(atoms.positions, before.positions)
        and np.array_equal(atoms.cell.array, before.cell.array)
        and np.array_equal(atoms.pbc, before.pbc)
    )
    if not same:
        raise PhonoscopeError(
            "This is not an isotopologue of the result",
            "elements, positions, cell or periodicity differ, and force constants with them",
            "Change the masses of result.atoms only, or compute the new structure.",
        )
    if isinstance(result, Vibrations):
        return vibrations_from_hessian(
            atoms,
            result.hessian_eV_A2,
            result.model,
            result.energy_eV,
            result.forces_eV_A,
            result.derivatives,
            result.tolerance_A,
        )
    return phonons_from_force_constants(
        atoms,
        result.potential,
        result.state,
        result.sample,
        result.born,
        result.dtype,
        result.space_group.tolerance_A,
        result.gamma_force_constants,
    )
