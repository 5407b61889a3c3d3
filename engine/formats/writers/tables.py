"""Tables as CSV: units in the headers, the provenance before them after #."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engine.formats.writers.content import Content
from engine.phonons import Phonons
from engine.units import PLANCK_EV_S, SPEED_OF_LIGHT_CM_S

UNITS = {
    "cm-1": 1.0,
    "THz": SPEED_OF_LIGHT_CM_S * 1e-12,
    "meV": 1e3 * PLANCK_EV_S * SPEED_OF_LIGHT_CM_S,
}
"""How many of each unit 1 cm^-1 is."""


def modes_csv(content: Content) -> str:
    """The modes at the selected wave vector, one a line; imaginary frequencies are negative.

    Where intensities are known they follow, of each mode its share of the level: the lines of
    partners add up to what the level has. Depolarization is empty where nothing is scattered.
    """
    assert content.modes is not None
    modes = content.modes
    strengths = {} if content.intensities is None else content.intensities.by_mode()
    header = [
        "mode",
        *(f"frequency ({unit})" for unit in UNITS),
        "irrep",
        "degeneracy",
        "IR",
        "Raman",
        "acoustic",
        "reduced mass (amu)",
        "symmetry purity",
        *strengths,
    ]
    rows = (
        [
            i + 1,
            *(f"{frequency * factor:.6f}" for factor in UNITS.values()),
            modes.irrep[i] or "",
            int(modes.degeneracy[i]),
            _word(modes.ir_active[i]),
            _word(modes.raman_active[i]),
            _word(bool(modes.acoustic[i])),
            f"{modes.reduced_mass_amu[i]:.6f}",
            "" if modes.symmetry_purity[i] is None else f"{modes.symmetry_purity[i]:.6f}",
            *("" if np.isnan(x[i]) else f"{x[i]:.6f}" for x in strengths.values()),
        ]
        for i, frequency in enumerate(modes.frequency_cm1)
    )
    return _table(content, header, rows)


def bands_csv(content: Content) -> str:
    """Bands along the path in cm^-1; every column is one continuous branch."""
    assert content.bands is not None
    bands = content.bands
    names = {point: name for name, point in bands.labels}
    connected = bands.connected_cm1
    header = ["distance (1/angstrom)", "q1", "q2", "q3", "point"]
    header += [f"branch {b + 1} (cm-1)" for b in range(connected.shape[1])]
    rows = (
        [f"{distance:.8f}", *(f"{x:.10g}" for x in q), names.get(p, ""), *_fixed(row)]
        for p, (distance, q, row) in enumerate(zip(bands.distance, bands.q, connected, strict=True))
    )
    return _table(content, header, rows, mode=False)


def dos_csv(content: Content) -> str:
    """Density of states per cell, in all and by element."""
    assert isinstance(content.result, Phonons)
    dos = content.result.dos()
    header = ["frequency (cm-1)", "total (states/cm-1)"]
    header += [f"{symbol} (states/cm-1)" for symbol in dos.by_element]
    columns = [dos.frequency_cm1, dos.total, *dos.by_element.values()]
    rows = ([f"{x:.8g}" for x in row] for row in zip(*columns, strict=True))
    return _table(content, header, rows, mode=False)


def _fixed(values: Iterable[float]) -> list[str]:
    return [f"{value + 0.0:.5f}" for value in values]


def _word(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _table(
    content: Content, header: Sequence[str], rows: Iterable[Sequence[Any]], mode: bool = True
) -> str:
    told = dict(content.provenance)
    if mode and "q" in content.mode:
        told["q"] = str(content.mode["q"])
    file = io.StringIO()
    for name, text in told.items():
        file.write(f"# {name}: {text}\n")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue()
