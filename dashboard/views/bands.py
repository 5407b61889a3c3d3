"""Phonon bands with the selected mode marked; a click selects the nearest point of a branch."""

from __future__ import annotations

import holoviews as hv
import numpy as np
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from jaxtyping import Float
from panel.viewable import Viewable

from dashboard import palette
from dashboard.live import live_plot
from dashboard.state import State
from engine.phonons import Bands


def bands_view(state: State) -> Viewable:
    """The band structure of a crystal; nothing for a molecule."""

    def select(distance: float, frequency_cm1: float) -> None:
        bands = state.bands
        if bands is not None:
            low, high = _range(bands)
            aspect = (high - low) / bands.distance[-1]
            point, branch = nearest(bands, distance, frequency_cm1, aspect)
            state.select(branch, bands.q[point])

    return live_plot(
        state,
        plot=lambda: None if state.bands is None else _plot(state.bands),
        marked=lambda: _marked(state),
        draw_marker=_draw_marker,
        tapped=select,
        css_classes=["bands"],
    )


def nearest(bands: Bands, distance: float, frequency_cm1: float, aspect: float) -> tuple[int, int]:
    """Point of the path and branch nearest to a place in the plot.

    Parameters
    ----------
    aspect : cm^-1 that are as long on the plot as 1/angstrom along the path.
    """
    across = (bands.distance - distance)[:, None] * aspect
    off = np.hypot(across, bands.frequencies_cm1 - frequency_cm1)
    point, branch = np.unravel_index(off.argmin(), off.shape)
    return int(point), int(branch)


def _plot(bands: Bands) -> hv.Overlay:
    length = float(bands.distance[-1])
    curves = hv.Path(_lines(bands))
    guides = [hv.VLine(bands.distance[point]) for _, point in bands.labels]
    return hv.Overlay([*guides, hv.HLine(0.0), curves]).opts(
        hv.opts.VLine(color=palette.GUIDE, line_width=0.7),
        hv.opts.HLine(color=palette.GUIDE, line_width=0.7),
        hv.opts.Path(color=palette.BRANCH, line_width=2, line_join="round"),
        hv.opts.Overlay(
            responsive=True,
            xlim=(-0.012 * length, 1.012 * length),
            ylim=_range(bands),
            xticks=_ticks(bands),
            xlabel="wave vector q",
            ylabel="frequency (cm⁻¹)",
            show_legend=False,
            toolbar=None,
            default_tools=[],
            active_tools=[],
        ),
    )


def _lines(bands: Bands) -> list[Float[np.ndarray, "points 2"]]:
    """Every branch as a line, through crossings, broken where the path jumps."""
    jumps = np.flatnonzero(np.diff(bands.distance) == 0) + 1
    return [
        np.column_stack(piece)
        for frequencies_cm1 in bands.connected_cm1.T
        for piece in zip(
            np.split(bands.distance, jumps), np.split(frequencies_cm1, jumps), strict=True
        )
    ]


def _draw_marker(plot: figure, marker: ColumnDataSource) -> None:
    plot.scatter(
        "x", "y", source=marker, size=12, color=palette.SELECTED, line_color="white", line_width=2
    )


def _marked(state: State) -> dict[str, Float[np.ndarray, " places"]]:
    """Every place on the path where the selected wave vector stands."""
    if state.bands is None:
        return {"x": np.empty(0), "y": np.empty(0)}
    here = np.flatnonzero(np.abs(state.bands.q - state.q).max(1) < 1e-9)
    frequency_cm1 = state.modes.frequency_cm1[state.branch]
    return {"x": state.bands.distance[here], "y": np.full(len(here), frequency_cm1)}


def _range(bands: Bands) -> tuple[float, float]:
    """Lowest and highest frequency drawn, in cm^-1."""
    low, high = min(0.0, float(bands.frequencies_cm1.min())), float(bands.frequencies_cm1.max())
    margin = 0.04 * (high - low or 1.0)
    return low - margin, high + margin


def _ticks(bands: Bands) -> list[tuple[float, str]]:
    """Names at their places; two names where the path jumps."""
    at: dict[float, list[str]] = {}
    for name, point in bands.labels:
        at.setdefault(float(bands.distance[point]), []).append(name)
    return [(distance, "|".join(names)) for distance, names in at.items()]
