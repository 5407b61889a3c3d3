"""What a text without a name is: the format of a structure, by its content."""

from __future__ import annotations

import re

from ase.data import chemical_symbols

ENDINGS = {
    "CIF": ".cif",
    "MOL/SDF": ".sdf",
    "PDB": ".pdb",
    "XYZ": ".xyz",
    "coordinates": ".xyz",
    "POSCAR": ".vasp",
    "SMILES": ".smi",
}
"""File endings of the formats that :func:`recognised` tells apart."""

ELEMENTS = frozenset(chemical_symbols[1:])
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?"
ATOM = re.compile(rf"\s*([A-Z][a-z]?|\d{{1,3}})((?:[\s,;]+{NUMBER}){{3}})\s*$")
VECTOR = re.compile(rf"\s*{NUMBER}\s+{NUMBER}\s+{NUMBER}\b")


def recognised(text: str) -> str | None:
    """The name of a format in :data:`ENDINGS`, or None if it is none of them."""
    lines = text.strip("\n").splitlines()
    words = text.split()
    if not words:
        return None
    if re.search(r"^\s*_(cell_length_a|atom_site)\b|^data_", text, re.M | re.I):
        return "CIF"
    if re.search(r"\bV[23]000\s*$", text, re.M):
        return "MOL/SDF"
    if re.search(r"^(ATOM  |HETATM|CRYST1)", text, re.M):
        return "PDB"
    if words[0].isdecimal() and len(lines) >= 3 and lines[0].strip() == words[0]:
        return "XYZ"
    if len(lines) >= 7 and all(VECTOR.match(line) for line in lines[2:5]):
        return "POSCAR"
    if all(_atom(line) for line in lines if line.strip()):
        return "coordinates"
    if len([line for line in lines if line.strip()]) == 1 and not re.search(r"[\s,]\d", text):
        return "SMILES"
    return None


def with_head(coordinates: str) -> str:
    """Lines of elements and coordinates as an XYZ file; symbols for atomic numbers."""
    found = [atom for line in coordinates.splitlines() if (atom := _atom(line))]
    rows = [f"{symbol} {numbers}" for symbol, numbers in found]
    return "\n".join([str(len(rows)), "", *rows, ""])


def _atom(line: str) -> tuple[str, str] | None:
    """Element and coordinates of a line like ``O 0 0 0.12``; None if it is none."""
    match = ATOM.match(line)
    if match is None:
        return None
    name, numbers = match.groups()
    if name.isdecimal():
        known = 0 < int(name) < len(chemical_symbols)
        name = chemical_symbols[int(name)] if known else ""
    return (name, re.sub(r"[,;]", " ", numbers)) if name in ELEMENTS else None
