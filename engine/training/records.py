"""What a run tells: a line an epoch, a table, a picture."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.training.config import LossConfig
from engine.training.losses import UNIT_STRAIN
from engine.training.probes import UNIT_CM1
from engine.units import GPA_PER_EV_A3

METRICS, PICTURE = "metrics.csv", "learning_curve.png"

Errors = Mapping[str, float]
"""Errors of a pass over data by the names of :func:`readable`."""

COLUMNS = (
    "loss",
    "energy_meV_atom",
    "forces_meV_A",
    "stress_MPa",
    "strain_percent",
    "probes",
    "spectra_cm1",
)
ROW = ("epoch", "steps", "seconds", "learning_rate")


def readable(sums: Mapping[str, tuple[float, float]], loss: LossConfig) -> dict[str, float]:
    """Errors in units that people use, from their sums.

    Mean absolute errors of energy (meV per atom), forces (meV/angstrom), stress (MPa) and lengths
    by stress (percent); of probes the root mean square, in cm^-1 (``spectral``) or eV/angstrom
    (``cartesian``), of spectra in cm^-1.
    """
    scale = UNIT_CM1 if loss.metric == "spectral" else 1.0
    units = {
        "loss": ("loss", 1.0),
        "energy": ("energy_meV_atom", 1e3),
        "forces": ("forces_meV_A", 1e3),
        "stress": ("stress_MPa", 1e3 * GPA_PER_EV_A3),
        "strain": ("strain_percent", 100 * UNIT_STRAIN),
        "probes": ("probes", scale),
        "spectra": ("spectra_cm1", UNIT_CM1),
    }
    found = {}
    for name, (total, number) in sums.items():
        if number == 0:  # nothing could be compared, like lengths without a bulk modulus
            continue
        mean = total / number
        key, unit = units[name]
        found[key] = unit * (np.sqrt(mean) if name in ("probes", "spectra") else mean)
    return found


def progress_line(
    epoch: int, epochs: int, training: Errors, validation: Errors, seconds: float, best: bool
) -> str:
    """One epoch in a line, for a person."""
    words = [f"epoch {epoch + 1:>{len(str(epochs))}}/{epochs}", f"loss {training['loss']:.4g}"]
    shown = {**validation} or {**training}
    what = "validation" if validation else "training"
    told = [f"{what} {shown['loss']:.4g}:"] if validation else []
    told.append(f"energy {shown['energy_meV_atom']:.1f} meV/atom,")
    told.append(f"forces {shown['forces_meV_A']:.0f} meV/Å")
    if "stress_MPa" in shown:
        told.append(f", stress {shown['stress_MPa']:.0f} MPa")
    if "strain_percent" in shown:
        told.append(f", lengths {shown['strain_percent']:.2f} %")
    if "probes" in shown:
        told.append(f", second derivatives {shown['probes']:.3g}")
    if "spectra_cm1" in shown:
        told.append(f", frequencies {shown['spectra_cm1']:.1f} cm-1")
    tail = " ".join(told).replace(" ,", ",")
    return "  ".join([*words, tail, duration(seconds) + " left" + (" *" if best else "")])


def duration(seconds: float) -> str:
    """A time a person can read."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def table_row(
    epoch: int, steps: int, seconds: float, rate: float, training: Errors, validation: Errors
) -> dict[str, float]:
    """A row of the table of metrics."""
    row: dict[str, float] = {
        "epoch": epoch + 1,
        "steps": steps,
        "seconds": round(seconds, 1),
        "learning_rate": rate,
    }
    row |= {f"training_{key}": value for key, value in training.items()}
    return row | {f"validation_{key}": value for key, value in validation.items()}


def add_row(folder: Path, row: Mapping[str, float]) -> None:
    """Add a row to the table; rows of the same or later epochs, which a kill left, go."""
    path = folder / METRICS
    rows = [r for r in read_rows(folder) if r["epoch"] < row["epoch"]] + [dict(row)]
    names = [*ROW, *(f"{part}_{c}" for part in ("training", "validation") for c in COLUMNS)]
    used = [name for name in names if any(name in r for r in rows)]
    part = path.with_name(f".{path.name}.part")
    with part.open("w", newline="") as file:
        writer = csv.DictWriter(file, used)
        writer.writeheader()
        writer.writerows(
            {k: int(v) if k in ("epoch", "steps") else f"{v:.6g}" for k, v in r.items()}
            for r in rows
        )
    os.replace(part, path)


def read_rows(folder: Path) -> list[dict[str, float]]:
    """The table of metrics of a run; empty before its first epoch."""
    path = folder / METRICS
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]


def draw_learning_curve(folder: Path) -> None:
    """The picture of the table; without matplotlib there is none."""
    rows = read_rows(folder)
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return
    titles = {
        "loss": "loss",
        "energy_meV_atom": "energy, meV/atom",
        "forces_meV_A": "forces, meV/Å",
        "stress_MPa": "stress, MPa",
        "strain_percent": "lengths by stress, %",
        "probes": "second derivatives",
        "spectra_cm1": "frequencies, cm$^{-1}$",
    }
    shown = [c for c in COLUMNS if any(f"training_{c}" in row for row in rows)]
    figure = Figure(figsize=(3.2 * len(shown), 3), layout="constrained")
    FigureCanvasAgg(figure)
    for axis, column in zip(np.atleast_1d(figure.subplots(1, len(shown))), shown, strict=True):
        for part, colour in (("training", "0.6"), ("validation", "C0")):
            key = f"{part}_{column}"
            points = [(row["epoch"], row[key]) for row in rows if key in row]
            if points:
                axis.plot(*zip(*points, strict=True), color=colour, label=part)
        axis.set(yscale="log", xlabel="epoch", title=titles[column])
    axis.legend()
    unfinished = folder / f".{PICTURE}"
    figure.savefig(unfinished, dpi=120, format="png")
    os.replace(unfinished, folder / PICTURE)
