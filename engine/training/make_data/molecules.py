"""Data sets of molecules, and files of parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.reference.kohn_sham import import_pyscf
from engine.training.data.displaced import COARSE, Displaced
from engine.training.data.displaced import STAGES as DISPLACED_STAGES
from engine.training.data.distortions import import_rdkit
from engine.training.data.enumeration import LARGEST, variations
from engine.training.data.labelled import read_molecules
from engine.training.data.minima import read_minima
from engine.training.data.molecule_list import (
    HELD_OUT,
    HELD_OUT_SULFUR_AND_CHLORINE,
    MOLECULES,
    SULFUR_AND_CHLORINE,
)
from engine.training.data.molecules import DISTORTIONS, Workplace
from engine.training.data.parts import pack as pack_parts
from engine.training.data.parts import unpack as unpack_parts
from engine.training.data.probed import STAGES as PROBED_STAGES
from engine.training.data.probed import Probed
from engine.training.data.quantum import Pyscf
from engine.training.data.queue import run, single_threaded
from engine.training.data.semiempirical import Xtb
from engine.training.data.small_molecules import small_molecules
from engine.training.make_data.options import (
    Command,
    Folder,
    Only,
    Retry,
    collected,
    forget_failures,
    named,
    new_app,
    stage_numbers,
)

FOLDER = Path("build/data/molecules")
PACKED = Path("assets/data/molecules.h5")
SEMIEMPIRICAL_FOLDER = Path("build/data/semiempirical")
PROBED_FOLDER = Path("build/data/probed")
DISPLACED_FOLDER = Path("build/data/displaced")
EVERY_LISTED = MOLECULES + SULFUR_AND_CHLORINE + HELD_OUT_SULFUR_AND_CHLORINE
Minima = Annotated[
    Path, typer.Option(help="folder of make_data semiempirical: what is displaced, and how")
]

app = new_app()


@app.command()
def molecules(
    out: Folder = FOLDER,
    stages: Annotated[
        str, typer.Option(help="1 minima and distortions, 2 more of them, 3 polarizabilities")
    ] = "1,2,3",
    sulfur_and_chlorine: Annotated[
        bool, typer.Option("--sulfur-and-chlorine", help="then the molecules with S or Cl")
    ] = False,
    only: Only = "",
    processes: Annotated[int, typer.Option(min=1, help="molecules at a time, a thread each")] = 1,
    limit_hours: Annotated[float, typer.Option(help="give up a molecule's stage after this")] = 3.0,
    retry: Retry = False,
) -> None:
    """Compute molecules by B3LYP/def2-SVP; start it again and it goes on where it stopped."""
    names = {m.name for m in named(EVERY_LISTED, only)}
    later = [SULFUR_AND_CHLORINE, HELD_OUT_SULFUR_AND_CHLORINE]
    groups = [MOLECULES, *later] if sulfur_and_chlorine else [MOLECULES]
    numbers = stage_numbers(stages)
    import_pyscf()  # before the first molecule: a missing program is no failure of molecules
    import_rdkit()
    single_threaded()
    workplace = Workplace(out, Pyscf())
    forget_failures(out, retry)
    for group in groups:
        run(
            workplace, [m for m in group if m.name in names], numbers, processes, limit_hours * 3600
        )


@app.command()
def semiempirical(
    out: Folder = SEMIEMPIRICAL_FOLDER,
    count: Annotated[int, typer.Option(min=0, help="molecules beside the listed ones")] = 800,
    heavier: Annotated[
        int, typer.Option(min=0, help="so many with sulfur or chlorine beside, and the listed ones")
    ] = 0,
    small: Annotated[
        int, typer.Option(min=0, max=5, help="all others with up to so many heavy atoms, too")
    ] = 0,
    processes: Annotated[int, typer.Option(min=1, help="molecules at a time, a thread each")] = 1,
    retry: Retry = False,
) -> None:
    """Compute many molecules by GFN2-xTB, for a network to begin with."""
    molecules = MOLECULES + variations(MOLECULES, count)
    if heavier:
        molecules += SULFUR_AND_CHLORINE
        molecules += variations(SULFUR_AND_CHLORINE, heavier, heavier=True)
    if small:
        molecules += small_molecules(small, molecules)
    single_threaded()
    forget_failures(out, retry)
    run(Workplace(out, Xtb()), molecules, [1], processes, limit_s=300, in_a_row=100)


@app.command()
def probed(
    out: Folder = PROBED_FOLDER,
    minima: Minima = SEMIEMPIRICAL_FOLDER,
    have: Annotated[
        Path, typer.Option(help="file or folder of make_data molecules: those are left out")
    ] = PACKED,
    largest: Annotated[int, typer.Option(min=1, help="most heavy atoms")] = LARGEST,
    stages: Annotated[
        str,
        typer.Option(help="1 a geometry as at 300 K, 2, 3, 4 a hotter one with a bond stretched"),
    ] = "1",
    processes: Annotated[int, typer.Option(min=1, help="molecules at a time, a thread each")] = 1,
    retry: Retry = False,
) -> None:
    """Compute forces and a product of the Hessian of many molecules by B3LYP/def2-SVP."""
    numbers = stage_numbers(stages, PROBED_STAGES)
    import_pyscf()
    single_threaded()
    forget_failures(out, retry)
    listed = {m.name for m in MOLECULES + SULFUR_AND_CHLORINE}
    known = {s.name for s in read_molecules(have)}
    chosen = read_minima(minima, PROBED_STAGES, largest, known, listed)
    run(Probed(out, Pyscf()), chosen, numbers, processes, limit_s=1800, in_a_row=50)


@app.command()
def displaced(
    out: Folder = DISPLACED_FOLDER,
    minima: Minima = SEMIEMPIRICAL_FOLDER,
    largest: Annotated[int, typer.Option(min=1, help="most heavy atoms")] = LARGEST,
    stages: Annotated[str, typer.Option(help="1, 2, 3: two geometries each")] = "1",
    processes: Annotated[int, typer.Option(min=1, help="molecules at a time, a thread each")] = 1,
    retry: Retry = False,
) -> None:
    """Compute forces of very many molecules by B3LYP/def2-SVP on a coarse grid."""
    numbers = stage_numbers(stages, DISPLACED_STAGES)
    import_pyscf()
    single_threaded()
    forget_failures(out, retry)
    chosen = read_minima(minima, DISPLACED_STAGES, largest)
    run(Displaced(out, Pyscf(COARSE)), chosen, numbers, processes, limit_s=600, in_a_row=50)


@app.command()
def status(out: Folder = FOLDER) -> None:
    """Say in one line what has been computed."""
    typer.echo(Workplace(out, Pyscf()).status(EVERY_LISTED))


@app.command()
def pack(
    file: Annotated[Path, typer.Argument(help="HDF5 file to write")] = PACKED,
    out: Folder = FOLDER,
    command: Command = "python -m engine.training.make_data molecules",
) -> None:
    """Collect the molecules that have been computed into one file."""
    names = sorted({s.name for s in read_molecules(out)})
    labeller = Pyscf(COARSE) if any(out.glob("*.displaced*.h5")) else Pyscf()
    size = pack_parts(
        out.glob("*.h5"),
        file,
        {
            "title": "Small molecules: energies, forces, second derivatives, dipoles",
            "units": "eV, angstrom, e; energies are total energies",
            **({"distortions": DISTORTIONS} if any(out.glob("*.distorted.h5")) else {}),
            **collected("molecules", names, HELD_OUT, command),
            **labeller.provenance(),
        },
    )
    typer.echo(f"wrote {file}: {size / 1e6:.1f} MB, {len(names)} molecules and free atoms")


@app.command()
def unpack(
    file: Annotated[Path, typer.Argument(help="HDF5 file of pack or pack-crystals")] = PACKED,
    out: Folder = FOLDER,
) -> None:
    """Lay what was collected into the folder of parts, to go on from there."""
    typer.echo(f"{unpack_parts(file, out)} parts laid into {out}")
