"""Quantum-chemical reference of one small molecule: geometry, Hessian, IR and Raman derivatives.

`python -m engine.reference.molecule methane` relaxes a neutral closed-shell molecule and writes
structure.xyz, reference.npz and provenance.json into OUT/NAME. Running it needs PySCF and geomeTRIC
(`pip install 'phonoscope[reference]'`), importing it does not. Isotopes can be chosen later: masses
place the origin, the centre of mass, and enter nowhere else.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import ase.build
import ase.io
import numpy as np
import typer
from ase import Atoms
from ase.build.rotate import rotation_matrix_from_points
from ase.collections import g2
from ase.units import Bohr, Hartree
from jaxtyping import Float

from engine.errors import PhonoscopeError

# fmt: off
G2_NAME = {
    "acetylene": "C2H2", "ammonia": "NH3", "benzene": "C6H6", "carbon-dioxide": "CO2",
    "carbon-monoxide": "CO", "ethane": "C2H6", "ethene": "C2H4", "formaldehyde": "H2CO",
    "hydrogen": "H2", "hydrogen-cyanide": "HCN", "methane": "CH4", "methanol": "CH3OH",
    "nitrogen": "N2", "sulfur-dioxide": "SO2", "tetrafluoromethane": "CF4", "water": "H2O",
}
"""Library name -> name in ase's G2 collection, whose geometries have exact symmetry."""
# fmt: on

FIELD_STEP = 2e-3  # hartree/(e bohr)
EXTENDED_XYZ = 'Properties=species:S:1:pos:R:3 pbc="F F F"'  # ase's own writer has only 8 decimals

ARRAYS = {  # shape, unit and meaning in reference.npz, for N atoms
    "hessian_eV_A2": "(3N, 3N), eV/angstrom^2: d2E/dr dr, symmetrised, rows 3 atom + xyz",
    "dipole_derivative_e": "(3, N, 3), e: dmu_c/dr of [c, atom, xyz], mu from - to +",
    "polarizability_derivative_A2": "(3, 3, N, 3), angstrom^2: dalpha_cd/dr of [c, d, atom, xyz]",
    "forces_eV_A": "(N, 3), eV/angstrom: what is left after the relaxation",
}
Arrays = dict[str, Float[np.ndarray, "..."]]


@dataclass(frozen=True)
class Method:
    """How the electronic structure is computed.

    Attributes
    ----------
    xc, basis : exchange-correlation functional and basis set, as PySCF names them.
    grid_level : PySCF's, 0 to 9.
    energy_tolerance, gradient_tolerance : of the self-consistent field; hartree, and the norm of
        the orbital gradient in atomic units.
    convergence_set : geomeTRIC's name for when a geometry is relaxed; the default is a largest
        gradient of 2e-6 hartree/bohr.
    """

    xc: str = "b3lyp"
    basis: str = "def2-svp"
    grid_level: int = 5
    energy_tolerance: float = 1e-12
    gradient_tolerance: float = 1e-8
    convergence_set: str = "GAU_VERYTIGHT"


@dataclass(frozen=True)
class Reference:
    """A molecule at its minimum (angstrom), its energy there, and the arrays of ARRAYS."""

    atoms: Atoms
    energy_eV: float
    arrays: Arrays


def starting_structure(name: str) -> Atoms:
    """The geometry for a library name, a name of ase's G2 collection or an xyz file."""
    if name.endswith(".xyz"):
        try:
            atoms = ase.io.read(name)
        except (OSError, ValueError, LookupError) as error:
            raise PhonoscopeError(f"cannot read {name}", str(error), "Mend the file.") from error
        assert isinstance(atoms, Atoms)
    elif G2_NAME.get(name, name) in g2.names:
        atoms = ase.build.molecule(G2_NAME.get(name, name))
    else:
        why = "it is no name of the library or of ase's G2 collection and no .xyz file"
        fix = f"Give such a file or one of: {', '.join(G2_NAME)}."
        raise PhonoscopeError(f"unknown molecule {name!r}", why, fix)
    obstacles = {
        "a single atom has no vibrations": len(atoms) < 2,
        "it is periodic": atoms.pbc.any(),
        "it is an open shell": atoms.numbers.sum() % 2 or any(atoms.get_initial_magnetic_moments()),
        "elements beyond Kr need effective core potentials": max(atoms.numbers, default=0) > 36,
    }
    for why in (why for why, present in obstacles.items() if present):
        fix = "Choose a neutral closed-shell molecule of H to Kr."
        raise PhonoscopeError(f"no reference for {name}", why, fix)
    return atoms


def import_pyscf() -> Any:
    """The package pyscf with the submodules used here."""
    try:
        import pyscf.dft  # and pyscf.gto
        import pyscf.geomopt.geometric_solver  # imports geomeTRIC
    except ImportError as error:
        why, fix = "one cannot be imported", "Install both: pip install 'phonoscope[reference]'"
        raise PhonoscopeError("PySCF and geomeTRIC are needed", why, fix) from error
    return pyscf


def pyscf_molecule(atoms: Atoms, method: Method) -> Any:
    """pyscf.gto.Mole of `atoms`, in their orientation: PySCF's own symmetry stays off."""
    pyscf = import_pyscf()
    try:
        pyscf.dft.libxc.parse_xc(method.xc)
        places = list(zip(atoms.symbols, atoms.positions / Bohr, strict=True))
        with contextlib.redirect_stderr(io.StringIO()):  # advice about an unknown basis set
            return pyscf.gto.M(atom=places, unit="Bohr", basis=method.basis, verbose=0)
    except (KeyError, RuntimeError) as error:  # BasisNotFoundError is a RuntimeError
        why, fix = " ".join(str(error).split()), "Give names PySCF knows: b3lyp, def2-svp."
        raise PhonoscopeError(f"no {method.xc}/{method.basis}", why, fix) from error


def kohn_sham(molecule: Any, method: Method) -> Any:
    """Unsolved restricted Kohn-Sham problem with density fitting."""
    solver = import_pyscf().dft.RKS(molecule, xc=method.xc).density_fit()
    solver.grids.level = method.grid_level
    solver.conv_tol, solver.conv_tol_grad = method.energy_tolerance, method.gradient_tolerance
    return solver


def solve(solver: Any, guess: Any = None) -> Any:
    """Run the self-consistent field, from the density matrix `guess` if given; returns `solver`."""
    solver.kernel(guess)
    if not solver.converged:
        raise PhonoscopeError("no electronic structure", "no convergence", "Mend the geometry.")
    return solver


def gradients(solver: Any) -> Any:
    """Gradient method that moves the grid with the atoms, so that forces sum to zero."""
    return solver.nuc_grad_method().set(grid_response=True)


def relaxed(atoms: Atoms, method: Method) -> Atoms:
    """The minimum next to `atoms`, oriented like them, centre of mass at the origin."""
    problem = gradients(kohn_sham(pyscf_molecule(atoms, method), method))
    optimise = import_pyscf().geomopt.geometric_solver.kernel
    with contextlib.redirect_stderr(io.StringIO()):  # geomeTRIC logs every step there
        converged, molecule = optimise(problem, convergence_set=method.convergence_set)
    if not converged:
        raise PhonoscopeError("no relaxed geometry", "no convergence", "Mend the geometry.")
    start, end = atoms.positions, molecule.atom_coords() * Bohr
    start, end = (x - atoms.get_masses() @ x / atoms.get_masses().sum() for x in (start, end))
    end = end @ rotation_matrix_from_points(end.T, start.T).T
    return Atoms(atoms.symbols, positions=end.round(12) + 0.0)  # as stored; + 0.0 turns -0 into 0


def gradient_in_field(
    molecule: Any, method: Method, field: Float[np.ndarray, "3"], guess: Any
) -> Float[np.ndarray, "n_atoms 3"]:
    """dE/dr in hartree/bohr in a uniform electric field in hartree/(e bohr).

    The field adds F.r for each electron and -Z F.R for each nucleus, E(F) = E(0) - mu.F - ...; so
    -<grad i| F.r |j> is added to the one-electron gradient integrals, -Z F to the gradient.
    """
    charges, n_orbitals = molecule.atom_charges(), molecule.nao
    r = molecule.intor("int1e_r")  # [c, i, j] = <i| r_c |j>
    r_nabla = molecule.intor("int1e_irp").reshape(3, 3, n_orbitals, n_orbitals)  # <i| r_c d_d |j>
    solver = kohn_sham(molecule, method)
    core = solver.get_hcore() + np.einsum("c,cij->ij", field, r)
    nuclear = solver.energy_nuc() - charges @ molecule.atom_coords() @ field
    solver.get_hcore, solver.energy_nuc = lambda *_: core, lambda *_: nuclear
    gradient = gradients(solve(solver, guess))
    core_gradient = gradient.get_hcore(molecule) - np.einsum("c,cdji->dij", field, r_nabla)
    gradient.get_hcore = lambda *_: core_gradient
    return np.asarray(gradient.kernel()) - np.outer(charges, field)


def field_derivatives(molecule: Any, method: Method, guess: Any) -> Arrays:
    """Dipole (e) and polarizability derivatives (angstrom^2) from 13 gradients g(F) = dE/dr.

    dmu_c/dr = -dg/dF_c and dalpha_cd/dr = -d2g/dF_c dF_d by central differences along x, y, z,
    x+y, x+z and y+z; the mixed ones are half of what a diagonal has beyond its two axes.
    """
    axes, pairs = np.eye(3), ((0, 1), (0, 2), (1, 2))
    steps = FIELD_STEP * np.array([*axes, *(axes[c] + axes[d] for c, d in pairs)])
    centre, plus, minus = (
        np.array([gradient_in_field(molecule, method, field, guess) for field in fields])
        for fields in (np.zeros((1, 3)), steps, -steps)
    )
    slope = -(plus - minus) / (2 * FIELD_STEP)
    curvature = -(plus + minus - 2 * centre) / FIELD_STEP**2
    polarizability = np.zeros((3, 3, molecule.natm, 3))
    polarizability[range(3), range(3)] = curvature[:3]
    for (c, d), diagonal in zip(pairs, curvature[3:], strict=True):
        mixed = (diagonal - curvature[c] - curvature[d]) / 2
        polarizability[c, d] = polarizability[d, c] = mixed
    polarizability *= Bohr**2
    return {"dipole_derivative_e": slope[:3], "polarizability_derivative_A2": polarizability}


def hessian(solver: Any) -> Float[np.ndarray, "3*n_atoms 3*n_atoms"]:
    """Analytic Hessian of a solved problem in hartree/bohr^2, symmetrised."""
    second = solver.Hessian()
    second.auxbasis_response = 2  # second derivatives of the density-fitting basis too
    matrix = np.asarray(second.kernel()).transpose(0, 2, 1, 3).reshape(2 * [3 * solver.mol.natm])
    return (matrix + matrix.T) / 2


def compute_reference(atoms: Atoms, method: Method) -> Reference:
    """Relax `atoms` and take every derivative there."""
    minimum = relaxed(atoms, method)
    molecule = pyscf_molecule(minimum, method)
    solver = solve(kohn_sham(molecule, method))
    arrays = {
        "hessian_eV_A2": hessian(solver) * Hartree / Bohr**2,
        **field_derivatives(molecule, method, solver.make_rdm1()),
        "forces_eV_A": -np.asarray(gradients(solver).kernel()) * Hartree / Bohr,
    }
    return Reference(minimum, float(solver.e_tot) * Hartree, arrays)


def provenance(source: str, method: Method, result: Reference, seconds: float) -> dict[str, Any]:
    """Where the numbers of `result` come from; `source` is the NAME that was asked for."""
    name = Path(source).name  # no path of this machine
    command = f"python -m engine.reference.molecule {name} --xc {method.xc} --basis {method.basis}"
    return {
        "name": Path(source).stem,
        "started_from": name if name.endswith(".xyz") else f"ase G2 {G2_NAME.get(name, name)}",
        "command": command,
        "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "programs": {p: importlib.metadata.version(p) for p in ("pyscf", "geometric", "ase")},
        "theory": "restricted Kohn-Sham, neutral singlet",
        "functional": method.xc,
        "basis": method.basis,
        "density_fitting": "PySCF's auxiliary basis for this basis, its response included",
        "grid_level": method.grid_level,
        "scf_tolerance_hartree": method.energy_tolerance,
        "optimisation": f"geomeTRIC, {method.convergence_set}",
        "derivatives": f"analytic Hessian; 13 gradients in electric fields, step {FIELD_STEP} a.u.",
        "energy_eV": result.energy_eV,
        "max_force_eV_A": float(np.linalg.norm(result.arrays["forces_eV_A"], axis=1).max()),
        "wall_seconds": round(seconds, 1),
        "arrays": ARRAYS,
    }


def write_files(folder: Path, contents: dict[str, bytes]) -> None:
    """Write files into `folder`, each complete or not at all, none if preparing one fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as staging:
        for name, content in contents.items():
            (Path(staging) / name).write_bytes(content)
        folder.mkdir(exist_ok=True)
        for name in contents:
            (Path(staging) / name).replace(folder / name)


def run(source: str, method: Method, out: Path) -> Path:
    """Compute the reference of `source` and store it in a folder of `out`; returns the folder."""
    atoms, folder, started = starting_structure(source), out / Path(source).stem, time.monotonic()
    result = compute_reference(atoms, method)
    record = provenance(source, method, result, time.monotonic() - started)
    structure, packed = io.StringIO(), io.BytesIO()
    ase.io.write(structure, result.atoms, format="xyz", fmt="%18.12f", comment=EXTENDED_XYZ)
    np.savez_compressed(packed, allow_pickle=False, **result.arrays)
    record_text = json.dumps(record, indent=2) + "\n"
    files = {"structure.xyz": structure.getvalue().encode(), "reference.npz": packed.getvalue()}
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
    name: Annotated[str, typer.Argument(help="library name, G2 name of ase, or an .xyz file")],
    xc: Annotated[str, typer.Option(help="exchange-correlation functional")] = Method.xc,
    basis: Annotated[str, typer.Option(help="basis set")] = Method.basis,
    out: Annotated[Path, typer.Option(help="folder of structures")] = Path("assets/structures"),
) -> None:
    """Compute the quantum-chemical reference of one small molecule and store it in OUT/NAME."""
    try:
        typer.echo(f"wrote {run(name, Method(xc, basis), out)}")
    except PhonoscopeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
