"""The density of states beside the bands: how many modes there are at each frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Range1d
from bokeh.models.annotations import BoxAnnotation, Label, Span
from bokeh.plotting import figure

from dashboard import palette
from dashboard.live import in_background, on_change, once_it_moves
from dashboard.plots import INK, empty_figure, follow_unit, set_range
from dashboard.state import State
from engine.phonons import Dos

PEAKS = 0.99
"""Share of the frequencies whose density is drawn whole; the peaks of a chain are infinite."""

WIDTH = 128
EMPTY: dict[str, Any] = {"xs": [], "ys": [], "color": [], "name": []}


def dos_figure(state: State, frequencies: Range1d) -> figure:
    """The density of states, in all and by element, along the axis of the bands.

    Parameters
    ----------
    frequencies : the range of that axis, in cm^-1.
    """
    densities = Range1d(start=0, end=1)
    plot = empty_figure(x_range=densities, y_range=frequencies)
    plot.update(sizing_mode="stretch_height", width=WIDTH, min_border_left=10)
    plot.yaxis.visible = False
    total, elements = ColumnDataSource({"x": [], "y": []}), ColumnDataSource(EMPTY)
    level = ColumnDataSource({"y": []})
    missing = Label(
        x=6, y=6, x_units="screen", y_units="screen", text="", text_color=INK, text_font_size="12px"
    )  # fmt: skip
    unstable = BoxAnnotation(top=0, fill_color=palette.UNSTABLE, fill_alpha=0.12)
    plot.add_layout(unstable)
    plot.add_layout(Span(location=0, dimension="width", line_color=palette.GUIDE, line_width=1))
    plot.patches("xs", "ys", source=elements, color="color", fill_alpha=0.25, line_width=1.4)
    plot.line("x", "y", source=total, color=INK, line_width=1.6)
    plot.hspan("y", source=level, color=palette.SELECTED, line_width=1.2, line_dash="dotted")
    plot.add_layout(missing)
    follow_unit(state, plot.xaxis[0], "states per {unit}", power=-1)

    def draw(subject: Any, dos: Dos | None) -> None:
        if subject is not state.subject:
            return  # another structure was chosen meanwhile
        missing.text = "" if dos is not None else "no mesh,\nno density"
        if dos is None:
            total.data, elements.data = {"x": [], "y": []}, EMPTY
            return
        set_range(densities, 0, highest(dos))
        total.data = {"x": dos.total, "y": dos.frequency_cm1}
        elements.data = by_element(dos)

    def show() -> None:
        subject = state.subject
        if state.bands is None:
            return
        unstable.visible = state.bands.unstable
        total.data, elements.data = {"x": [], "y": []}, EMPTY
        in_background(lambda: subject.dos, lambda dos: draw(subject, dos))

    def mark() -> None:
        level.data = {"y": [] if state.bands is None else [state.modes.frequency_cm1[state.branch]]}

    on_change(state, "subject", show)
    once_it_moves(state, mark)
    show()
    mark()
    return plot


def highest(dos: Dos) -> float:
    """The largest density that is drawn, in states per cm^-1."""
    filled = dos.total[dos.total > 0]
    return 1.15 * float(np.quantile(filled, PEAKS))


def by_element(dos: Dos) -> dict[str, Any]:
    """One outline an element; none if there is but one, which has all of the density."""
    if len(dos.by_element) == 1:
        return EMPTY
    colors = palette.of_elements(dos.by_element)
    f = dos.frequency_cm1
    return {
        "xs": [np.concatenate([[0.0], part, [0.0]]) for part in dos.by_element.values()],
        "ys": [np.concatenate([f[:1], f, f[-1:]]) for _ in dos.by_element],
        "color": list(colors.values()),
        "name": list(colors),
    }
