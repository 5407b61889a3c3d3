"""Phonon bands beside their density of states; a click selects the nearest point of a branch."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.events import Tap
from bokeh.models import (
    ColumnDataSource,
    CustomJSHover,
    FixedTicker,
    HoverTool,
    Range1d,
)
from bokeh.models.annotations import BoxAnnotation, Label, Span
from jaxtyping import Float
from panel.viewable import Viewable

from dashboard import palette
from dashboard.captions import DIGITS, UNITS
from dashboard.live import made_when_first, on_change, once_it_moves, under_lock
from dashboard.plots import empty_figure, extent, follow_unit, pane, set_range
from dashboard.state import State
from dashboard.theme import LARGER
from dashboard.views.branches import (
    COLOURINGS,
    NO_LINES,
    NO_PIECES,
    branches_of,
    colored,
    legend,
)
from dashboard.views.dos import dos_figure
from engine.phonons import Bands
from engine.phonons.bands import towards_neighbours

HOVER = """
const data = lines.data, i = special_vars.index, j = special_vars.segment_index
const last = data.xs[i].length - 1
if (format == "frequency")
  return `${(data.ys[i][j] * factor).toFixed(digits)} ${unit}`.replace("-", "−")
const here = (first, inside, at_last) => j == 0 ? first : j == last ? at_last : inside
if (format == "irrep") return here(data.at_first[i], data.inside[i], data.at_last[i])
const t = (data.xs[i][j] - data.xs[i][0]) / (data.xs[i][last] - data.xs[i][0])
const q = data.q_first[i].map((x, k) => Number((x + t * (data.q_last[i][k] - x)).toFixed(3)))
const name = here(data.first_name[i], "", data.last_name[i])
return `${name ? name + " = " : ""}(${q.join(", ")})`.replaceAll("-", "−")
"""
TOOLTIP = """<div style="font-size: 14px; line-height: 1.35; color: #222">
<b>@inside{frequency}</b><br>@inside{irrep}<br>q = @inside{q}</div>"""
BUTTON = {"textTransform": "none", "padding": "1px 8px", "whiteSpace": "nowrap"}
REACH = 16
"""Width in pixels of the invisible line around a branch on which it is found."""


def bands_view(state: State) -> Viewable:
    """Bands and density of states of a crystal; nothing for a molecule."""

    def seen() -> bool:
        return state.bands is not None

    place = pn.Column(sizing_mode="stretch_both", css_classes=["bands"], visible=seen())
    made_when_first(state, "bands", seen, place, lambda: _parts(state))
    state.param.watch(lambda *_: place.param.update(visible=seen()), "bands")
    return place


def _parts(state: State) -> list[Viewable]:
    coloring = pmui.RadioButtonGroup(
        options=list(COLOURINGS),
        value="plain",
        size="small",
        margin=0,
        description="Colour of the branches",
        sx={"& .MuiToggleButton-root": BUTTON},
    )
    plot = _Plot(state, coloring)
    words = pn.pane.HTML(
        "", margin=(0, 8), css_classes=["legend"], styles=LARGER, sizing_mode="stretch_width"
    )

    def explain() -> None:
        words.object = legend(state, coloring.value)

    on_change(state, "bands", explain)
    on_change(coloring, "value", explain)
    words.object = legend(state, coloring.value)
    whole = pmui.IconButton(
        icon="zoom_out_map",
        description="Show the whole plot; drag over it to enlarge a part",
        size="small",
        margin=0,
        on_click=lambda _: under_lock(plot.show_whole),
    )
    controls = pn.FlexBox(
        coloring, whole, flex_wrap="nowrap", align_items="center", gap="4px", styles=LARGER
    )
    density = pane(dos_figure(state, plot.y), sizing_mode="stretch_height")
    return [controls, words, pn.Row(pane(plot.figure), density, sizing_mode="stretch_both")]


class _Plot:
    """The figure of the bands: made once, filled with whatever is shown."""

    def __init__(self, state: State, coloring: Any) -> None:
        self.state, self.coloring = state, coloring
        self.lines = ColumnDataSource(NO_LINES)  # one row a branch and segment
        self.pieces = ColumnDataSource(NO_PIECES)
        self.marker = ColumnDataSource({"x": [], "y": []})
        self.points = ColumnDataSource({"x": []})
        self.x, self.y = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = empty_figure(x_range=self.x, y_range=self.y)
        self.figure.min_border_left = 66
        self.figure.xaxis.axis_label = "wave vector q"
        self.words = CustomJSHover(code=HOVER)
        self._draw()
        follow_unit(state, self.figure.yaxis[0], "frequency ({unit})")
        self.figure.on_event(Tap, lambda event: self.select(event.x, event.y))
        on_change(state, "bands", self.show)
        on_change(state, "bands", self.mark)
        once_it_moves(state, self.mark)
        on_change(state, "unit", self.tell_unit)
        on_change(coloring, "value", self.color)
        self.tell_unit()
        self.show()
        self.mark()

    def _draw(self) -> None:
        plot = self.figure
        self.unstable = BoxAnnotation(top=0, fill_color=palette.UNSTABLE, fill_alpha=0.12)
        self.unstable_word = Label(
            x=4, y=4, x_units="screen", y_units="screen",
            text="unstable\n(imaginary)",
            text_color=palette.UNSTABLE, text_font_size="12px", text_font_style="bold",
        )  # fmt: skip
        plot.add_layout(self.unstable)
        plot.vspan("x", source=self.points, color=palette.GUIDE, line_width=0.8)
        plot.add_layout(Span(location=0, dimension="width", line_color=palette.GUIDE, line_width=1))
        self.drawn = plot.multi_line(
            "xs", "ys", source=self.lines, color="color", line_width=2, line_join="round"
        )
        plot.segment(
            "x0", "y0", "x1", "y1", source=self.pieces, color="color", line_width=2.6,
            line_cap="round",
        )  # fmt: skip
        around = plot.multi_line(
            "xs", "ys", source=self.lines, line_width=REACH, line_alpha=0, line_color="color",
            hover_line_alpha=0.22, hover_line_color=palette.SELECTED,
        )  # fmt: skip
        plot.vspan(
            "x", source=self.marker, color=palette.SELECTED, line_width=1.2, line_dash="dotted"
        )
        plot.scatter(
            "x", "y", source=self.marker, size=13, color=palette.SELECTED, line_color="white",
            line_width=2,
        )  # fmt: skip
        plot.add_layout(self.unstable_word)
        # Of several lines that are hit the last one is nearest: each was nearer than those before.
        plot.add_tools(
            HoverTool(
                renderers=[around], tooltips=TOOLTIP, formatters={"@inside": self.words},
                sort_by=[("$index", "descending")], limit=1,
            )
        )  # fmt: skip

    def show(self) -> None:
        """Draw the bands of the present path."""
        bands = self.state.bands
        if bands is None:
            return
        length = float(bands.distance[-1])
        set_range(self.x, -0.02 * length, 1.02 * length)
        set_range(self.y, *frequency_range(bands))
        ticks = path_names(bands)
        self.figure.xaxis[0].update(
            ticker=FixedTicker(ticks=list(ticks)), major_label_overrides=ticks
        )
        self.points.data = {"x": list(ticks)}
        self.unstable.visible = self.unstable_word.visible = bands.unstable
        self.lines.data = {**branches_of(bands), "color": self._colors()}
        self.color()

    def color(self) -> None:
        """Colour the branches as is chosen."""
        if self.state.bands is None:
            return
        pieces = colored(self.state, self.coloring.value)
        self.drawn.visible = pieces is None
        self.lines.data["color"] = self._colors()
        self.pieces.data = pieces or NO_PIECES

    def _colors(self) -> list[str]:
        irreps = branches_of(self.state.bands)["irrep"]
        by_irrep = self.coloring.value == "by irrep"
        return [palette.of_irrep(name) if by_irrep else palette.BRANCH for name in irreps]

    def mark(self) -> None:
        """Mark the selected mode."""
        data = marked(self.state)
        if any(not np.array_equal(data[name], self.marker.data[name]) for name in data):
            self.marker.data = dict(data)

    def tell_unit(self) -> None:
        """What is told where the pointer stands is told in the unit of the page."""
        unit = self.state.unit
        self.words.args = {
            "lines": self.lines, "factor": UNITS[unit], "digits": DIGITS[unit], "unit": unit,
        }  # fmt: skip

    def show_whole(self) -> None:
        """Undo what was enlarged."""
        for each in (self.x, self.y):
            each.update(start=each.reset_start, end=each.reset_end)

    def select(self, distance: float, frequency_cm1: float) -> None:
        """Select what is nearest to a place in the plot, as it looks on the screen."""
        state, bands = self.state, self.state.bands
        if bands is None:
            return
        point, branch = nearest(bands, distance, frequency_cm1, self._aspect())
        state.select(branch, bands.q[point], approach(state, point))

    def _aspect(self) -> float:
        """cm^-1 that are as long on the screen as 1/angstrom along the path."""
        try:
            shape = self.figure.inner_height / self.figure.inner_width
        except UnsetValueError:  # it has not been drawn yet
            shape = 1.0
        return extent(self.y) / extent(self.x) / shape


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


def approach(state: State, point: int) -> Float[np.ndarray, "3"] | None:
    """From where the path comes to Γ, Cartesian, where that matters: in a polar crystal."""
    bands = state.bands
    if state.result.born is None or bands.exact or bands.q[point].any():
        return None
    towards = towards_neighbours(bands.q, bands.distance)[point]
    direction: Float[np.ndarray, "3"] = towards @ np.linalg.inv(state.result.atoms.cell.array).T
    return direction


def marked(state: State) -> dict[str, Float[np.ndarray, " places"]]:
    """Every place on the path where the selected wave vector stands."""
    if state.bands is None:
        return {"x": np.empty(0), "y": np.empty(0)}
    off = state.bands.q - state.q
    here = np.flatnonzero(np.abs(off - np.rint(off)).max(1) < 1e-9)
    frequency_cm1 = state.modes.frequency_cm1[state.branch]
    return {"x": state.bands.distance[here], "y": np.full(len(here), frequency_cm1)}


def frequency_range(bands: Bands) -> tuple[float, float]:
    """Lowest and highest frequency drawn, in cm^-1."""
    low, high = min(0.0, float(bands.frequencies_cm1.min())), float(bands.frequencies_cm1.max())
    margin = 0.06 * (high - low or 1.0)
    return low - margin, high + margin


def path_names(bands: Bands) -> dict[float, str]:
    """Names at their places; two names where the path jumps."""
    at: dict[float, list[str]] = {}
    for name, point in bands.labels:
        at.setdefault(float(bands.distance[point]), []).append(name)
    return {distance: "|".join(names) for distance, names in at.items()}
