"""Which frequencies of a molecule infrared light and Raman scattering may show.

Symmetry alone speaks here: allowed or not, and no heights, which are not computed.
"""

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
from engine.modes import Modes
from engine.vibrations import Vibrations

ROWS = {"silent": palette.SILENT, "Raman": palette.RAMAN, "IR": palette.IR}


def spectrum_view(state: State) -> Viewable:
    """The levels of a molecule; nothing for a crystal."""

    def select(frequency_cm1: float, _row: float) -> None:
        levels = state.modes.levels()
        frequencies = _frequencies(state.modes)
        state.select(int(levels[int(np.abs(frequencies - frequency_cm1).argmin())][0]))

    return live_plot(
        state,
        plot=lambda: _plot(state.modes) if isinstance(state.result, Vibrations) else None,
        marked=lambda: {"x": state.modes.frequency_cm1[[state.branch]]},
        draw_marker=_draw_marker,
        tapped=select,
        css_classes=["spectrum"],
    )


def _plot(modes: Modes) -> hv.Overlay:
    frequencies = _frequencies(modes)
    marks = [
        (f, row - 0.32, f, row + 0.32, color)
        for row, (name, color) in enumerate(ROWS.items())
        for f, level in zip(frequencies, modes.levels(), strict=True)
        if _is(name, modes, level[0])
    ]
    return hv.Overlay([hv.Segments(marks, vdims="color")]).opts(
        hv.opts.Segments(color="color", line_width=4),
        hv.opts.Overlay(
            responsive=True,
            xlim=(min(0.0, float(frequencies.min())), 1.08 * max(0.0, float(frequencies.max()))),
            ylim=(-0.6, 2.6),
            yticks=list(enumerate(ROWS)),
            xlabel="frequency (cm⁻¹)",
            ylabel="",
            show_legend=False,
            toolbar=None,
            default_tools=[],
            active_tools=[],
        ),
    )


def _draw_marker(plot: figure, marker: ColumnDataSource) -> None:
    plot.vspan(x="x", source=marker, color=palette.SELECTED, line_width=1.5, line_dash="dashed")


def _frequencies(modes: Modes) -> Float[np.ndarray, " levels"]:
    return np.array([modes.frequency_cm1[level[0]] for level in modes.levels()])


def _is(name: str, modes: Modes, i: int) -> bool:
    ir, raman = bool(modes.ir_active[i]), bool(modes.raman_active[i])
    return {"IR": ir, "Raman": raman, "silent": not ir and not raman}[name]
