"""All formats that results can be taken away in; the page and ``phonoscope convert`` offer them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import PhonoscopeError
from engine.formats.documents import modes_document, phonons_document
from engine.formats.stored import result_to_bytes
from engine.formats.writers import molden, phonopy_files, structures, tables
from engine.formats.writers.content import Content
from engine.phonons import Phonons
from engine.vibrations import Vibrations

NEEDS = {
    "structure": lambda content: True,
    "periodic structure": lambda content: bool(content.atoms.pbc.all()),
    "modes": lambda content: content.modes is not None,
    "modes in three dimensions": lambda content: (
        content.modes is not None and bool(content.atoms.pbc.all())
    ),
    "vibrations of a molecule": lambda content: isinstance(content.result, Vibrations),
    "phonons of a crystal": lambda content: isinstance(content.result, Phonons),
    "force constants of a crystal": lambda content: (
        isinstance(content.result, Phonons) and content.result.mesh is not None
    ),
}
"""What a format may need, and how to see whether it is there."""


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    name : short, for the command line.
    title : what it holds, in words.
    reader : which programs read it.
    ending : of file names.
    needs : what there must be, one of ``NEEDS``.
    write : the content as text or bytes; may raise PhonoscopeError.
    of_mode : whether it is of the selected mode, whose name then stands in the file's.
    """

    name: str
    title: str
    reader: str
    ending: str
    needs: str
    write: Callable[[Content], str | bytes]
    of_mode: bool = False

    def fits(self, content: Content) -> bool:
        """Whether there is something to write."""
        return bool(NEEDS[self.needs](content))

    def file_name(self, content: Content) -> str:
        """Like methane_T2_1314cm-1.xyz."""
        stem = content.mode_name if self.of_mode else content.name
        return f"{stem}{self.ending}"


def document(content: Content) -> str:
    """The JSON document of the command line."""
    result = content.result
    if isinstance(result, Vibrations):
        found = modes_document(result, content.intensities)
    else:
        assert isinstance(result, Phonons) and content.bands is not None
        found = phonons_document(result, content.bands)
    return json.dumps({**found, "provenance": dict(content.provenance)}, ensure_ascii=False) + "\n"


def stored(content: Content) -> bytes:
    """The result itself, to be opened again."""
    assert content.result is not None
    return result_to_bytes(content.result, dict(content.provenance))


FORMATS = (
    Format(
        "mode-xyz",
        "structure with the displacement of every atom",
        "extended XYZ: OVITO, ASE",
        "_mode.xyz",
        "modes",
        structures.mode_xyz,
        of_mode=True,
    ),
    Format(
        "trajectory-xyz",
        "one period of the motion, 24 frames",
        "extended XYZ: OVITO, VMD, Jmol, ASE",
        ".xyz",
        "modes",
        structures.trajectory_xyz,
        of_mode=True,
    ),
    Format(
        "axsf",
        "one period of the motion, 24 frames",
        "animated XSF: XCrySDen, VESTA",
        ".axsf",
        "phonons of a crystal",
        structures.trajectory_xsf,
        of_mode=True,
    ),
    Format(
        "displaced-xyz",
        "structure displaced along the mode",
        "extended XYZ: to compute with",
        "_displaced.xyz",
        "modes",
        structures.displaced_xyz,
        of_mode=True,
    ),
    Format(
        "displaced-poscar",
        "structure displaced along the mode",
        "POSCAR: VASP",
        "_displaced.vasp",
        "modes in three dimensions",
        structures.displaced_poscar,
        of_mode=True,
    ),
    Format(
        "molden",
        "all vibrations",
        "Molden: Jmol, Avogadro, Molden",
        ".molden",
        "vibrations of a molecule",
        molden.molden,
    ),
    Format(
        "phonopy",
        "force constants",
        "phonopy_params.yaml: phonopy, Euphonic",
        "_phonopy_params.yaml",
        "force constants of a crystal",
        phonopy_files.phonopy_params,
    ),
    Format(
        "band-yaml",
        "bands with eigenvectors",
        "band.yaml: phononwebsite, phonopy",
        "_band.yaml",
        "force constants of a crystal",
        phonopy_files.band_yaml,
    ),
    Format(
        "xyz",
        "structure at rest",
        "extended XYZ",
        "_structure.xyz",
        "structure",
        structures.structure_xyz,
    ),
    Format("cif", "structure at rest", "CIF", ".cif", "periodic structure", structures.cif),
    Format(
        "poscar",
        "structure at rest",
        "POSCAR: VASP",
        ".vasp",
        "periodic structure",
        structures.poscar,
    ),
    Format(
        "csv", "table of the modes", "CSV: any spreadsheet", "_modes.csv", "modes", tables.modes_csv
    ),
    Format(
        "bands-csv",
        "bands",
        "CSV: any spreadsheet",
        "_bands.csv",
        "phonons of a crystal",
        tables.bands_csv,
    ),
    Format(
        "dos-csv",
        "density of states",
        "CSV: any spreadsheet",
        "_dos.csv",
        "force constants of a crystal",
        tables.dos_csv,
    ),
    Format("json", "everything that was computed", "JSON: scripts", ".json", "modes", document),
    Format("npz", "the result, to be opened again", "Phonoscope, numpy", ".npz", "modes", stored),
)


def file_format(name: str) -> Format:
    """A format by its name.

    Raises
    ------
    PhonoscopeError
        if there is none of that name.
    """
    for form in FORMATS:
        if form.name == name:
            return form
    raise PhonoscopeError(
        f"There is no format '{name}'",
        f"known are {', '.join(form.name for form in FORMATS)}",
        "Choose one of them.",
    )


def of_path(path: Path, of_mode: bool = False) -> Format:
    """The format that fits the name of a file.

    Parameters
    ----------
    of_mode : whether a mode was chosen: then ``.xyz`` is its motion, else the structure at rest.

    Raises
    ------
    PhonoscopeError
        if none does.
    """
    name = path.name.lower()
    if name.startswith(("poscar", "contcar")):
        name = "poscar.vasp"
    telling = [form for form in FORMATS if form.ending.startswith("_")]
    suffix = Path(name).suffix
    of_kind = sorted(FORMATS, key=lambda form: (form.of_mode != of_mode, form.ending != suffix))
    for form in telling:
        if name.endswith(form.ending):
            return form
    for form in of_kind:
        if suffix == Path(f"x{form.ending}").suffix:
            return form
    endings = sorted({Path(f"x{form.ending}").suffix for form in FORMATS})
    raise PhonoscopeError(
        f"The format of {path.name} is not known",
        f"known endings are {', '.join(endings)}",
        "Choose one of them, or name a format with --format.",
    )
