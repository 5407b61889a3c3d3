"""Phonons of the library's crystals by a model: relaxed, sampled on a mesh, stored.

`python -m engine.reference.crystal silicon --model M` relaxes the crystal within its space
group, computes exact force constants on a mesh and writes structure.xyz, result.npz and
provenance.json into OUT/NAME. With --born a polar insulator gets the Born charges of the DFT
reference, and with them the splitting of LO and TO. M is the name, file or folder of a model, like
nequix-oam-1-pft (`phonoscope models fetch nequix-oam-1-pft`). What no model has right is computed
by theory itself: `engine.reference.dft_phonons`.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import time
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import ase.io
import typer
from ase import Atoms

from engine.errors import PhonoscopeError
from engine.formats.stored import result_to_bytes
from engine.phonons import Phonons, phonons
from engine.phonons.mesh import default_mesh
from engine.potentials import Potential, load_model
from engine.potentials.cards import model_card
from engine.potentials.checkpoints.native import DESCRIPTION, read_description
from engine.potentials.registry import stored_folders
from engine.potentials.springs import springs as spring_model
from engine.reference.crystals import DFT, starting_crystal
from engine.reference.dft import DFT_FILE, DftCrystal, born_charges_for, read_dft
from engine.reference.files import structure_text, write_files
from engine.relaxation import relax

MAX_FORCE_EV_A = 1e-4
INTERPOLATION_CM1 = 3.0
"""The mesh is made finer until the interpolation is better than this, or too dear."""
FINER = (6, 8, 12, 16)
"""Points along a direction, tried after the default of 4. Networks reach further than 4 cells, and
imitate the field of long waves: polar crystals need the finer ones."""
LARGEST_FINE = 9000
"""Points times atoms up to which a finer mesh is tried."""


def compute(start: Atoms, model: Potential, dft: DftCrystal | None = None) -> Phonons:
    """Phonons of the crystal at rest, on a mesh that is fine enough.

    With Born charges of `dft` it stays coarse: on a fine mesh there are points so near Γ that the
    network, which sees no farther, lacks the field that the charges bring, and bands would dip.
    """
    atoms = relax(start, model, cell=True, max_force_eV_A=MAX_FORCE_EV_A)
    born = None if dft is None else born_charges_for(dft, atoms)
    result = phonons(atoms, model, default_mesh(atoms), born)
    if born is not None:
        return result
    for n in FINER:
        error = result.trust.interpolation_error_cm1
        mesh = tuple(n if periodic else 1 for periodic in atoms.pbc)
        if error is None or error < INTERPOLATION_CM1:
            break
        if math.prod(mesh) * len(atoms) > LARGEST_FINE:
            break
        result = phonons(atoms, model, mesh)
    return result


def provenance(result: Phonons) -> dict[str, Any]:
    """What every stored crystal says of itself."""
    atoms, trust = result.atoms, result.trust
    return {
        "programs": {p: importlib.metadata.version(p) for p in ("jax", "spglib", "ase")},
        "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "primitive_cell_A": [round(float(x), 5) for x in atoms.cell.lengths()],
        "primitive_angles_degree": [round(float(x), 4) for x in atoms.cell.angles()],
        "derivatives": "exact force constants (automatic differentiation) on the mesh",
        "mesh": list(result.mesh or ()),
        "max_force_eV_A": trust.max_force_eV_A,
        "max_stress_GPa": trust.max_stress_GPa,
        "interpolation_error_cm1": trust.interpolation_error_cm1,
        "lowest_cm1": trust.lowest_cm1,
        "energy_eV": result.state.energy_eV,
    }


def of_model(name: str, model: Potential, born: bool = False) -> tuple[Phonons, dict[str, Any]]:
    """Phonons of a crystal relaxed by a model, and where they come from."""
    dft = _in_dft(name) if born else None
    result = compute(starting_crystal(name), model, dft)
    origin = {
        "name": name,
        "command": f"python -m engine.reference.crystal {name} --model {model.name}"
        + " --born" * born,
        "method": f"{model.name}, a machine-learned model",
        "relaxation": f"cell and atoms within {result.space_group.symbol}, "
        f"largest force below {MAX_FORCE_EV_A} eV/angstrom",
    }
    if dft is not None:
        origin["born_charges"] = f"PBEsol, ABINIT: {dft.name} of {DFT_FILE.name}"
    return result, {**origin, **provenance(result)}


def origin_of(model: str) -> dict[str, str]:
    """Where the model that is named, or lies in a file or folder, comes from.

    Raises
    ------
    PhonoscopeError
        if it cannot be loaded.
    """
    card = model_card(model)
    origin = {
        "model": card["name"],
        "model_reference": card["reference"],
        "model_training_data": card["training_data"] or "",
    }
    if card["source"]:
        return {**origin, "model_file_sha256": card["source"]["sha256"]}
    folder = stored_folders().get(model, Path(model))
    if not (folder / DESCRIPTION).is_file():
        return origin  # a formula, or springs: there are no weights
    return {**origin, "model_weights_sha256": read_description(folder)["weights_sha256"]}


def _in_dft(name: str) -> DftCrystal:
    """The crystal in the DFT reference; raises PhonoscopeError if it is not there."""
    for crystal in read_dft(DFT_FILE):
        if crystal.name == DFT.get(name):
            return crystal
    raise PhonoscopeError(
        f"There are no Born charges of {name}",
        f"{DFT_FILE.name} does not have it",
        "Compute them: python -m engine.training.make_data crystals-dft; or leave --born away.",
    )


def of_springs(name: str, out: Path) -> tuple[Phonons, dict[str, Any]]:
    """Phonons of a model crystal that `out` describes: atoms and springs."""
    springs = tomllib.loads((out / name / "entry.toml").read_text())["springs"]
    atoms = ase.io.read(out / name / "structure.xyz", format="extxyz")
    assert isinstance(atoms, Atoms)
    result = phonons(atoms, spring_model(springs))
    origin = {
        "name": name,
        "command": f"python -m engine.reference.crystal {name}",
        "method": "springs",
        "relaxation": "none: by its symmetry no force acts on an atom",
    }
    return result, {**origin, **provenance(result)}


def run(
    name: str,
    out: Path,
    model: Potential | None = None,
    known: Mapping[str, str] | None = None,
    born: bool = False,
) -> Path:
    """Compute the phonons of a library crystal and store them in OUT/NAME; returns the folder.

    Parameters
    ----------
    known : where the model comes from, :func:`origin_of`.

    Raises
    ------
    PhonoscopeError
        if the crystal is not known, or a model is needed and none is given, or Born charges that
        the DFT reference does not have.
    """
    started = time.monotonic()
    described = out / name / "entry.toml"
    if described.is_file() and "springs" in tomllib.loads(described.read_text()):
        result, record = of_springs(name, out)
    elif model is None:
        raise PhonoscopeError(
            f"No model is chosen for {name}",
            "only crystals of springs bring their own",
            "Give one by --model; phonoscope models fetch nequix-oam-1-pft gets the usual one.",
        )
    else:
        result, record = of_model(name, model, born)
        record |= known or {}
    record["wall_seconds"] = round(time.monotonic() - started, 1)
    return store(result, record, out / name)


def store(result: Phonons, record: Mapping[str, Any], folder: Path) -> Path:
    """Write structure, result and provenance of a library crystal; returns the folder."""
    files = {
        "structure.xyz": structure_text(result.atoms).encode(),
        "result.npz": result_to_bytes(result, record),
        "provenance.json": (json.dumps(record, indent=2) + "\n").encode(),
    }
    write_files(folder, files)
    return folder


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    names: Annotated[list[str], typer.Argument(help="library names of crystals")],
    model: Annotated[str, typer.Option(help="name, file or folder of the model")] = "",
    out: Annotated[Path, typer.Option(help="folder of structures")] = Path("assets/structures"),
    born: Annotated[bool, typer.Option("--born", help="with Born charges of the DFT reference")] = (
        False
    ),
    missing: Annotated[bool, typer.Option("--missing", help="leave out those in OUT")] = False,
) -> None:
    """Compute phonons of library crystals by a model and store them in OUT/NAME."""
    failed = False
    try:
        potential, known = (load_model(model), origin_of(model)) if model else (None, None)
    except PhonoscopeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for name in names:
        if missing and (out / name / "result.npz").exists():
            continue
        try:
            typer.echo(f"wrote {run(name, out, potential, known, born)}")
        except PhonoscopeError as error:
            typer.echo(f"{name}: {error}", err=True)
            failed = True
    if failed:
        raise typer.Exit(2)


if __name__ == "__main__":
    app()
