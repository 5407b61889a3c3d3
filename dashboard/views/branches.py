"""The branches of the bands as lines, and their colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from dashboard import captions, palette
from dashboard.state import State
from engine.phonons import Bands

COLOURINGS = ("plain", "by irrep", "by element")
NO_LINES: dict[str, list[Any]] = {"xs": [], "ys": [], "color": [], "inside": []}
NO_PIECES: dict[str, list[Any]] = {"x0": [], "y0": [], "x1": [], "y1": [], "color": []}
FOLD = {1: "", 2: ", twofold", 3: ", threefold", 4: ", fourfold", 6: ", sixfold"}


def branches_of(bands: Bands) -> dict[str, list[Any]]:
    """One line for every branch on every segment, partners of a degenerate level but once.

    Returns
    -------
    ``xs`` (1/angstrom), ``ys`` (cm^-1), ``irrep``; in words what stands at the first point, inside
    and at the last; ``q_first`` and ``q_last``; names of the ends; ``branch`` and ``first`` tell
    where in the bands the line is.
    """
    names = {point: name for name, point in bands.labels}
    fold = {end.point: end.degeneracy for end in bands.points}
    rows = []
    for segment, branch in _lines(bands):
        points = slice(segment.first, segment.last + 1)

        def at_end(point: int, segment: Any = segment, branch: int = branch) -> str:
            rank = _ranks(bands)[point, branch]
            degeneracy = fold.get(point, {rank: segment.degeneracy[branch]})[rank]
            irrep = segment.labels[branch] if bands.irreps is None else bands.irreps[point][rank]
            return in_words(irrep, int(degeneracy))

        irrep = segment.labels[branch]
        rows.append(
            {
                "xs": bands.distance[points],
                "ys": bands.connected_cm1[points, branch],
                "irrep": irrep,
                "at_first": at_end(segment.first),
                "inside": in_words(irrep, int(segment.degeneracy[branch])),
                "at_last": at_end(segment.last),
                "q_first": bands.q[segment.first].tolist(),
                "q_last": bands.q[segment.last].tolist(),
                "first_name": names.get(segment.first, ""),
                "last_name": names.get(segment.last, ""),
                "branch": branch,
                "first": segment.first,
            }
        )
    return {name: [row[name] for row in rows] for name in rows[0]}


def in_words(irrep: str | None, degeneracy: int) -> str:
    """An irrep with the number of modes that share its frequency."""
    fold = FOLD.get(degeneracy, f", {degeneracy}-fold")
    return f"{captions.plain_irrep(irrep)}{fold}"


def colored(state: State, coloring: str) -> dict[str, Any] | None:
    """Short pieces of the branches in the mixed colours of the elements that move there.

    None if branches are to be drawn in one colour each.
    """
    if coloring != "by element" or state.bands is None:
        return None
    bands: Bands = state.bands
    symbols = state.result.atoms.get_chemical_symbols()
    colors = palette.of_elements(symbols)
    rgb = np.array([palette.rgb(colors[symbol]) for symbol in symbols])
    mixed = state.result.atom_weights(bands) @ rgb  # points, ascending frequencies, red green blue
    columns: dict[str, list[Any]] = {name: [] for name in ("x0", "y0", "x1", "y1", "color")}
    for segment, branch in _lines(bands):
        points = np.arange(segment.first, segment.last + 1)
        x, y = bands.distance[points], bands.connected_cm1[points, branch]
        at = mixed[points, _ranks(bands)[points, branch]]
        ends = (x[:-1], y[:-1], x[1:], y[1:], (at[:-1] + at[1:]) / 2)
        for column, values in zip(columns.values(), ends, strict=True):
            column.append(values)
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    opaque = np.column_stack([joined["color"], np.full(len(joined["x0"]), 255.0)])
    lengths = {n: v.astype(np.float32) for n, v in joined.items() if n != "color"}
    return {**lengths, "color": opaque.round().astype(np.uint8)}


def legend(state: State, coloring: str) -> str:
    """What the colours mean, in HTML."""
    if state.bands is None or coloring == "plain":
        return ""
    if coloring == "by element":
        colors = palette.of_elements(state.result.atoms.get_chemical_symbols())
        if len(colors) == 1:
            return f"All of it is {next(iter(colors))}: there is one element."
        return " ".join(_swatch(color, symbol) for symbol, color in colors.items())
    irreps = {label for segment in state.bands.segments for label in segment.labels}
    ordered = sorted(irreps, key=lambda label: (label is None, label or ""))
    return " ".join(
        _swatch(palette.of_irrep(label), "no name" if label is None else captions.irrep(label))
        for label in ordered
    )


def _swatch(color: str, name: str) -> str:
    """One colour; ``data-`` is what pictures of the plots take along (browser/takeaway.js)."""
    return (
        f'<span data-swatch="{color}" data-name="{captions.plain(name)}" '
        f'style="white-space: nowrap; margin-right: 7px"><span style="display: inline-block; '
        f"width: 14px; height: 4px; border-radius: 2px; vertical-align: middle; margin-right: 3px; "
        f'background: {color}"></span>{name}</span>'
    )


SEEN_DIGITS = 3
"""Lines that differ in cm^-1 by less lie on one another."""


def _lines(bands: Bands) -> list[tuple[Any, int]]:
    """Segment and branch of every line that does not lie on another of its level."""
    found: dict[tuple[int, str | None, bytes], tuple[Any, int]] = {}
    for segment in bands.segments:
        for branch, label in enumerate(segment.labels):
            y: Float[np.ndarray, " points"] = bands.connected_cm1[
                segment.first : segment.last + 1, branch
            ]
            seen = (y.round(SEEN_DIGITS) + 0.0).tobytes()
            found.setdefault((segment.first, label, seen), (segment, branch))
    return list(found.values())


def _ranks(bands: Bands) -> Int[np.ndarray, "points branches"]:
    """Which of the ascending frequencies each branch has at each point."""
    if bands.connection is None:
        return np.tile(np.arange(bands.frequencies_cm1.shape[1]), (len(bands.q), 1))
    return bands.connection
