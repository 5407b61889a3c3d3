"""Labelled structures and the HDF5 files that keep them.

A file has one group for each part of a molecule's work, `/NAME/PART`. A part holds structures of
the same atoms, stacked; what only some have lies beside the indices of those that have it:

    numbers                          (atoms,)
    kind                             (structures,) text, see KINDS
    positions_A                      (structures, atoms, 3)
    energy_eV                        (structures,)
    forces_eV_A                      (structures, atoms, 3)
    dipole_eA                        (structures, 3)
    FIELD, FIELD_of                  (those that have it, ...), (those that have it,) indices

for FIELD `hessian_eV_A2`, `dipole_derivative_e`, `polarizability_derivative_A2`, and for
`displacement_A` with `product_eV_A`. Energies and positions are float64, derivatives float32.
Attributes of a part are what was seen while it was made (times, checks), attributes of the file say
where its numbers come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.training.data.parts import new_part, read_parts

KINDS = {
    "equilibrium": "a minimum of the energy",
    "saddle": "a stationary point with an imaginary frequency",
    "thermal": "displaced along the modes as quantum harmonic oscillators are at some temperature",
    "classical": "the same as classical oscillators: no zero-point motion, nearer the minimum",
    "random": "every coordinate displaced at random",
    "stretch": "one bond longer or shorter, on top of a thermal displacement",
    "atom": "a free atom in its ground state",
}
SOMETIMES = (
    "hessian_eV_A2",
    "dipole_derivative_e",
    "polarizability_derivative_A2",
    "displacement_A",
    "product_eV_A",
)


@dataclass(frozen=True)
class LabelledStructure:
    """A structure with what quantum chemistry says of it.

    Attributes
    ----------
    name : of the molecule.
    kind : one of KINDS.
    atoms : positions in angstrom.
    energy_eV : total energy, that of free nuclei and electrons being zero.
    forces_eV_A : shape (atoms, 3).
    dipole_eA : shape (3,), from - to +, in e angstrom.
    hessian_eV_A2 : shape (3 atoms, 3 atoms), d2E/dr dr; None where it was not computed.
    dipole_derivative_e : shape (3, atoms, 3), dmu_c/dr of [c, atom, xyz], in e; or None.
    polarizability_derivative_A2 : shape (3, 3, atoms, 3), dalpha_cd/dr, in angstrom^2; or None.
    displacement_A, product_eV_A : shape (products, 3 atoms), u and the Hessian times u; or None.
    """

    name: str
    kind: str
    atoms: Atoms
    energy_eV: float
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    dipole_eA: Float[np.ndarray, "3"]
    hessian_eV_A2: Float[np.ndarray, "3*atoms 3*atoms"] | None = None
    dipole_derivative_e: Float[np.ndarray, "3 atoms 3"] | None = None
    polarizability_derivative_A2: Float[np.ndarray, "3 3 atoms 3"] | None = None
    displacement_A: Float[np.ndarray, "products 3*atoms"] | None = None
    product_eV_A: Float[np.ndarray, "products 3*atoms"] | None = None


def write_part(
    path: Path, part: str, structures: Sequence[LabelledStructure], notes: dict[str, Any]
) -> None:
    """Write structures of one molecule as `/NAME/PART`; the file appears complete or not at all.

    Parameters
    ----------
    notes : attributes of the part; numbers, text, or what JSON can say.
    """
    with new_part(path, part, structures, notes) as group:
        group["forces_eV_A"] = np.array([s.forces_eV_A for s in structures], np.float32)
        group["dipole_eA"] = np.array([s.dipole_eA for s in structures], np.float32)
        for field in SOMETIMES:
            having = [i for i, s in enumerate(structures) if getattr(s, field) is not None]
            if having:
                values = [getattr(structures[i], field) for i in having]
                group.create_dataset(field, data=np.array(values, np.float32), compression="gzip")
                group[f"{field}_of"] = having


def _structures(name: str, group: h5py.Group) -> Iterable[LabelledStructure]:
    arrays = {key: group[key][()] for key in group}
    for i, kind in enumerate(group["kind"].asstr()[()]):
        rare = {
            field: arrays[field][list(arrays[f"{field}_of"]).index(i)].astype(float)
            for field in SOMETIMES
            if i in arrays.get(f"{field}_of", ())
        }
        yield LabelledStructure(
            name=name,
            kind=kind,
            atoms=Atoms(arrays["numbers"], positions=arrays["positions_A"][i]),
            energy_eV=float(arrays["energy_eV"][i]),
            forces_eV_A=arrays["forces_eV_A"][i].astype(float),
            dipole_eA=arrays["dipole_eA"][i].astype(float),
            **rare,
        )


def read_molecules(path: str | Path) -> list[LabelledStructure]:
    """Every labelled structure of a packed file, or of a folder of parts as they come.

    Raises
    ------
    PhonoscopeError
        if there is nothing to read, or the file is not one of these.
    """
    # A later part may say more of the same structure.
    found = {
        (structure.name, structure.kind, structure.atoms.positions.tobytes()): structure
        for structure in read_parts(path, "molecules", _structures)
    }
    return list(found.values())
