"""Crystals of the DFT reference as training data: where a teacher differs, theory decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.reference.dft import DFT_FILE, DftCrystal
from engine.training.data.crystals import Crystals
from engine.training.data.labelled_crystals import write_crystals

SUFFIX = "-pbesol"
"""Of the names: the same crystal labelled by the teacher alone is another sample."""


def label_dft(work: Crystals, known: Sequence[DftCrystal]) -> list[str]:
    """Write each crystal as it rests in DFT as a part of its own; returns their names.

    Force constants are those of DFT; energy, forces and stress the teacher's, because energies of
    two theories have no common zero, and the equilibrium volumes of PBE and PBEsol differ.

    Parameters
    ----------
    known : what :func:`engine.reference.dft.read_dft` reads.
    """
    names = []
    for crystal in known:
        name = crystal.name + SUFFIX
        labelled = replace(
            work.label(crystal.atoms, name, "equilibrium"),
            matrix_q=crystal.q,
            force_constants_eV_A2=crystal.force_constants_eV_A2,
        )
        notes = {"force_constants": f"PBEsol, ABINIT: {crystal.name} of {DFT_FILE.name}"}
        write_crystals(work.path(name, "equilibrium"), "equilibrium", [labelled], notes)
        names.append(name)
    return names
