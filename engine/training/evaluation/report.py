"""Errors of a model, in numbers, in words and in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.errors import PhonoscopeError


@dataclass(frozen=True)
class Pairs:
    """One quantity, as the data and as the model have it.

    Attributes
    ----------
    unit : of both.
    reference, model : shape (values,).
    of : shape (values,), the structure each value belongs to.
    by_element : symbol -> weight of each value in that element's error; {}: not by element.
    """

    unit: str
    reference: Float[np.ndarray, " values"]
    model: Float[np.ndarray, " values"]
    of: Float[np.ndarray, " values"]
    by_element: dict[str, Float[np.ndarray, " values"]]

    def summary(self) -> dict[str, Any]:
        """Mean absolute, root mean square and largest error, mean error; the same by element."""
        error = self.model - self.reference
        table: dict[str, Any] = {
            "unit": self.unit,
            "values": len(error),
            "mean_absolute": float(np.abs(error).mean()),
            "root_mean_square": float(np.sqrt(np.mean(error**2))),
            "largest": float(np.abs(error).max()),
            "mean": float(error.mean()),
        }
        if self.by_element:
            table["mean_absolute_by_element"] = {
                symbol: float(np.average(np.abs(error), weights=weight))
                for symbol, weight in self.by_element.items()
            }
        return table

    def of_structure(self, number: int) -> float | None:
        """Mean absolute error of one structure."""
        error = np.abs(self.model - self.reference)[self.of == number]
        return float(error.mean()) if len(error) else None


@dataclass(frozen=True)
class Evaluation:
    """Errors of a model on labelled structures.

    Attributes
    ----------
    model : its name.
    structures : name and kind of each.
    quantities : the pairs of values by name: ``energy`` (as it is), ``energy_aligned`` (after the
        energies of the elements that fit best are added), ``forces``, ``stress``,
        ``frequencies_at_reference`` (geometry of the data) and ``frequencies_relaxed`` (of the
        model's own), modes in ascending order, ``lattice_constants`` (that of the data is 100).
    imaginary : molecules that have imaginary modes where the model has its minimum, and how many;
        only where the data has none.
    not_relaxed : molecules and crystals whose relaxation did not come to an end.
    """

    model: str
    structures: list[tuple[str, str]]
    quantities: dict[str, Pairs]
    imaginary: dict[str, int]
    not_relaxed: list[str]

    def document(self) -> dict[str, Any]:
        """Everything in types of JSON."""
        return {
            "kind": "evaluation",
            "model": self.model,
            "structures": len(self.structures),
            "names": len({name for name, _ in self.structures}),
            **{name: pairs.summary() for name, pairs in self.quantities.items()},
            "imaginary": self.imaginary,
            "not_relaxed": self.not_relaxed,
            "by_structure": [
                {
                    "name": name,
                    "kind": kind,
                    **{q: pairs.of_structure(i) for q, pairs in self.quantities.items()},
                }
                for i, (name, kind) in enumerate(self.structures)
            ],
        }

    def text(self) -> str:
        """The errors as a table, a line a quantity."""
        head = f"{'mean abs.':>10} {'rms':>10} {'largest':>10}"
        names = len({name for name, _ in self.structures})
        lines = [
            f"{self.model} on {len(self.structures)} structures of {names}",
            f"{'':<26} {head}",
        ]
        for name, pairs in self.quantities.items():
            s = pairs.summary()
            numbers = (s["mean_absolute"], s["root_mean_square"], s["largest"])
            shown = " ".join(f"{number:>10.4g}" for number in numbers)
            lines.append(f"{name.replace('_', ' '):<26} {shown}  {pairs.unit}")
        for name, pairs in self.quantities.items():
            if parts := pairs.summary().get("mean_absolute_by_element"):
                told = "  ".join(f"{symbol} {value:.3g}" for symbol, value in parts.items())
                lines.append(f"{name.replace('_', ' ')} by element: {told}")
        if self.imaginary:
            told = ", ".join(f"{name} ({n})" for name, n in self.imaginary.items())
            lines.append(f"imaginary modes: {told}")
        if self.not_relaxed:
            lines.append(f"not relaxed: {', '.join(self.not_relaxed)}")
        return "\n".join(lines)


def draw_parity(evaluation: Evaluation, folder: str | Path) -> list[Path]:
    """A picture for each quantity, model against data; returns the files.

    Raises
    ------
    PhonoscopeError
        if matplotlib is not installed or the folder cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PhonoscopeError(
            "No pictures are drawn", "matplotlib is not installed", "pip install matplotlib"
        ) from error
    files = []
    for name, pairs in evaluation.quantities.items():
        figure = Figure(figsize=(4, 4), layout="constrained")
        FigureCanvasAgg(figure)
        axis = figure.subplots()
        axis.axline((pairs.reference[0], pairs.reference[0]), slope=1, color="0.7", linewidth=1)
        axis.plot(pairs.reference, pairs.model, ".", markersize=3)
        size = pairs.summary()["mean_absolute"]
        title = name.replace("_", " ")
        axis.set(
            title=f"{title}: {size:.3g} {pairs.unit}",
            xlabel=f"data, {pairs.unit}",
            ylabel=f"{evaluation.model}, {pairs.unit}",
            aspect="equal",
        )
        file = Path(folder) / f"{name}.png"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(file, dpi=120)
        except OSError as problem:
            raise PhonoscopeError(
                f"The picture {file} cannot be written", str(problem), "Choose a writable place."
            ) from problem
        files.append(file)
    return files


def pairs(
    unit: str,
    values: Sequence[tuple[int, np.ndarray, np.ndarray, dict[str, np.ndarray]]],
) -> Pairs | None:
    """Values of several structures together: (structure, data, model, weights by element)."""
    if not values:
        return None
    symbols = sorted({symbol for *_, weights in values for symbol in weights})
    by_element = {
        symbol: np.concatenate([w.get(symbol, np.zeros(len(x))) for _, x, _, w in values])
        for symbol in symbols
    }
    return Pairs(
        unit,
        np.concatenate([x for _, x, _, _ in values]),
        np.concatenate([y for _, _, y, _ in values]),
        np.concatenate([np.full(len(x), i) for i, x, _, _ in values]),
        by_element,
    )
