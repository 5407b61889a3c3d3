"""Make the data sets models are trained on: `python -m engine.training.make_data --help`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import PhonoscopeError
from engine.reference.molecule import import_pyscf
from engine.training.data.distortions import import_rdkit
from engine.training.data.labelled import pack as pack_parts
from engine.training.data.labelled import read_molecules
from engine.training.data.molecule_list import (
    HELD_OUT,
    MOLECULES,
    STAGES,
    SULFUR_AND_CHLORINE,
    Molecule,
)
from engine.training.data.molecules import DISTORTIONS, Workplace
from engine.training.data.quantum import Pyscf
from engine.training.data.queue import run, single_threaded

FOLDER = Path("build/data/molecules")
PACKED = Path("assets/data/molecules.h5")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
Folder = Annotated[Path, typer.Option("--out", help="folder of the parts, one file each")]


@app.command()
def molecules(
    out: Folder = FOLDER,
    stages: Annotated[
        str, typer.Option(help="1 minima and distortions, 2 more of them, 3 polarizabilities")
    ] = "1,2,3",
    sulfur_and_chlorine: Annotated[
        bool, typer.Option("--sulfur-and-chlorine", help="then the molecules with S or Cl")
    ] = False,
    only: Annotated[str, typer.Option(help="names of molecules, with commas between")] = "",
    processes: Annotated[int, typer.Option(min=1, help="molecules at a time, a thread each")] = 1,
    limit_hours: Annotated[float, typer.Option(help="give up a molecule's stage after this")] = 3.0,
    retry: Annotated[bool, typer.Option("--retry", help="try again what failed")] = False,
) -> None:
    """Compute molecules by B3LYP/def2-SVP; start it again and it goes on where it stopped."""
    chosen = [_chosen(group, only) for group in _groups(sulfur_and_chlorine)]
    numbers = _numbers(stages)
    import_pyscf()  # before the first molecule: a missing program is no failure of molecules
    import_rdkit()
    single_threaded()
    workplace = Workplace(out, Pyscf())
    for failure in out.glob("*.failed") if retry else ():
        failure.unlink()
    for group in chosen:
        run(workplace, group, numbers, processes, limit_hours * 3600)


@app.command()
def status(out: Folder = FOLDER) -> None:
    """Say in one line what has been computed."""
    typer.echo(Workplace(out, Pyscf()).status(MOLECULES + SULFUR_AND_CHLORINE))


@app.command()
def pack(
    file: Annotated[Path, typer.Argument(help="HDF5 file to write")] = PACKED, out: Folder = FOLDER
) -> None:
    """Collect what has been computed into one file."""
    names = sorted({s.name for s in read_molecules(out)})
    size = pack_parts(
        out,
        file,
        {
            "title": "Small molecules: energies, forces, Hessians, dipole derivatives",
            "command": "python -m engine.training.make_data molecules",
            "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "units": "eV, angstrom, e; energies are total energies",
            "distortions": DISTORTIONS,
            "molecules": names,
            "held_out": sorted(HELD_OUT.intersection(names)),
            **Pyscf().provenance(),
        },
    )
    typer.echo(f"wrote {file}: {size / 1e6:.1f} MB, {len(names)} molecules and free atoms")


def _numbers(stages: str) -> list[int]:
    words = stages.split(",")
    if not all(word.isdigit() and int(word) in STAGES for word in words):
        fix = "Give some of 1,2,3."
        raise PhonoscopeError(f"no stages {stages!r}", f"there are {list(STAGES)}", fix)
    return [int(word) for word in words]


def _groups(sulfur_and_chlorine: bool) -> list[tuple[Molecule, ...]]:
    return [MOLECULES, SULFUR_AND_CHLORINE] if sulfur_and_chlorine else [MOLECULES]


def _chosen(group: tuple[Molecule, ...], only: str) -> tuple[Molecule, ...]:
    names = set(only.split(",")) if only else {m.name for m in group}
    unknown = names - {m.name for m in MOLECULES + SULFUR_AND_CHLORINE}
    if unknown:
        fix = "Give names of engine/training/data/molecule_list.py."
        raise PhonoscopeError(f"unknown molecules {sorted(unknown)}", "not in the list", fix)
    return tuple(m for m in group if m.name in names)


def main() -> None:
    """Run the commands; a mistake ends with its three parts on stderr, not with a traceback."""
    try:
        app()
    except PhonoscopeError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
