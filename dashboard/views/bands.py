"""Phonon bands with the selected mode marked; a click selects the nearest point of a branch."""

from __future__ import annotations

import holoviews as hv
import numpy as np
import panel as pn
from jaxtyping import Float
from panel.viewable import Viewable

from dashboard import palette
from dashboard.state import State
from engine.phonons import Bands


def bands_view(state: State) -> Viewable:
    """The band structure of a crystal; nothing for a molecule."""
    pane = pn.pane.HoloViews(sizing_mode="stretch_both", min_height=200, css_classes=["bands"])

    def show(*_: object) -> None:
        pane.visible = state.bands is not None
        if state.bands is not None:
            pane.object = _plot(state, state.bands)

    state.param.watch(show, "bands")
    show()
    return pane


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


def _plot(state: State, bands: Bands) -> hv.Overlay:
    low, high = _range(bands.frequencies_cm1)
    length = float(bands.distance[-1])
    curves = hv.Path([np.column_stack([bands.distance, f]) for f in bands.frequencies_cm1.T])
    tap = hv.streams.Tap(source=curves)

    def select(x: float | None, y: float | None) -> None:
        if x is None or y is None or state.bands is not bands:
            return
        point, branch = nearest(bands, x, y, aspect=(high - low) / length)
        state.select(branch, bands.q[point])

    tap.add_subscriber(select)
    marker = hv.DynamicMap(
        lambda modes, branch: hv.Points(_marked(state, bands)),
        streams=[hv.streams.Params(state, ["modes", "branch"])],
    )
    guides = hv.Overlay([hv.VLine(bands.distance[point]) for _, point in bands.labels])
    zero = hv.HLine(0.0)
    return (guides * zero * curves * marker).opts(
        hv.opts.VLine(color=palette.GUIDE, line_width=0.7),
        hv.opts.HLine(color=palette.GUIDE, line_width=0.7),
        hv.opts.Path(color=palette.BRANCH, line_width=2, line_join="round"),
        hv.opts.Points(
            color=palette.SELECTED, size=12, marker="circle", line_color="white", line_width=2
        ),
        hv.opts.Overlay(
            responsive=True,
            xlim=(-0.012 * length, 1.012 * length),
            ylim=(low, high),
            xticks=_ticks(bands),
            xlabel="wave vector q",
            ylabel="frequency (cm⁻¹)",
            show_legend=False,
            toolbar=None,
            default_tools=[],
            active_tools=[],
        ),
    )


def _marked(state: State, bands: Bands) -> Float[np.ndarray, "places 2"]:
    """Every place on the path where the selected wave vector stands."""
    if state.bands is not bands:
        return np.empty((0, 2))
    here = np.flatnonzero(np.abs(bands.q - state.q).max(1) < 1e-9)
    frequency = state.modes.frequency_cm1[state.branch]
    return np.column_stack([bands.distance[here], np.full(len(here), frequency)])


def _range(frequencies_cm1: Float[np.ndarray, "points branches"]) -> tuple[float, float]:
    low, high = min(0.0, float(frequencies_cm1.min())), float(frequencies_cm1.max())
    margin = 0.04 * (high - low or 1.0)
    return low - margin, high + margin


def _ticks(bands: Bands) -> list[tuple[float, str]]:
    """Names at their places; two names where the path jumps."""
    at: dict[float, list[str]] = {}
    for name, point in bands.labels:
        at.setdefault(float(bands.distance[point]), []).append(name)
    return [(distance, "|".join(names)) for distance, names in at.items()]
