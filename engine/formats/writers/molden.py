"""All vibrations of a molecule in the Molden format, which Molden, Jmol and Avogadro animate."""

from __future__ import annotations

from ase.units import Bohr

from engine.formats.writers.content import Content


def molden(content: Content) -> str:
    """Frequencies in cm^-1, imaginary ones negative; coordinates in bohr.

    Normal coordinates are Cartesian displacements, normalised to 1.
    """
    assert content.modes is not None  # the catalogue offers it for vibrations only
    modes, atoms = content.modes, content.atoms
    symbols = atoms.get_chemical_symbols()
    places = [
        f"{symbol:<3}{x:18.10f}{y:18.10f}{z:18.10f}"
        for symbol, (x, y, z) in zip(symbols, atoms.positions / Bohr, strict=True)
    ]
    lines = ["[Molden Format]", "[Title]", f" {content.line}", "[Atoms] AU"]
    lines += [
        f"{place[:3]}{i:5d}{number:5d}{place[3:]}"
        for i, (place, number) in enumerate(zip(places, atoms.numbers, strict=True), 1)
    ]
    lines += ["[FREQ]", *(f"{frequency:12.4f}" for frequency in modes.frequency_cm1)]
    lines += ["[FR-COORD]", *places, "[FR-NORM-COORD]"]
    for number, displacement in enumerate(modes.displacement, 1):
        lines.append(f"vibration {number}")
        lines += [f"{x:18.10f}{y:18.10f}{z:18.10f}" for x, y, z in displacement.real]
    return "\n".join([*lines, ""])
