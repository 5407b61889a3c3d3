"""The DFT reference of crystals, part by part, and the one file it is collected in.

A part is one JSON file. The collected file is HDF5 with a group a crystal:

    numbers, cell_A, scaled_positions    the relaxed primitive cell
    q                                    (matrices, 3); Γ, then points of the zone boundary
    force_constants_eV_A2                (matrices, 3 atoms, 3 atoms), Phi(q) as computed, complex
    abinit_frequencies_cm1               (matrices, 3 atoms), as ABINIT prints them
    born_charges_e, dielectric           (atoms, 3, 3), (3, 3)
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.errors import PhonoscopeError
from engine.reference.abinit.crystals import Abinit, ReferenceCrystal, structure_of
from engine.reference.abinit.ddb import with_acoustic_sum
from engine.reference.abinit.run import version
from engine.training.data.workplace import PartsFolder

ARRAYS = ("numbers", "cell_A", "scaled_positions")


@dataclass(frozen=True)
class DftCrystals(PartsFolder[ReferenceCrystal]):
    """Where parts are kept, and ABINIT."""

    abinit: Abinit
    suffix: ClassVar[str] = ".json"

    def compute(self, item: ReferenceCrystal, part: str) -> None:
        """Compute one part of a crystal and keep it; raises PhonoscopeError if ABINIT fails."""
        if part == "relaxed":
            found = self.abinit.relaxed(item)
        else:
            atoms = structure_of(self.part(item, "relaxed"))
            gamma = part == "gamma"
            found = (
                self.abinit.gamma(item, atoms) if gamma else self.abinit.phonons(item, atoms, part)
            )
        path = self.path(item.name, part)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(found))
        unfinished.replace(path)

    def part(self, item: ReferenceCrystal, part: str) -> dict[str, Any]:
        """What was kept of a part."""
        return json.loads(self.path(item.name, part).read_text())

    def complete(self, item: ReferenceCrystal) -> bool:
        """Whether all parts of a crystal are there."""
        return all(self.path(item.name, part).exists() for part in item.parts(1))

    def status(self, items: Sequence[ReferenceCrystal]) -> str:
        """What is there, in one line for a person."""
        parts = [(item, part) for item in items for part in item.parts(1)]
        done = sum(self.path(item.name, part).exists() for item, part in parts)
        failed = len(list(self.folder.glob("*.failed")))
        return (
            f"{sum(map(self.complete, items))} of {len(items)} crystals complete, "
            f"{done} of {len(parts)} parts, {failed} parts failed"
        )


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


def pack_dft(work: DftCrystals, items: Sequence[ReferenceCrystal], out: Path) -> list[str]:
    """Collect the crystals that are complete into one file; returns their names.

    Raises
    ------
    PhonoscopeError
        if none is.
    """
    complete = [item for item in items if work.complete(item)]
    if not complete:
        fix = "Compute one: python -m engine.training.make_data crystals-dft."
        raise PhonoscopeError("nothing to collect", f"{work.folder} has no complete crystal", fix)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    with h5py.File(unfinished, "w", libver="latest") as file:
        for item in complete:
            relaxed, *phonons = (work.part(item, part) for part in item.parts(1))
            group = file.create_group(item.name)
            for key in ARRAYS:
                group[key] = np.array(relaxed.pop(key))
            phi = np.array([p["force_constants_eV_A2"] for p in phonons])
            group["q"] = np.array([p["q"] for p in phonons])
            group.create_dataset(
                "force_constants_eV_A2", data=phi[:, 0] + 1j * phi[:, 1], compression="gzip"
            )
            group["abinit_frequencies_cm1"] = [p["abinit_frequencies_cm1"] for p in phonons]
            for key in ("born_charges_e", "dielectric"):
                group[key] = np.array(phonons[0][key])
            group.attrs["points"] = ["Γ", *item.parts(1)[2:]]
            group.attrs["neutrality_error_e"] = phonons[0]["neutrality_error_e"]
            group.attrs["k_mesh_of_born_charges"] = phonons[0]["k_mesh"]
            for key, value in relaxed.items():
                group.attrs[key] = value
        provenance = {
            "title": "Crystals: force constants at three q, Born charges, dielectric tensors",
            "theory": "PBEsol, density-functional perturbation theory, insulators",
            "program": f"ABINIT {version()}",
            "pseudopotentials": "PseudoDojo nc-sr-04 PBEsol standard (psp8), not included",
            "command": "python -m engine.training.make_data crystals-dft",
            "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "units": "eV, angstrom, e; q in reciprocal vectors; Phi(q) in the cell gauge",
        }
        file.attrs.update(provenance)
    unfinished.replace(out)
    return [item.name for item in complete]


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
                numbers, cell, scaled = (group[key][()] for key in ARRAYS)
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
