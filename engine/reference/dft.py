"""What density-functional theory says of crystals: force constants at some q, Born charges.

The collected file is HDF5 with a group a crystal, which ``make_data crystals-dft --pack`` writes:

    numbers, cell_A, scaled_positions    the relaxed primitive cell
    q                                    (matrices, 3); Γ, then points of the zone boundary
    force_constants_eV_A2                (matrices, 3 atoms, 3 atoms), Phi(q) as computed, complex
    abinit_frequencies_cm1               (matrices, 3 atoms), as ABINIT prints them
    born_charges_e, dielectric           (atoms, 3, 3), (3, 3)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.errors import PhonoscopeError
from engine.library import assets
from engine.phonons.polar import BornCharges, born_charges
from engine.reference.abinit.ddb import with_acoustic_sum

DFT_FILE = assets() / "reference" / "crystals" / "pbesol.h5"
STRUCTURE = ("numbers", "cell_A", "scaled_positions")
ALIKE_STRAIN, ALIKE_A = 0.05, 0.2
"""How far two relaxations of one crystal may differ: of the cell, relative, and of the atoms."""


@dataclass(frozen=True)
class DftCrystal:
    """What density-functional theory says of a crystal.

    Attributes
    ----------
    name : formula and structure type.
    atoms : the relaxed primitive cell.
    q : shape (matrices, 3), Γ first.
    force_constants_eV_A2 : shape (matrices, 3 atoms, 3 atoms), Phi(q) without masses, Hermitian,
        and without a force on the crystal as a whole.
    born_charges_e : shape (atoms, 3, 3), as computed: their sum is not quite zero.
    dielectric : shape (3, 3), with the atoms held in place.
    """

    name: str
    atoms: Atoms
    q: Float[np.ndarray, "matrices 3"]
    force_constants_eV_A2: Complex[np.ndarray, "matrices 3*atoms 3*atoms"]
    born_charges_e: Float[np.ndarray, "atoms 3 3"]
    dielectric: Float[np.ndarray, "3 3"]


def read_dft(path: str | Path) -> list[DftCrystal]:
    """The crystals of a collected file, their sum rules imposed.

    Raises
    ------
    PhonoscopeError
        if there is no such file, or it is something else.
    """
    found = []
    try:
        with h5py.File(path) as file:
            for name, group in file.items():
                numbers, cell, scaled = (group[key][()] for key in STRUCTURE)
                phi = group["force_constants_eV_A2"][()]
                phi = (phi + phi.conj().swapaxes(1, 2)) / 2
                found.append(
                    DftCrystal(
                        name=name,
                        atoms=Atoms(numbers, cell=cell, scaled_positions=scaled, pbc=True),
                        q=group["q"][()],
                        force_constants_eV_A2=np.array([with_acoustic_sum(p, phi[0]) for p in phi]),
                        born_charges_e=group["born_charges_e"][()],
                        dielectric=group["dielectric"][()],
                    )
                )
    except (OSError, KeyError) as error:
        fix = "Give what `make_data crystals-dft` wrote."
        raise PhonoscopeError(f"cannot read {path}", str(error), fix) from error
    return found


def born_charges_for(crystal: DftCrystal, atoms: Atoms) -> BornCharges:
    """The Born charges and dielectric tensor of a crystal, for the same one relaxed otherwise.

    Parameters
    ----------
    atoms : cell and atoms in the same order and orientation; somewhat strained.

    Raises
    ------
    PhonoscopeError
        if it is another crystal, or another cell of it.
    """
    known = crystal.atoms
    alike = known.numbers.tolist() == atoms.numbers.tolist() and bool(atoms.pbc.all())
    if alike:
        strain = np.linalg.solve(known.cell.array, atoms.cell.array) - np.eye(3)
        apart = atoms.get_scaled_positions(wrap=False) - known.get_scaled_positions(wrap=False)
        apart = apart - np.rint(apart)
        apart_A = np.linalg.norm(apart @ atoms.cell.array, axis=1).max()
        alike = bool(np.abs(strain).max() < ALIKE_STRAIN and apart_A < ALIKE_A)
    if not alike:
        raise PhonoscopeError(
            f"The Born charges of {crystal.name} are not those of {atoms.get_chemical_formula()}",
            "its atoms, their order or the cell are others",
            "Give the primitive cell in the orientation of the calculation.",
        )
    return born_charges((crystal.born_charges_e, crystal.dielectric), atoms)
