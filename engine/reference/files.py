"""Files of an entry of the library, written together."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ase import Atoms


def write_files(folder: Path, contents: dict[str, bytes]) -> None:
    """Write files into `folder`, each complete or not at all, none if preparing one fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as staging:
        for name, content in contents.items():
            (Path(staging) / name).write_bytes(content)
        folder.mkdir(exist_ok=True)
        for name in contents:
            (Path(staging) / name).replace(folder / name)


def structure_text(atoms: Atoms) -> str:
    """Extended XYZ with every digit, so that what is read back is what was computed.

    ase's own writer keeps eight decimals of positions.
    """
    periodic = " ".join("FT"[bool(p)] for p in atoms.pbc)
    cell = " ".join(repr(float(x)) for x in atoms.cell.array.ravel())
    lattice = f'Lattice="{cell}" ' if atoms.pbc.any() else ""
    rows = [
        f"{symbol:<2} " + " ".join(f"{float(x)!r:>24}" for x in place)
        for symbol, place in zip(atoms.symbols, atoms.positions, strict=True)
    ]
    head = f'{lattice}Properties=species:S:1:pos:R:3 pbc="{periodic}"'
    return "\n".join([str(len(atoms)), head, *rows]) + "\n"
