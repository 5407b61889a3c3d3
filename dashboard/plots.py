"""Bokeh figures that stay while what they show changes.

Frequencies are drawn in cm^-1 whatever the unit: only ticks and labels know of it, so that changing
the unit moves nothing, neither a marker nor the part that is enlarged.
"""

from __future__ import annotations

from typing import Any

import panel as pn
from bokeh.models import AdaptiveTicker, Axis, CustomJSTickFormatter, Range1d
from bokeh.plotting import figure
from panel.viewable import Viewable

from dashboard.captions import UNITS
from dashboard.live import on_change
from dashboard.state import State

TICK = "return `${Number((tick * factor).toPrecision(6))}`.replace('-', '−')"
INK = "#7d8590"
"""Of lines that must be read on white and on black."""

TEXT = "13px"
SCROLLS = {"height": "100%", "min-height": "0", "overflow-y": "auto", "overflow-x": "hidden"}
"""Of what stands beside a drawing and may be higher than it."""


def empty_figure(**params: Any) -> figure:
    """A figure without grid and toolbar; a drag enlarges the box it draws."""
    plot = figure(
        tools="box_zoom",
        active_drag="box_zoom",
        toolbar_location=None,
        sizing_mode="stretch_both",
        min_border_bottom=52,
        min_border_top=8,
        min_border_right=6,
        outline_line_color=None,
        **params,
    )
    plot.grid.visible = False
    plot.axis.axis_label_text_font_size = TEXT
    plot.axis.major_label_text_font_size = TEXT
    plot.axis.axis_label_standoff = 4
    return plot


def pane(plot: figure, **params: Any) -> Viewable:
    """The figure on the page."""
    return pn.pane.Bokeh(plot, **{"sizing_mode": "stretch_both", "margin": 0, **params})


def extent(axis: Range1d) -> float:
    """How much of an axis is seen."""
    low: Any = axis.start
    high: Any = axis.end
    return float(high - low)


def set_range(axis: Range1d, low: float, high: float) -> None:
    """What is seen, now and after the whole plot is asked for again."""
    axis.update(start=low, end=high, reset_start=low, reset_end=high)


def follow_unit(state: State, axis: Axis, label: str, power: int = 1) -> None:
    """Ticks and label of an axis along which cm^-1 are drawn, in the unit of the page.

    Parameters
    ----------
    label : with ``{unit}`` where the unit stands.
    power : -1 for a density, so many states per cm^-1.
    """

    def write() -> None:
        factor = UNITS[state.unit] ** power
        # Ticks at round numbers of the unit, wherever these are in cm^-1.
        steps = sorted(_mantissa(step / factor) for step in (1.0, 2.0, 5.0))
        axis.ticker = AdaptiveTicker(mantissas=steps, desired_num_ticks=6 if power > 0 else 2)
        axis.formatter = CustomJSTickFormatter(args={"factor": factor}, code=TICK)
        axis.axis_label = label.format(unit=state.unit)

    write()
    on_change(state, "unit", write)


def _mantissa(number: float) -> float:
    while number >= 10:
        number /= 10
    while number < 1:
        number *= 10
    return number
