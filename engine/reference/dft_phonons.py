"""Phonons of a library crystal by density-functional perturbation theory on a whole mesh.

The theory of the DFT reference (ABINIT, PBEsol), which has Γ and two points of the zone boundary,
where a band structure needs every irreducible point of a mesh.
`python -m engine.reference.dft_phonons diamond --pseudopotentials DIR` writes structure.xyz,
result.npz and provenance.json into OUT/diamond; started again, it goes on where it was stopped.
"""

from __future__ import annotations

import math
import time
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from jaxtyping import Complex, Float

from engine.errors import PhonoscopeError
from engine.phonons import Phonons, phonons_from_force_constants
from engine.phonons.columns import little_group, reconstructed
from engine.phonons.mesh import check_points, default_mesh, sample_of
from engine.phonons.operations import Operations, operations
from engine.phonons.stars import mesh_points, stars
from engine.potentials.theory import theory
from engine.reference.abinit.crystals import REFERENCE_CRYSTALS, Abinit, ReferenceCrystal
from engine.reference.abinit.ddb import with_acoustic_sum
from engine.reference.abinit.inputs import Mesh, Pseudopotentials
from engine.reference.abinit.run import program, version
from engine.reference.crystal import provenance, store
from engine.reference.crystals import BY_DFT

K_POINTS = 4
"""Of the mesh of k along a direction, or a multiple that q joins. Diamond at X: with 4 instead of
6 the frequencies change by up to 0.6 cm^-1."""

SCRATCH = Path("build/dft-phonons")
DERIVATIVES = "density-functional perturbation theory"


def dft_phonons(crystal: ReferenceCrystal, abinit: Abinit) -> Phonons:
    """Phonons of a crystal without charges, relaxed, on the usual mesh.

    Points between those of the mesh, at which interpolation is compared, take a finer mesh of k, so
    that the error they show holds that of the mesh of k as well.

    Raises
    ------
    PhonoscopeError
        if ABINIT is not installed, or does not converge.
    """
    atoms, state = abinit.at_rest(crystal)
    mesh, group = default_mesh(atoms), operations(atoms)
    points = mesh_points(mesh)
    irreducible = stars(points, mesh, group).irreducible
    q, checks = points[irreducible] / mesh, check_points(mesh, atoms.pbc, group)
    given = [
        abinit.force_constants(crystal, atoms, k_mesh(crystal, each), each)
        for each in (*q, *checks)
    ]
    free = [with_acoustic_sum(phi, given[0]) for phi in given]  # Γ is the first
    both = [_symmetric(phi, group, each) for phi, each in zip(free, (*q, *checks), strict=True)]
    sample = sample_of(
        atoms,
        mesh,
        irreducible,
        np.array([phi for phi, _ in both[: len(q)]]),
        np.full(len(q), 3 * len(atoms)),
        checks,
        np.array([phi for phi, _ in both[len(q) :]]),
        max(error for _, error in both),
    )
    by = theory(f"PBEsol (ABINIT {version()})", DERIVATIVES)
    return phonons_from_force_constants(atoms, by, state, sample)


def k_mesh(crystal: ReferenceCrystal, q: Float[np.ndarray, "3"]) -> Mesh:
    """The coarsest mesh of k, of a multiple of K_POINTS, whose points this q joins."""
    steps = [Fraction(float(x)).limit_denominator(64).denominator for x in q]
    n = math.lcm(K_POINTS, *steps)
    return Mesh((n, n, n), crystal.mesh.lattice)


def _symmetric(
    phi: Complex[np.ndarray, "3*atoms 3*atoms"], group: Operations, q: Float[np.ndarray, "3"]
) -> tuple[Complex[np.ndarray, "3*atoms 3*atoms"], float]:
    """The part that is Hermitian and has the symmetry of q, and how much is left, relative."""
    found = reconstructed(little_group(group, q), np.eye(len(phi)), phi.T)
    symmetric = (found + found.conj().T) / 2
    return symmetric, float(np.linalg.norm(phi - symmetric) / np.linalg.norm(phi))


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    name: Annotated[str, typer.Argument(help="library name of the crystal")],
    pseudopotentials: Annotated[Path, typer.Option(help="folder of PseudoDojo's psp8 files")],
    out: Annotated[Path, typer.Option(help="folder of structures")] = Path("assets/structures"),
    scratch: Annotated[Path, typer.Option(help="what ABINIT writes, to go on from")] = SCRATCH,
) -> None:
    """Compute phonons of a library crystal by ABINIT (PBEsol) and store them in OUT/NAME."""
    try:
        typer.echo(f"wrote {run(name, out, Abinit(scratch, Pseudopotentials(pseudopotentials)))}")
    except PhonoscopeError as error:
        typer.echo(f"{name}: {error}", err=True)
        raise typer.Exit(2) from None


def run(name: str, out: Path, abinit: Abinit) -> Path:
    """Compute the phonons of a library crystal and store them in OUT/NAME; returns the folder.

    Raises
    ------
    PhonoscopeError
        if it is not among :data:`engine.reference.crystals.BY_DFT`, or ABINIT is not installed or
        fails.
    """
    if name not in BY_DFT:
        raise PhonoscopeError(
            f"Theory does not compute '{name}' here",
            f"its mesh is for {', '.join(BY_DFT)}; others follow a model",
            "Use python -m engine.reference.crystal NAME --model M.",
        )
    program()
    started = time.monotonic()
    (crystal,) = (c for c in REFERENCE_CRYSTALS if c.name == BY_DFT[name])
    result = dft_phonons(crystal, abinit)
    record = {
        "name": name,
        "command": f"python -m engine.reference.dft_phonons {name} --pseudopotentials DIR",
        "method": "PBEsol, density-functional perturbation theory (ABINIT)",
        "relaxation": f"cell and atoms within {result.space_group.symbol}",
        **provenance(result),
        "pseudopotentials": "PseudoDojo nc-sr-04 PBEsol standard (psp8), not included",
        "derivatives": f"{DERIVATIVES}, on the mesh",
        "cutoff_Ha": abinit.pseudopotentials.cutoff_Ha(result.atoms),
        "wall_seconds": round(time.monotonic() - started, 1),
    }
    return store(result, record, out / name)


if __name__ == "__main__":
    app()
