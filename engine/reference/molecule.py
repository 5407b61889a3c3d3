"""References of the library's molecules: geometry, Hessian, infrared and Raman derivatives.

`python -m engine.reference.molecule water methane` relaxes neutral closed-shell molecules and
writes structure.xyz, reference.npz and provenance.json into OUT/NAME: B3LYP/def2-SVP by PySCF and
geomeTRIC (`pip install 'phonoscope[reference]'`), for large molecules GFN2-xTB by tblite. Isotopes
can be chosen later: masses place the origin, the centre of mass, and enter nowhere else.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from ase import Atoms
from ase.units import Bohr, Hartree
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.reference import semiempirical
from engine.reference.differences import symmetric_differences
from engine.reference.files import structure_text, write_files
from engine.reference.geometries import origin, starting_structure
from engine.reference.kohn_sham import (
    FIELD_STEP,
    Arrays,
    KohnSham,
    Method,
    field_derivatives,
    kohn_sham,
    pyscf_molecule,
    relaxed,
    solve,
)
from engine.reference.response import RESPONSE_GRID_LEVEL, hessian_and_dipole_derivative
from engine.symmetry import point_group

TIGHT = "GAU_TIGHT"
"""Forces below 1e-3 eV/angstrom; tighter ones are lost in the noise of a grid of level 3."""

LARGE = (
    *("sulfur-ring", "cyclohexane", "cubane", "adamantane", "naphthalene", "biphenyl"),
    *("ferrocene", "buckminsterfullerene"),
)
"""Molecules of the library that density-functional theory would take hours for."""

BY_DIFFERENCES = ("xenon-tetrafluoride", "bromochlorofluoromethane")
"""Molecules whose analytic Hessian, on a grid that stays, resists turning (by 71 and 325 cm^-1):
differences of forces take its place, on a grid that moves with the atoms."""

STEP_A = 0.005
DIFFERENCES_GRID_LEVEL = 5
"""Of their grid, at least."""

SYMMETRIC_A = 1e-3
"""What a relaxed geometry may be off its point group, before it is put exactly there."""

ARRAYS = {  # shape, unit and meaning in reference.npz, for N atoms
    "hessian_eV_A2": "(3N, 3N), eV/angstrom^2: d2E/dr dr, symmetrised, rows 3 atom + xyz",
    "dipole_derivative_e": "(3, N, 3), e: dmu_c/dr of [c, atom, xyz], mu from - to +",
    "polarizability_derivative_A2": "(3, 3, N, 3), angstrom^2: dalpha_cd/dr of [c, d, atom, xyz]",
    "forces_eV_A": "(N, 3), eV/angstrom: what is left after the relaxation",
}


@dataclass(frozen=True)
class Reference:
    """A molecule at its minimum (angstrom), its energy there, and the arrays of ARRAYS.

    Semi-empirical ones have no polarizability derivative.
    """

    atoms: Atoms
    energy_eV: float
    arrays: Arrays


def compute_reference(atoms: Atoms, method: Method, by_differences: bool = False) -> Reference:
    """Relax `atoms` and take every derivative there, by density-functional theory.

    Parameters
    ----------
    by_differences : the Hessian is made of differences of forces; else it is analytic.
    """
    minimum = relaxed(atoms, method)
    group = point_group(minimum, SYMMETRIC_A)
    centre = minimum.positions.mean(0)
    minimum.positions = group.symmetrize_positions(minimum.positions - centre)
    minimum.positions -= minimum.get_center_of_mass()
    molecule = pyscf_molecule(minimum, method)
    solver = solve(kohn_sham(molecule, method))
    if by_differences:
        second, _ = symmetric_differences(minimum, KohnSham(method), STEP_A, group)
    else:
        second = hessian_and_dipole_derivative(solver)[0] * Hartree / Bohr**2
    arrays = {
        "hessian_eV_A2": without_translations(second),
        **field_derivatives(molecule, method, solver.make_rdm1(), group),
    }
    return Reference(minimum, float(solver.e_tot) * Hartree, arrays)


def without_translations(
    hessian: Float[np.ndarray, "3*atoms 3*atoms"],
) -> Float[np.ndarray, "3*atoms 3*atoms"]:
    """P H P, where P takes rigid translations out.

    They cost nothing, but seem to where the grid of the density does not move with the atoms.
    """
    n = len(hessian) // 3
    within = np.kron(np.eye(n) - 1 / n, np.eye(3))
    projected = within @ hessian @ within
    symmetric: Float[np.ndarray, "3*atoms 3*atoms"] = (projected + projected.T) / 2
    return symmetric


def provenance(
    source: str,
    method: Method | None,
    result: Reference,
    seconds: float,
    by_differences: bool = False,
) -> dict[str, Any]:
    """Where the numbers of `result` come from; `source` is the NAME that was asked for.

    `method` is None for GFN2-xTB; `by_differences` as in :func:`compute_reference`.
    """
    name = Path(source).name  # no path of this machine
    options = "" if method is None else f" --xc {method.xc} --basis {method.basis}"
    return {
        "name": Path(source).stem,
        "started_from": origin(source),
        "command": f"python -m engine.reference.molecule {name}{options}",
        "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        **(_quantum(method, result, by_differences) if method else _semiempirical()),
        "energy_eV": result.energy_eV,
        "max_force_eV_A": float(np.linalg.norm(result.arrays["forces_eV_A"], axis=1).max()),
        "wall_seconds": round(seconds, 1),
        "arrays": {key: ARRAYS[key] for key in result.arrays},
    }


def _quantum(method: Method, result: Reference, by_differences: bool) -> dict[str, Any]:
    heavy = sorted({str(a.symbol) for a in result.atoms if a.number > 36})
    cores = {"effective_core_potentials": f"def2, of {', '.join(heavy)}"} if heavy else {}
    pyscf = importlib.metadata.version("pyscf")
    hessian = "analytic Hessian"
    if by_differences:
        hessian = f"Hessian by central differences of forces, {STEP_A} angstrom"
    return {
        "method": f"{method.xc.upper()}/{method.basis.replace('svp', 'SVP')} (PySCF {pyscf})",
        "programs": {p: importlib.metadata.version(p) for p in ("pyscf", "geometric", "ase")},
        "theory": "restricted Kohn-Sham, neutral singlet",
        "functional": method.xc,
        "basis": method.basis,
        **cores,
        "density_fitting": "PySCF's auxiliary basis for this basis, its response included",
        "grid_level": method.grid_level,
        **({} if by_differences else {"response_grid_level": RESPONSE_GRID_LEVEL}),
        "scf_tolerance_hartree": method.energy_tolerance,
        "optimisation": f"geomeTRIC, {method.convergence_set}; then made exactly symmetric",
        "derivatives": f"{hessian}, rigid translations taken out; 13 gradients in "
        f"electric fields, step {FIELD_STEP} a.u., those that symmetry relates computed once",
    }


def _semiempirical() -> dict[str, Any]:
    tblite = importlib.metadata.version("tblite")
    return {
        "method": f"GFN2-xTB (tblite {tblite})",
        "programs": {p: importlib.metadata.version(p) for p in ("tblite", "ase")},
        "theory": "GFN2-xTB, a semi-empirical tight-binding method: J. Chem. Theory Comput. 15, "
        "1652 (2019)",
        "optimisation": f"largest force below {semiempirical.MAX_FORCE_EV_A} eV/angstrom, "
        "symmetry kept",
        "derivatives": "central differences of forces and dipole moments, 0.01 angstrom; "
        "atoms that symmetry relates computed once; no polarizability",
    }


def run(source: str, method: Method, out: Path) -> Path:
    """Compute the reference of `source` and store it in a folder of `out`; returns the folder."""
    atoms, folder, started = starting_structure(source), out / Path(source).stem, time.monotonic()
    by_differences = source in BY_DIFFERENCES
    quantum = None if source in LARGE else method
    if by_differences:
        quantum = replace(method, grid_level=max(method.grid_level, DIFFERENCES_GRID_LEVEL))
    if quantum:
        result = compute_reference(atoms, quantum, by_differences)
    else:
        result = Reference(*semiempirical.compute(atoms))
    record = provenance(source, quantum, result, time.monotonic() - started, by_differences)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **result.arrays)
    record_text = json.dumps(record, indent=2) + "\n"
    files = {
        "structure.xyz": structure_text(result.atoms).encode(),
        "reference.npz": packed.getvalue(),
    }
    try:
        write_files(folder, {**files, "provenance.json": record_text.encode()})
    except OSError as error:
        raise PhonoscopeError(
            f"cannot write {folder}", str(error), "Choose another OUT."
        ) from error
    return folder


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    names: Annotated[list[str], typer.Argument(help="library or G2 names of ase, or .xyz files")],
    xc: Annotated[str, typer.Option(help="exchange-correlation functional")] = Method.xc,
    basis: Annotated[str, typer.Option(help="basis set")] = Method.basis,
    grid: Annotated[int, typer.Option(help="level of PySCF's integration grid, 0 to 9")] = 3,
    out: Annotated[Path, typer.Option(help="folder of structures")] = Path("assets/structures"),
    missing: Annotated[bool, typer.Option("--missing", help="leave out those in OUT")] = False,
) -> None:
    """Compute references of molecules and store them in OUT/NAME, one after the other."""
    failed = False
    for name in names:
        if missing and (out / Path(name).stem / "provenance.json").exists():
            continue
        try:
            typer.echo(f"wrote {run(name, Method(xc, basis, grid, convergence_set=TIGHT), out)}")
        except PhonoscopeError as error:
            typer.echo(str(error), err=True)
            failed = True
    if failed:
        raise typer.Exit(2)


if __name__ == "__main__":
    app()
