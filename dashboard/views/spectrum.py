"""Which frequencies of a molecule infrared light and Raman scattering may show.

Symmetry alone speaks here: allowed or not, and no heights, which are not computed.
"""

from __future__ import annotations

import holoviews as hv
import numpy as np
import panel as pn
from panel.viewable import Viewable

from dashboard import palette
from dashboard.state import State
from engine.modes import Modes
from engine.vibrations import Vibrations

ROWS = {"silent": palette.SILENT, "Raman": palette.RAMAN, "IR": palette.IR}


def spectrum_view(state: State) -> Viewable:
    """The levels of a molecule; nothing for a crystal."""
    pane = pn.pane.HoloViews(sizing_mode="stretch_both", min_height=200, css_classes=["spectrum"])

    def show(*_: object) -> None:
        pane.visible = isinstance(state.result, Vibrations)
        if isinstance(state.result, Vibrations):
            pane.object = _plot(state, state.result.modes)

    state.param.watch(show, "result")
    show()
    return pane


def _plot(state: State, modes: Modes) -> hv.Overlay:
    levels = modes.levels()
    frequencies = np.array([modes.frequency_cm1[level[0]] for level in levels])
    high = 1.08 * float(frequencies.max())
    marks = []
    for row, (name, color) in enumerate(ROWS.items()):
        shown = [
            f for f, level in zip(frequencies, levels, strict=True) if _is(name, modes, level[0])
        ]
        marks.append(
            hv.Segments([(f, row - 0.32, f, row + 0.32) for f in shown]).opts(
                color=color, line_width=4
            )
        )
    tap = hv.streams.Tap(source=marks[0])

    def select(x: float | None, y: float | None) -> None:
        if x is not None and state.modes is modes:
            state.select(int(levels[int(np.abs(frequencies - x).argmin())][0]))

    tap.add_subscriber(select)
    selected = hv.DynamicMap(
        lambda branch: hv.VLine(
            state.modes.frequency_cm1[branch] if state.modes is modes else -1.0
        ).opts(color=palette.SELECTED, line_width=1.5, line_dash="dashed"),
        streams=[hv.streams.Params(state, ["branch"])],
    )
    return (hv.Overlay(marks) * selected).opts(
        responsive=True,
        xlim=(min(0.0, float(frequencies.min())), high),
        ylim=(-0.6, 2.6),
        yticks=list(enumerate(ROWS)),
        xlabel="frequency (cm⁻¹)",
        ylabel="",
        show_legend=False,
        toolbar=None,
        default_tools=[],
        active_tools=[],
    )


def _is(name: str, modes: Modes, i: int) -> bool:
    ir, raman = bool(modes.ir_active[i]), bool(modes.raman_active[i])
    return {"IR": ir, "Raman": raman, "silent": not ir and not raman}[name]
