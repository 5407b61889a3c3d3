"""Data sets of crystals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.potentials import load_model
from engine.reference.abinit.crystals import REFERENCE_CRYSTALS, Abinit
from engine.reference.abinit.inputs import Pseudopotentials
from engine.reference.abinit.run import program
from engine.reference.dft import read_dft
from engine.training.data.crystal_list import CRYSTALS, HELD_OUT_CRYSTALS, made_of
from engine.training.data.crystals import Crystals
from engine.training.data.crystals_dft import DftCrystals, pack_dft
from engine.training.data.decoration import SIZES as DECORATED_SIZES
from engine.training.data.decoration import decorations
from engine.training.data.dft_labels import label_dft
from engine.training.data.drifts import Drifts, Rest, far
from engine.training.data.labelled_crystals import read_crystals
from engine.training.data.parts import pack as pack_parts
from engine.training.data.queue import compile_quickly, run, single_threaded
from engine.training.make_data.options import (
    Command,
    Folder,
    Only,
    Retry,
    collected,
    forget_failures,
    named,
    new_app,
)

CRYSTALS_FOLDER = Path("build/data/crystals")
CRYSTALS_PACKED = Path("build/data/crystals.h5")
LISTED_CRYSTALS = Path("assets/data/crystals.h5")
DRIFTS_FOLDER = Path("build/data/drifted")
DFT_FOLDER = Path("build/data/dft")
DFT_PACKED = Path("assets/reference/crystals/pbesol.h5")
DFT_LABELS_FOLDER = Path("build/data/crystals-pbesol")
IN_A_ROW = 40
"""Crystals a process labels before a fresh one follows: they share compiled programs, of which a
process cannot keep any number."""
ROOMY_IN_A_ROW = 150
"""The same where programs are few."""

app = new_app()


@app.command()
def crystals(
    teacher: Annotated[Path, typer.Option(help="file of the model that labels them")],
    out: Folder = CRYSTALS_FOLDER,
    only: Only = "",
    decorated: Annotated[
        int, typer.Option(min=0, help="instead of the listed ones so many with other elements")
    ] = 0,
    atoms: Annotated[
        tuple[int, int], typer.Option(min=1, help="fewest and most atoms of --decorated crystals")
    ] = DECORATED_SIZES,
    elements: Annotated[
        str, typer.Option(help="only crystals of these, symbols with spaces between")
    ] = "",
    processes: Annotated[int, typer.Option(min=1, help="crystals at a time, a thread each")] = 1,
    limit_hours: Annotated[float, typer.Option(help="give up a crystal after this")] = 3.0,
    retry: Retry = False,
) -> None:
    """Relax, distort and label crystals by a teacher; start it again and it goes on."""
    listed = made_of(CRYSTALS, elements.split())
    if decorated:
        listed = decorations(listed, decorated, sizes=atoms)
    chosen = named(listed, only)
    load_model(str(teacher))  # a file that cannot be read is no failure of crystals
    work = Crystals(out, teacher, "roomy" if decorated else "auto")
    in_a_row = ROOMY_IN_A_ROW if decorated else IN_A_ROW
    single_threaded()
    compile_quickly()
    forget_failures(out, retry)
    run(work, work.alike_together(chosen), [1], processes, limit_hours * 3600, in_a_row)


@app.command()
def drifted(
    model: Annotated[str, typer.Argument(help="model that relaxes, a name or a path")],
    teacher: Annotated[Path, typer.Option(help="file of the model that labels")],
    rest: Annotated[
        Path, typer.Option(help="file or folder of make_data crystals")
    ] = LISTED_CRYSTALS,
    out: Folder = DRIFTS_FOLDER,
    most_atoms: Annotated[int, typer.Option(min=1, help="leave larger cells out")] = 14,
    processes: Annotated[int, typer.Option(min=1, help="crystals at a time, a thread each")] = 1,
    retry: Retry = False,
) -> None:
    """Relax crystals by a trained model and let the teacher label where that leads."""
    student = load_model(model)
    load_model(str(teacher))
    known = student.elements
    found = [
        Rest(c)
        for c in read_crystals(rest)
        if c.kind == "equilibrium"
        and c.name not in HELD_OUT_CRYSTALS
        and (known is None or set(c.atoms.numbers.tolist()) <= known)
        and len(c.atoms) <= most_atoms
    ]
    found.sort(key=lambda item: len(item.crystal.atoms))  # alike ones share programs
    single_threaded()
    compile_quickly()
    forget_failures(out, retry)
    work = Drifts(out, Crystals(out, teacher, "roomy"), student)
    run(work, found, [1], processes, limit_s=900, in_a_row=IN_A_ROW)


@app.command()
def crystals_dft(
    pseudopotentials: Annotated[Path, typer.Option(help="folder of PseudoDojo's psp8 files")],
    out: Folder = DFT_FOLDER,
    only: Only = "",
    limit_hours: Annotated[float, typer.Option(help="give up a crystal after this")] = 48.0,
    retry: Retry = False,
    pack: Annotated[bool, typer.Option("--pack", help="only collect what is complete")] = False,
    file: Annotated[Path, typer.Option(help="HDF5 file that --pack writes")] = DFT_PACKED,
) -> None:
    """Compute phonons, Born charges and dielectric tensors of crystals by ABINIT (PBEsol)."""
    chosen = named(REFERENCE_CRYSTALS, only)
    table = Pseudopotentials(pseudopotentials)
    for crystal in chosen:
        table.cutoff_Ha(crystal.start)
    program()
    work = DftCrystals(out, Abinit(out / "scratch", table))
    if pack:
        names = pack_dft(work, chosen, file)
        typer.echo(f"wrote {file}: {file.stat().st_size / 1e6:.1f} MB, {', '.join(names)}")
        return
    single_threaded()
    forget_failures(out, retry)
    run(work, chosen, [1], processes=1, limit_s=limit_hours * 3600)


@app.command()
def dft_labels(
    teacher: Annotated[Path, typer.Option(help="file of the model that adds energies")],
    file: Annotated[
        Path, typer.Argument(help="HDF5 file that crystals-dft --pack wrote")
    ] = DFT_PACKED,
    out: Folder = DFT_LABELS_FOLDER,
) -> None:
    """Make training data of crystals that density-functional theory has computed."""
    work = Crystals(out, teacher, "roomy")
    names = label_dft(work, read_dft(file))
    typer.echo(f"{len(names)} crystals laid into {out}: {', '.join(names)}")


@app.command()
def pack_crystals(
    teacher: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="file of the model that labelled them")
    ],
    file: Annotated[Path, typer.Argument(help="HDF5 file to write")] = CRYSTALS_PACKED,
    out: Folder = CRYSTALS_FOLDER,
    command: Command = "python -m engine.training.make_data crystals",
    least_strain: Annotated[
        float, typer.Option(min=0, help="leave drifted ones out whose lengths change by less")
    ] = 0.0,
) -> None:
    """Collect the crystals that have been computed into one file."""
    work = Crystals(out, teacher)
    parts = [path for path in sorted(out.glob("*.h5")) if far(path, least_strain)]
    names = sorted({c.name for path in parts for c in read_crystals(path)})
    size = pack_parts(
        parts,
        file,
        {
            "title": "Crystals: energies, forces, stresses, force constants at wave vectors",
            "units": "eV, angstrom; q in reciprocal vectors; Phi(q) in the cell gauge, no masses",
            **collected("crystals", names, HELD_OUT_CRYSTALS, command),
            **work.provenance(),
        },
    )
    typer.echo(f"wrote {file}: {size / 1e6:.1f} MB of crystals, {len(names)} in number")
