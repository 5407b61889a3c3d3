"""ABINIT's input files: PBEsol with norm-conserving pseudopotentials, insulators."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.units import Bohr
from jaxtyping import Float

from engine.errors import PhonoscopeError

# fmt: off
SHIFTS = {
    "fcc": ((.5, .5, .5), (.5, 0, 0), (0, .5, 0), (0, 0, .5)),
    "primitive": ((.5, .5, .5),),
    "hexagonal": ((0, 0, .5),),
}
"""Shifts of the mesh of k that keep the symmetry of a lattice and leave out the costly k = 0."""
# fmt: on


@dataclass(frozen=True)
class Pseudopotentials:
    """A folder of psp8 files with a table `standard.djson`, as PseudoDojo gives them out.

    Raises
    ------
    PhonoscopeError
        if there is no table, or it lacks an element that is asked for.
    """

    folder: Path

    def file(self, element: str) -> Path:
        """The file of an element."""
        return self.folder.resolve() / element / self._entry(element)["basename"]

    def cutoff_Ha(self, atoms: Atoms) -> float:
        """The cutoff of the plane waves that the table recommends, of the hardest element."""
        hints = [self._entry(s)["hints"]["normal"]["ecut"] for s in set(atoms.symbols)]
        return float(max(hints))

    def occupied_bands(self, atoms: Atoms) -> int:
        """Half the valence electrons."""
        charges = {s: self._valence(s) for s in set(atoms.symbols)}
        return round(sum(charges[s] for s in atoms.symbols) / 2)

    def _valence(self, element: str) -> float:
        with self.file(element).open() as file:
            return float(file.readlines()[1].split()[1])

    def _entry(self, element: str) -> dict:
        table = self.folder / "standard.djson"
        fix = "Give the folder of PseudoDojo's PBEsol table (nc-sr-04, standard, psp8)."
        try:
            return json.loads(table.read_text())["pseudos_metadata"][element]
        except OSError as error:
            raise PhonoscopeError("no pseudopotentials", f"there is no {table}", fix) from error
        except KeyError as error:
            why = f"{table} has no {element}"
            raise PhonoscopeError("no pseudopotential", why, fix) from error


@dataclass(frozen=True)
class Mesh:
    """Points k: so many along each reciprocal vector, shifted as the lattice allows.

    Attributes
    ----------
    divisions : along each reciprocal vector; even, so that zone-boundary q connect its points.
    lattice : key of SHIFTS.
    """

    divisions: tuple[int, int, int]
    lattice: str

    def denser(self) -> Mesh:
        """Two points more along the longest, the others in proportion, all even."""
        factor = (max(self.divisions) + 2) / max(self.divisions)
        n = [2 * max(1, round(factor * k / 2)) for k in self.divisions]
        return Mesh((n[0], n[1], n[2]), self.lattice)


def crystal_input(atoms: Atoms, mesh: Mesh, pseudopotentials: Pseudopotentials) -> str:
    """What every run of a crystal has in common.

    Bands are the occupied ones alone: with empty ones the response to a field does not converge.
    """
    elements = list(dict.fromkeys(atoms.symbols))
    files = ", ".join(str(pseudopotentials.file(e)) for e in elements)
    numbers = [int(atoms.numbers[list(atoms.symbols).index(e)]) for e in elements]
    shifts = SHIFTS[mesh.lattice]
    return "\n".join(
        [
            f'pseudos "{files}"',
            f"natom {len(atoms)}",
            f"ntypat {len(elements)}",
            f"znucl {_row(numbers)}",
            f"typat {_row(elements.index(s) + 1 for s in atoms.symbols)}",
            "acell 3*1.0",
            f"rprim\n{_rows(atoms.cell.array / Bohr)}",
            f"xred\n{_rows(atoms.get_scaled_positions(wrap=False))}",
            f"ecut {pseudopotentials.cutoff_Ha(atoms)}",
            "ecutsm 0.5",  # smooth in the volume
            f"nband {pseudopotentials.occupied_bands(atoms)}",
            f"ngkpt {_row(mesh.divisions)}",
            f"nshiftk {len(shifts)}",
            f"shiftk\n{_rows(np.array(shifts, float))}",
            "chksymbreak 0",
            "nstep 100",
            "prteig 0 prtpot 0 prtden 0 prtebands 0",
        ]
    )


RELAX = "ionmov 2 optcell 2 dilatmx 1.05 ntime 30 tolmxf 1.0e-5 tolvrs 1.0e-12 prtwf 0"
"""Atoms and cell, to 5e-4 eV/angstrom and 0.003 GPa."""

GROUND = "tolvrs 1.0e-14 kptopt 1 prtwf 1"


def field_input(n_atoms: int) -> str:
    """Phonons at q = 0 and the response to an electric field, from the ground state beside."""
    return f"""
ndtset 2
getwfk_filepath "../ground/runo_WFK"
kptopt 2
nqpt 1 qpt 0 0 0
rfatpol 1 {n_atoms} rfdir 1 1 1
iscf1 -3 rfelfd1 2 rfphon1 0 tolwfr1 1.0e-18 prtwf1 1
rfelfd2 3 rfphon2 1 getddk2 1 tolvrs2 1.0e-10 prtwf2 0
"""


def phonon_input(n_atoms: int, q: Float[np.ndarray, "3"]) -> str:
    """Phonons at a q that connects points of the mesh, from the ground state beside."""
    return f"""
getwfk_filepath "../ground/runo_WFK"
kptopt 3
nqpt 1 qpt {_row(q)}
rfphon 1 rfatpol 1 {n_atoms} rfdir 1 1 1
tolvrs 1.0e-10 prtwf 0
"""


def _row(values: object) -> str:
    return " ".join(str(v) for v in values)  # type: ignore[attr-defined]


def _rows(values: Float[np.ndarray, "rows 3"]) -> str:
    return "\n".join(" ".join(f"{x:.14f}" for x in row) for row in values)
