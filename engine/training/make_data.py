"""Make the data sets models are trained on: `python -m engine.training.make_data --help`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import PhonoscopeError, run_command
from engine.potentials import load_model
from engine.reference.abinit.crystals import REFERENCE_CRYSTALS, Abinit
from engine.reference.abinit.inputs import Pseudopotentials
from engine.reference.abinit.run import program
from engine.reference.dft import read_dft
from engine.reference.kohn_sham import import_pyscf
from engine.training.data.crystal_list import CRYSTALS, HELD_OUT_CRYSTALS, made_of
from engine.training.data.crystals import Crystals
from engine.training.data.crystals_dft import DftCrystals, pack_dft
from engine.training.data.decoration import SIZES as DECORATED_SIZES
from engine.training.data.decoration import decorations
from engine.training.data.dft_labels import label_dft
from engine.training.data.distortions import import_rdkit
from engine.training.data.enumeration import LARGEST, variations
from engine.training.data.labelled import read_molecules
from engine.training.data.labelled_crystals import read_crystals
from engine.training.data.molecule_list import (
    HELD_OUT,
    HELD_OUT_SULFUR_AND_CHLORINE,
    MOLECULES,
    STAGES,
    SULFUR_AND_CHLORINE,
)
from engine.training.data.molecules import DISTORTIONS, Workplace
from engine.training.data.parts import pack as pack_parts
from engine.training.data.parts import unpack as unpack_parts
from engine.training.data.probed import STAGES as PROBED_STAGES
from engine.training.data.probed import Probed, read_minima
from engine.training.data.quantum import Pyscf
from engine.training.data.queue import compile_quickly, run, single_threaded
from engine.training.data.semiempirical import Xtb
from engine.training.data.small_molecules import small_molecules
from engine.training.data.workplace import ItemType

FOLDER = Path("build/data/molecules")
PACKED = Path("assets/data/molecules.h5")
SEMIEMPIRICAL_FOLDER = Path("build/data/semiempirical")
PROBED_FOLDER = Path("build/data/probed")
CRYSTALS_FOLDER = Path("build/data/crystals")
CRYSTALS_PACKED = Path("build/data/crystals.h5")
DFT_FOLDER = Path("build/data/dft")
DFT_PACKED = Path("assets/reference/crystals/pbesol.h5")
DFT_LABELS_FOLDER = Path("build/data/crystals-pbesol")
EVERY_LISTED = MOLECULES + SULFUR_AND_CHLORINE + HELD_OUT_SULFUR_AND_CHLORINE
IN_A_ROW = 40
"""Crystals a process labels before a fresh one follows: they share compiled programs, of which a
process cannot keep any number."""
ROOMY_IN_A_ROW = 150
"""The same where programs are few."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
Folder = Annotated[Path, typer.Option("--out", help="folder of the parts, one file each")]
Only = Annotated[str, typer.Option(help="names from the list, with spaces between")]
Command = Annotated[str, typer.Option(help="what computed them, for the file's provenance")]
Retry = Annotated[bool, typer.Option("--retry", help="try again what failed")]


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
    names = {m.name for m in _chosen(EVERY_LISTED, only)}
    later = [SULFUR_AND_CHLORINE, HELD_OUT_SULFUR_AND_CHLORINE]
    groups = [MOLECULES, *later] if sulfur_and_chlorine else [MOLECULES]
    numbers = _numbers(stages)
    import_pyscf()  # before the first molecule: a missing program is no failure of molecules
    import_rdkit()
    single_threaded()
    workplace = Workplace(out, Pyscf())
    _forget_failures(out, retry)
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
    _forget_failures(out, retry)
    run(Workplace(out, Xtb()), molecules, [1], processes, limit_s=300, in_a_row=100)


@app.command()
def probed(
    out: Folder = PROBED_FOLDER,
    minima: Annotated[
        Path, typer.Option(help="folder of make_data semiempirical: what is displaced, and how")
    ] = SEMIEMPIRICAL_FOLDER,
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
    numbers = _numbers(stages, PROBED_STAGES)
    import_pyscf()
    single_threaded()
    _forget_failures(out, retry)
    listed = {m.name for m in MOLECULES + SULFUR_AND_CHLORINE}
    chosen = read_minima(minima, {s.name for s in read_molecules(have)}, largest, listed)
    run(Probed(out, Pyscf()), chosen, numbers, processes, limit_s=1800, in_a_row=50)


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
    size = pack_parts(
        out,
        file,
        {
            "title": "Small molecules: energies, forces, second derivatives, dipoles",
            "command": command,
            "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "units": "eV, angstrom, e; energies are total energies",
            **({"distortions": DISTORTIONS} if any(out.glob("*.distorted.h5")) else {}),
            "molecules": names,
            "held_out": sorted(HELD_OUT.intersection(names)),
            **Pyscf().provenance(),
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
    chosen = _chosen(listed, only)
    load_model(str(teacher))  # a file that cannot be read is no failure of crystals
    work = Crystals(out, teacher, "roomy" if decorated else "auto")
    in_a_row = ROOMY_IN_A_ROW if decorated else IN_A_ROW
    single_threaded()
    compile_quickly()
    _forget_failures(out, retry)
    run(work, work.alike_together(chosen), [1], processes, limit_hours * 3600, in_a_row)


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
    chosen = _chosen(REFERENCE_CRYSTALS, only)
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
    _forget_failures(out, retry)
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
    teacher: Annotated[Path, typer.Option(help="file of the model that labelled them")],
    file: Annotated[Path, typer.Argument(help="HDF5 file to write")] = CRYSTALS_PACKED,
    out: Folder = CRYSTALS_FOLDER,
    command: Command = "python -m engine.training.make_data crystals",
) -> None:
    """Collect the crystals that have been computed into one file."""
    work = Crystals(out, teacher)
    names = sorted({c.name for c in read_crystals(out)})
    size = pack_parts(
        out,
        file,
        {
            "title": "Crystals: energies, forces, stresses, force constants at wave vectors",
            "command": command,
            "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "units": "eV, angstrom; q in reciprocal vectors; Phi(q) in the cell gauge, no masses",
            "crystals": names,
            "held_out": sorted(HELD_OUT_CRYSTALS.intersection(names)),
            **work.provenance(),
        },
    )
    typer.echo(f"wrote {file}: {size / 1e6:.1f} MB of crystals, {len(names)} in number")


def _forget_failures(folder: Path, retry: bool) -> None:
    for failure in folder.glob("*.failed") if retry else ():
        failure.unlink()


def _numbers(stages: str, known: Collection[int] = tuple(STAGES)) -> list[int]:
    words = stages.split(",")
    if not all(word.isdigit() and int(word) in known for word in words):
        fix = f"Give some of {','.join(map(str, known))}."
        raise PhonoscopeError(f"no stages {stages!r}", f"there are {list(known)}", fix)
    return [int(word) for word in words]


def _chosen(items: Sequence[ItemType], only: str) -> list[ItemType]:
    names = set(only.split()) if only else {item.name for item in items}
    if unknown := names - {item.name for item in items}:
        fix = f"Give names of the list, like {items[0].name}."
        raise PhonoscopeError(f"unknown names {sorted(unknown)}", "not in the list", fix)
    return [item for item in items if item.name in names]


def main() -> None:
    """Run the commands; a mistake ends with its three parts on stderr, not with a traceback."""
    run_command(app)


if __name__ == "__main__":
    main()
