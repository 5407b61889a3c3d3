"""The DFT reference of crystals, part by part, and the one file it is collected in.

A part is one JSON file; the collected file is that of :mod:`engine.reference.dft`.
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

from engine.errors import PhonoscopeError
from engine.reference.abinit.crystals import Abinit, ReferenceCrystal, structure_of
from engine.reference.abinit.run import version
from engine.reference.dft import STRUCTURE
from engine.training.data.workplace import PartsFolder


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
            for key in STRUCTURE:
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
