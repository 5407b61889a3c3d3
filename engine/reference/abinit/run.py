"""Running ABINIT, and what its main output says. A run that is complete is not run again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.units import Bohr, Hartree
from jaxtyping import Float

from engine.errors import PhonoscopeError

INPUT, OUTPUT = "run.abi", "run.abo"
FINISHED = "Calculation completed."


def program() -> str:
    """The path of ABINIT; raises PhonoscopeError if it is not installed."""
    found = shutil.which("abinit")
    if found is None:
        fix = "Install it (Debian and Ubuntu: apt-get install abinit) and start again."
        raise PhonoscopeError("ABINIT is needed", "there is no program 'abinit'", fix)
    return found


def version() -> str:
    """What ABINIT says when asked for its version."""
    asked = subprocess.run([program(), "--version"], capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def run_abinit(folder: Path, text: str) -> Path:
    """Run ABINIT in a folder of its own; returns the path of its main output.

    Raises
    ------
    PhonoscopeError
        if it does not end as it should, with its own last words.
    """
    output = folder / OUTPUT
    same = (folder / INPUT).is_file() and (folder / INPUT).read_text() == text
    if same and _finished(output) and not unconverged(output.read_text()):
        return output
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / INPUT).write_text(text)
    one = dict(os.environ, OMP_NUM_THREADS="1")
    with (folder / "log").open("w") as log:
        subprocess.run([program(), INPUT], cwd=folder, env=one, stdout=log, stderr=log, check=False)
    said = (folder / "log").read_text()
    if not _finished(output):
        why = " ".join(said.split()[-60:])
        fix = f"Read {folder / 'log'}."
        raise PhonoscopeError("ABINIT did not finish", why, fix)
    if unconverged(output.read_text()):
        why = "the self-consistent field or the geometry did not converge"
        fix = f"Read {output}; allow more steps."
        raise PhonoscopeError("ABINIT did not converge", why, fix)
    return output


def _finished(output: Path) -> bool:
    return output.is_file() and FINISHED in output.read_text()


def unconverged(text: str) -> bool:
    """Whether a main output says that something did not converge."""
    return "was not enough" in text  # SCF cycles, or "Broyd/MD steps" of a relaxation


def final_structure(text: str, start: Atoms) -> Atoms:
    """The crystal at the end of a run, from the main output; `start` says which atoms they are."""
    values = _final(text)
    acell, rprim = _numbers(values, "acell"), _numbers(values, "rprim").reshape(3, 3)
    atoms = start.copy()
    atoms.set_cell(acell[:, None] * rprim * Bohr)
    atoms.set_scaled_positions(_numbers(values, "xred").reshape(-1, 3))
    return atoms


def energy_eV(text: str) -> float:
    """The last total energy of a main output."""
    return float(re.findall(r"etotal\d*\s+(\S+)", text)[-1]) * Hartree


def pressure_GPa(text: str) -> float:
    """The last pressure of a main output."""
    return float(re.findall(r"Pressure=\s*(\S+) GPa", text)[-1])


def forces_eV_A(text: str) -> Float[np.ndarray, "atoms 3"]:
    """The last forces of a main output."""
    forces: np.ndarray = _numbers(_final(text), "fcart").reshape(-1, 3) * (Hartree / Bohr)
    return forces


def stress_eV_A3(text: str) -> Float[np.ndarray, "3 3"]:
    """The last stress of a main output, (1/V) dE/d(strain); ABINIT lists xx yy zz yz xz xy."""
    xx, yy, zz, yz, xz, xy = _numbers(_final(text), "strten") * (Hartree / Bohr**3)
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def frequencies_cm1(text: str) -> list[np.ndarray]:
    """Phonon frequencies as ABINIT prints them, one array a table."""
    tables = re.findall(r"Phonon frequencies in cm-1\s*:\n((?:-\s+.*\n)+)", text)
    return [
        np.array([float(x) for x in table.replace("\n-", "\n").split()[1:]]) for table in tables
    ]


def _final(text: str) -> str:
    """The values of all variables at the end of a run."""
    return text[text.rindex("echo values of variables after computation") :]


def _numbers(text: str, name: str) -> np.ndarray:
    found = re.search(rf"^\s*-?{name}\d*((?:\s+[-+]?\d\.\d+E[+-]\d+)+)", text, re.MULTILINE)
    if found is None:
        fix = "Run it again."
        raise PhonoscopeError("ABINIT's output is incomplete", f"it does not give {name}", fix)
    return np.array([float(x) for x in found[1].split()])
