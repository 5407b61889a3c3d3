"""Molecules at rest by a cheaper method: where data of many molecules begins."""

from __future__ import annotations

import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.training.data.labelled import LabelledStructure, read_molecules
from engine.training.data.molecule_list import HELD_OUT


@dataclass(frozen=True)
class Minimum:
    """A molecule at rest by the cheaper method.

    Attributes
    ----------
    structure : with its Hessian.
    stages : names of the part of its work by the number of the stage.
    """

    structure: LabelledStructure
    stages: Mapping[int, str]

    @property
    def name(self) -> str:
        """Of the molecule."""
        return self.structure.name

    def parts(self, stage: int) -> list[str]:
        """One a stage."""
        return [self.stages[stage]]


def read_minima(
    folder: Path,
    stages: Mapping[int, str],
    largest: int,
    known: Container[str] = (),
    listed: Container[str] = (),
) -> list[Minimum]:
    """Molecules that ``make_data semiempirical`` left in a folder, small ones first, mixed.

    Parameters
    ----------
    largest : most heavy atoms.
    known : names to leave out, as those held out always are.
    listed : names that come before all others.

    Raises
    ------
    PhonoscopeError
        if there is nothing in the folder.
    """

    def heavy(structure: LabelledStructure) -> int:
        return int((structure.atoms.numbers > 1).sum())

    def order(structure: LabelledStructure) -> tuple[bool, int, int]:
        name = structure.name
        return name not in listed, heavy(structure), zlib.crc32(name.encode())

    chosen = [
        s
        for s in read_molecules(folder)
        if s.kind == "equilibrium"
        and s.hessian_eV_A2 is not None
        and len(s.atoms) > 2
        and heavy(s) <= largest
        and s.name not in HELD_OUT
        and s.name not in known
    ]
    return [Minimum(s, stages) for s in sorted(chosen, key=order)]
