"""Crystals from CIF files as databases write them.

Every atom that the file describes is in the structure, or the file is refused with the reason:
partial occupancies, atoms without coordinates and hydrogen that is only counted are named, never
left out. Syntax: S. R. Hall, F. H. Allen, I. D. Brown, Acta Cryst. A47, 655 (1991).
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.cell import Cell
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.formats.cif_sites import count, fraction, number, sites
from engine.formats.cif_symmetry import expanded, operations
from engine.isotopes import isotope_mass_amu

Tags = dict[str, list[str]]
"""Values by name, in lower case and with _ for a dot; one value for what is not in a loop."""

SITE = "_atom_site_fract_x"

# A quote ends a value only where white space or the end of the line follows: O1' needs no quoting.
TOKEN = re.compile(r"""\s*(?:'(.*?)'(?=\s|$)|"(.*?)"(?=\s|$)|(\#.*)|(\S+))""")


def read_cif(path: Path) -> Atoms:
    """The crystal of a CIF file, with all atoms of the cell that the file gives.

    Images of a site that nearly coincide are one atom, moved to their middle; sites listed twice
    count once. Deuterium is hydrogen of its own mass.

    Raises
    ------
    PhonoscopeError
        if the file holds no or several structures, or one that cannot be had without guessing.
    """
    blocks = {
        name: tags
        for name, tags in parsed(_text(path), path.name).items()
        if SITE in tags or "_atom_site_cartn_x" in tags
    }
    if len(blocks) != 1:
        names = ", ".join(list(blocks)[:6])
        raise PhonoscopeError(
            f"The file {path.name} holds no usable structure"
            if not blocks
            else f"The file {path.name} holds {len(blocks)} structures",
            f"they are in the data blocks {names}"
            if blocks
            else "no atoms were read: no data block lists atom sites with coordinates",
            "Keep one data block in the file." if blocks else "Check the file in a viewer.",
        )
    return _crystal(next(iter(blocks.values())), path.name)


def parsed(text: str, file: str) -> dict[str, Tags]:
    """Data blocks of a CIF by name; blocks of equal name are told apart by a number.

    Raises
    ------
    PhonoscopeError
        if the text is not CIF, or a loop lacks values.
    """
    blocks: dict[str, Tags] = {}
    tags: Tags = {}
    tokens = _tokens(text, file)
    i = 0
    while i < len(tokens):
        value, quoted = tokens[i]
        i += 1
        low = value.lower()
        if quoted:
            continue  # a stray value, as after a name that was commented out
        if low.startswith("data_"):
            name = value[5:] or "unnamed"
            while name in blocks:
                name += "*"
            tags = blocks[name] = {}
        elif low == "loop_":
            i = _loop(tokens, i, tags, file)
        elif value.startswith("_") and i < len(tokens):
            following, is_text = tokens[i]
            if is_text or not _reserved(following):
                tags[_key(value)] = [following]
                i += 1
    if not blocks:
        raise PhonoscopeError(
            f"The file {file} cannot be read as a structure",
            "it has no data block, which begins with data_",
            "Check that it is complete and that its ending fits its content.",
        )
    return blocks


def _loop(tokens: list[tuple[str, bool]], i: int, tags: Tags, file: str) -> int:
    names, values = [], []
    while i < len(tokens) and not tokens[i][1] and tokens[i][0].startswith("_"):
        names.append(_key(tokens[i][0]))
        i += 1
    while i < len(tokens) and (tokens[i][1] or not _reserved(tokens[i][0])):
        values.append(tokens[i][0])
        i += 1
    # Loops of references and the like are often damaged, and do not matter here.
    matters = any(name.startswith(("_atom_site_", "_symmetry", "_space_group")) for name in names)
    if names and len(values) % len(names) and matters:
        raise PhonoscopeError(
            f"The file {file} is damaged",
            f"the loop of {names[0]} has {len(names)} columns but {len(values)} values",
            "Complete its last row, or put values with spaces into quotes.",
        )
    for column, name in enumerate(names):
        tags[name] = values[column :: len(names)]
    return i


def _tokens(text: str, file: str) -> list[tuple[str, bool]]:
    """Values and names in order, and whether each was quoted."""
    tokens: list[tuple[str, bool]] = []
    block: list[str] | None = None
    # Not splitlines: bytes that Latin-1 takes for line ends occur within names.
    for line in re.split(r"\r\n|\r|\n", text):
        if line.startswith(";"):
            if block is None:
                block = [line[1:]]
                continue
            tokens.append(("\n".join(block).strip(), True))
            block, line = None, line[1:]
        if block is not None:
            block.append(line)
            continue
        for match in TOKEN.finditer(line):
            single, double, comment, plain = match.groups()
            if comment is not None:
                break
            quoted = single if single is not None else double
            tokens.append((plain, False) if quoted is None else (quoted.strip(), True))
    if block is not None:
        raise PhonoscopeError(
            f"The file {file} is damaged",
            f"a text that begins with ';{block[0][:40]}' does not end",
            "Check that it is complete.",
        )
    return tokens


def _crystal(tags: Tags, file: str) -> Atoms:
    cell = _cell(tags, file)
    listed = sites(tags, file)
    rotations, translations = operations(tags, cell, listed, file)
    positions, source = expanded(rotations, translations, cell, listed, file)
    atoms = Atoms(
        [listed[i].symbol for i in source], scaled_positions=positions, cell=cell, pbc=True
    )
    isotopes = [listed[i].isotope for i in source]
    if any(isotopes):
        masses = atoms.get_masses()
        for i, nucleons in enumerate(isotopes):
            if nucleons is not None:
                masses[i] = isotope_mass_amu(atoms[i].symbol, nucleons)
        atoms.set_masses(masses)
    _check_formula(tags, atoms, file)
    return atoms


def _cell(tags: Tags, file: str) -> Float[np.ndarray, "3 3"]:
    if fraction(tags.get("_cell_modulation_dimension", ["0"])[0]):
        raise PhonoscopeError(
            f"The crystal of {file} is modulated",
            "it has waves in addition to its cell, which no ordinary cell holds",
            "Use a supercell that approximates it.",
        )
    lengths = [number(tags.get(f"_cell_length_{x}", ["?"])[0]) for x in "abc"]
    # 90 degrees is what the dictionary of CIF says of an angle that is not given.
    angles = [number(tags.get(f"_cell_angle_{x}", ["90"])[0]) for x in ("alpha", "beta", "gamma")]
    parameters = [90.0 if x is None and i > 2 else x for i, x in enumerate(lengths + angles)]
    known = [x for x in parameters if x is not None]
    if len(known) == 6 and min(known) > 0 and max(known[3:]) < 180:
        cosines = np.cos(np.radians(known[3:]))
        if 1 + 2 * cosines.prod() - (cosines**2).sum() > 1e-6:  # volume^2 over (abc)^2
            return Cell.fromcellpar(known).array
    shown = ", ".join("?" if x is None else f"{x:g}" for x in parameters)
    raise PhonoscopeError(
        f"The cell of {file} makes no sense",
        f"a, b, c, alpha, beta, gamma are {shown}",
        "Give three lengths in angstrom and three angles that enclose a volume.",
    )


def _check_formula(tags: Tags, atoms: Atoms, file: str) -> None:
    """Refuse a structure that lacks atoms of its own formula, hydrogen above all."""
    formula = count(tags.get("_chemical_formula_sum", [""])[0])
    found = Counter(atoms.get_chemical_symbols())
    missing = sorted(set(formula) - set(found))
    said = f"its formula is {tags.get('_chemical_formula_sum', [''])[0]}, but"
    if not formula:
        return
    if missing:
        why = f"{said} no site holds {', '.join(missing)}"
    else:
        ratios = [found[symbol] / formula.get(symbol, np.inf) for symbol in found]
        if np.allclose(ratios, ratios[0], rtol=0.01) and ratios[0] > 0:
            return
        why = f"{said} its sites make {atoms.get_chemical_formula('metal', empirical=True)}"
    raise PhonoscopeError(
        f"The structure of {file} does not have the atoms of its formula",
        why,
        "Use an entry with all atoms (hydrogen is often left out), or correct the formula.",
    )


def _key(name: str) -> str:
    return name.lower().replace(".", "_")


def _reserved(value: str) -> bool:
    low = value.lower()
    return low.startswith(("_", "data_", "save_")) or low in ("loop_", "stop_", "global_")


def _text(path: Path) -> str:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read()
    except (OSError, EOFError) as error:
        raise PhonoscopeError(
            f"The file {path.name} cannot be read", str(error), "Check the file."
        ) from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
