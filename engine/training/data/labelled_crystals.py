"""Labelled crystals and the HDF5 files that keep them.

One group for each part of the work on a crystal, `/NAME/PART`: structures of the same atoms,
stacked, and beside them what is known of some of them, with the number of the structure it is of.

    numbers                     (atoms,)
    kind                        (structures,) text, see CRYSTAL_KINDS
    cell_A                      (structures, 3, 3), rows are cell vectors
    positions_A                 (structures, atoms, 3)
    energy_eV                   (structures,)
    forces_eV_A                 (structures, atoms, 3)
    stress_eV_A3                (structures, 3, 3), positive under tension
    matrix_of, matrix_q         (matrices,), (matrices, 3)
    force_constants_eV_A2       (matrices, 3 atoms, 3 atoms), complex
    product_of, product_q       (products,), (products, 3)
    displacement_A              (products, 3 atoms)
    product_eV_A                (products, 3 atoms), complex

Phi(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R), without masses, q in units of the reciprocal vectors of
the cell; a product is Phi(q) u for a real u. Attributes of a part say what was seen while it was
made, attributes of the file where its numbers come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.training.data.parts import new_part, read_parts

CRYSTAL_KINDS = {
    "equilibrium": "atoms and cell at rest, within the space group of the structure type",
    "strained": "the cell larger or smaller by the same factor in all directions",
    "rattled": "a random strain, and every coordinate displaced at random",
    "drifted": "where a trained model relaxes to from equilibrium, or on the way there",
}


@dataclass(frozen=True)
class LabelledCrystal:
    """A crystal with what the teacher says of it.

    Attributes
    ----------
    name : of the crystal.
    kind : one of CRYSTAL_KINDS.
    atoms : a primitive cell, in angstrom; if it is rattled, of the same atoms.
    energy_eV : of the cell.
    forces_eV_A : shape (atoms, 3).
    stress_eV_A3 : shape (3, 3), (1/V) dE/d(strain), positive under tension.
    matrix_q : shape (matrices, 3), where whole matrices are known; may be none.
    force_constants_eV_A2 : shape (matrices, 3 atoms, 3 atoms), Phi(q), without masses.
    product_q : shape (products, 3), of the products.
    displacement_A : shape (products, 3 atoms), u, real.
    product_eV_A : shape (products, 3 atoms), Phi(q) u.
    """

    name: str
    kind: str
    atoms: Atoms
    energy_eV: float
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    stress_eV_A3: Float[np.ndarray, "3 3"]
    matrix_q: Float[np.ndarray, "matrices 3"]
    force_constants_eV_A2: Complex[np.ndarray, "matrices 3*atoms 3*atoms"]
    product_q: Float[np.ndarray, "products 3"]
    displacement_A: Float[np.ndarray, "products 3*atoms"]
    product_eV_A: Complex[np.ndarray, "products 3*atoms"]


SINGLE = {"force_constants_eV_A2": np.complex64, "product_eV_A": np.complex64}
OF_SOME = {
    "matrix_of": ("matrix_q", "force_constants_eV_A2"),
    "product_of": ("product_q", "displacement_A", "product_eV_A"),
}


def write_crystals(
    path: Path, part: str, crystals: Sequence[LabelledCrystal], notes: dict[str, Any]
) -> None:
    """Write structures of one crystal as `/NAME/PART`; the file appears complete or not at all.

    Parameters
    ----------
    notes : attributes of the part; numbers, text, or what JSON can say.
    """
    with new_part(path, part, crystals, notes) as group:
        group["cell_A"] = np.array([c.atoms.cell.array for c in crystals])
        for field in ("forces_eV_A", "stress_eV_A3"):
            group[field] = np.array([getattr(c, field) for c in crystals], np.float32)
        for of, fields in OF_SOME.items():
            counts = [len(getattr(c, fields[0])) for c in crystals]
            group[of] = np.repeat(np.arange(len(crystals)), counts)
            for field in fields:
                values = np.concatenate([getattr(c, field) for c in crystals])
                values = values.astype(SINGLE.get(field, float))
                group.create_dataset(field, data=values, compression="gzip")


def read_crystals(path: str | Path) -> list[LabelledCrystal]:
    """Every labelled crystal of a packed file, or of a folder of parts as they come.

    Raises
    ------
    PhonoscopeError
        if there is nothing to read, or the file is not one of these.
    """
    return read_parts(path, "crystals", _crystals)


def notes_of(path: Path, part: str) -> dict[str, Any]:
    """The attributes of a part."""
    with h5py.File(path) as file:
        (crystal,) = file.values()
        return dict(crystal[part].attrs)


def _crystals(name: str, group: h5py.Group) -> Iterator[LabelledCrystal]:
    arrays = {key: group[key][()] for key in group if key != "kind"}
    for i, kind in enumerate(group["kind"].asstr()[()]):
        some = {
            field: arrays[field][arrays[of] == i] + arrays[field].dtype.type(0)
            for of, fields in OF_SOME.items()
            for field in fields
        }
        yield LabelledCrystal(
            name=name,
            kind=kind,
            atoms=Atoms(
                arrays["numbers"],
                positions=arrays["positions_A"][i],
                cell=arrays["cell_A"][i],
                pbc=True,
            ),
            energy_eV=float(arrays["energy_eV"][i]),
            forces_eV_A=arrays["forces_eV_A"][i].astype(float),
            stress_eV_A3=arrays["stress_eV_A3"][i].astype(float),
            **{key: value.astype(np.result_type(value, float)) for key, value in some.items()},
        )
