"""What infrared light and Raman scattering show of a molecule.

Where derivatives of dipole and polarizability are known the lines have heights. Elsewhere symmetry
alone speaks: allowed or not, and no heights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.events import Tap
from bokeh.models import ColumnDataSource, CustomJSTickFormatter, HoverTool, Range1d
from bokeh.models.annotations import Label
from bokeh.plotting import figure
from jaxtyping import Float
from panel.viewable import Viewable

from dashboard import captions, palette
from dashboard.live import once_it_moves
from dashboard.state import State
from dashboard.theme import LARGER_IF_ROOMY
from engine.modes import Modes
from engine.spectra import Shape, broadened
from engine.vibrations import Vibrations

ROWS = {"silent": palette.SILENT, "Raman": palette.RAMAN, "IR": palette.IR}
POINTS = 1500
HOVER = "<b>@irrep</b> &nbsp;@told<br>@height"
IMAGINARY = "return (tick < 0 ? -tick + 'i' : '' + tick)"
WIDTHS = {"cm⁻¹": (2, 100, 1), "THz": (0.05, 3, 0.05), "meV": (0.25, 12.5, 0.25)}
"""Smallest and largest width of a line and the step between them, about the same in every unit."""
SLIDER: dict[str, Any] = {"size": "small", "margin": (0, 4, 0, 2)}


@dataclass(frozen=True)
class Kind:
    """One of the two spectra.

    Attributes
    ----------
    name : what it is called.
    unit : of its heights.
    color : of its lines.
    """

    name: str
    unit: str
    color: str


INFRARED = Kind("infrared", "km/mol", palette.IR)
RAMAN = Kind("Raman", "Å⁴/u", palette.RAMAN)


@dataclass
class Settings:
    """How a spectrum is drawn."""

    width_cm1: float = 20.0
    shape: Shape = "Lorentzian"
    scale: float = 1.0
    descending: bool = False


def spectrum_view(state: State) -> Viewable:
    """The levels of a molecule; nothing for a crystal."""
    settings, place = Settings(), pn.Column(sizing_mode="stretch_both", margin=0)
    marker = ColumnDataSource({"x": []})
    controls = _controls(state, settings, lambda: show())
    note = pn.pane.HTML(
        margin=(0, 10), styles={"font-size": "12.5px", "opacity": "0.8", **LARGER_IF_ROOMY}
    )

    def tapped(at: float) -> None:
        lines = _frequencies(state.modes) * captions.UNITS[state.unit] * settings.scale
        level = int(np.abs(lines - at).argmin())
        state.select(int(state.modes.levels()[level][0]))

    def show(*_: object) -> None:
        nonlocal marker
        if not isinstance(state.result, Vibrations):
            place.param.update(objects=[], visible=False)
            return
        marker = ColumnDataSource(_marked(state, settings))  # it leaves the page with its plots
        plots = _plots(state, settings)
        for plot in plots:
            plot.vspan(
                x="x", source=marker, color=palette.SELECTED, line_width=1.5, line_dash="dashed"
            )
            plot.on_event(Tap, lambda event: tapped(event.x))
        heights = state.subject.intensities is not None
        controls.visible, note.object = heights, _note(state)
        panes = [pn.pane.Bokeh(plot, sizing_mode="stretch_both", margin=0) for plot in plots]
        place.param.update(objects=[controls, *panes, note], visible=True)

    def move_marker() -> None:
        marker.data = _marked(state, settings)

    state.param.watch(show, ["subject", "unit"])
    once_it_moves(state, move_marker)
    show()
    place.css_classes = ["spectrum"]
    return place


def _controls(state: State, settings: Settings, changed: Any) -> Viewable:
    width = pmui.FloatSlider(width=120, **_width(state, settings), **SLIDER)
    scale = pmui.FloatSlider(
        name="Scale",
        start=0.9,
        end=1.05,
        step=0.005,
        value=1.0,
        format="0.000",
        width=102,
        **SLIDER,
    )
    shape = pmui.RadioButtonGroup(
        options={"Lorentz": "Lorentzian", "Gauss": "Gaussian"},
        value="Lorentzian",
        size="small",
        margin=(0, 2),
        sx={"& .MuiButtonBase-root": {"textTransform": "none", "padding": "0 5px"}},
        description="Shape of a line",
    )
    turned = pmui.Switch(name="reversed", size="small", margin=(0, 0, 0, 4), description="")

    def change(*_: object) -> None:
        settings.scale = float(scale.value)
        settings.shape, settings.descending = shape.value, turned.value
        changed()

    def widen(*_: object) -> None:
        settings.width_cm1 = float(width.value) / captions.UNITS[state.unit]
        changed()

    def convert(*_: object) -> None:  # what is seen of the width, not the width itself
        width.param.update(**_width(state, settings))

    state.param.watch(convert, "unit")
    width.param.watch(widen, "value_throttled")
    scale.param.watch(change, "value_throttled")
    for switch in (shape, turned):
        switch.param.watch(change, "value")
    return pn.FlexBox(
        width,
        scale,
        shape,
        turned,
        align_items="center",
        gap="0",
        margin=(0, 4),
        styles=LARGER_IF_ROOMY,
    )


def _width(state: State, settings: Settings) -> dict[str, Any]:
    """The slider of the width in the unit of the page."""
    low, high, step = WIDTHS[state.unit]
    return {
        "label": f"Width ({state.unit})",
        "start": low,
        "end": high,
        "step": step,
        "value": float(np.clip(settings.width_cm1 * captions.UNITS[state.unit], low, high)),
        "format": "0" if step == 1 else "0.00",
    }


def _plots(state: State, settings: Settings) -> list[figure]:
    known = state.subject.intensities
    if known is None:
        return [_allowed(state, settings)]
    raman = known.raman_A4_amu
    shown = [(INFRARED, known.infrared_km_mol)] + ([] if raman is None else [(RAMAN, raman)])
    axis = _axis(state, settings)
    plots = [_heights(state, settings, kind, values, axis) for kind, values in shown]
    for plot in plots[:-1]:  # the axis stands below the last
        plot.xaxis.visible = False
    return plots


def _figure(state: State, axis: Range1d, **params: Any) -> figure:
    plot = figure(
        x_range=axis,
        tools="",
        toolbar_location=None,
        sizing_mode="stretch_both",
        x_axis_label=f"frequency ({state.unit})",
        min_border_left=62,
        **params,
    )
    plot.xaxis.formatter = CustomJSTickFormatter(code=IMAGINARY)
    plot.xgrid.visible = False
    return plot


def _axis(state: State, settings: Settings) -> Range1d:
    lines = _frequencies(state.modes) * captions.UNITS[state.unit] * settings.scale
    low, high = min(0.0, 1.1 * float(lines.min())), 1.08 * max(1.0, float(lines.max()))
    if settings.descending:
        low, high = high, low
    return Range1d(start=low, end=high)


def _heights(
    state: State,
    settings: Settings,
    kind: Kind,
    heights: Float[np.ndarray, " levels"],
    axis: Range1d,
) -> figure:
    """Sticks, and the sum of lines of the width that is set."""
    modes, unit = state.modes, captions.UNITS[state.unit]
    lines_cm1 = _frequencies(modes) * settings.scale
    real, top = lines_cm1 > 0, max(float(heights.max()), 1e-9)
    plot = _figure(
        state,
        axis,
        y_range=Range1d(start=-0.06 * top, end=1.15 * top),
        y_axis_label=kind.unit,
    )
    # In the plot: beside it, a small one would have no room for the words.
    plot.add_layout(
        Label(
            x=8,
            y=1.1 * top,
            x_units="screen",
            text=kind.name,
            text_color=kind.color,
            text_baseline="top",
            text_font_size="13px",
            text_font_style="bold",
        )
    )
    low, high = sorted((axis.start / unit, axis.end / unit))
    at = np.sort(np.concatenate([np.linspace(max(low, 0.0), high, POINTS), lines_cm1[real]]))
    curve = broadened(at, lines_cm1[real], heights[real], settings.width_cm1, settings.shape)
    plot.varea(at * unit, 0 * at, curve, fill_color=kind.color, fill_alpha=0.18)
    plot.line(at * unit, curve, color=kind.color, line_width=1.5)
    seen = heights > 1e-4 * top
    sticks = ColumnDataSource(
        {
            "x": lines_cm1 * unit,
            "y": heights,
            "irrep": [captions.irrep(modes.irrep[level[0]]) for level in modes.levels()],
            "told": [
                captions.frequency(modes.frequency_cm1[level[0]], state.unit)
                for level in modes.levels()
            ],
            "height": [
                f"{kind.name} {captions.amount(height)} {kind.unit}" if here else "no line"
                for height, here in zip(heights, seen, strict=True)
            ],
            "color": [kind.color if here else palette.SILENT for here in seen],
            "mark": ["circle" if here else "x" for here in seen],
        }
    )
    plot.segment("x", 0, "x", "y", source=sticks, color="color", line_width=2.5)
    tips = plot.scatter(
        "x", "y", source=sticks, size=7, marker="mark", color="color", line_width=1.5
    )
    plot.add_tools(
        HoverTool(renderers=[tips], tooltips=HOVER, mode="vline", point_policy="snap_to_data")
    )
    return plot


def _allowed(state: State, settings: Settings) -> figure:
    """Rows of marks, all of one height: what symmetry allows."""
    modes, unit = state.modes, captions.UNITS[state.unit]
    plot = _figure(state, _axis(state, settings), y_range=Range1d(start=-0.6, end=2.6))
    plot.ygrid.visible = False
    plot.yaxis.ticker = list(range(len(ROWS)))
    plot.yaxis.major_label_overrides = dict(enumerate(ROWS))
    frequencies = _frequencies(modes)
    for row, (name, color) in enumerate(ROWS.items()):
        levels = [n for n, level in enumerate(modes.levels()) if _is(name, modes, int(level[0]))]
        lines = ColumnDataSource(
            {
                "x": frequencies[levels] * unit,
                "irrep": [captions.irrep(modes.irrep[modes.levels()[n][0]]) for n in levels],
                "told": [captions.frequency(frequencies[n], state.unit) for n in levels],
                "height": [f"{name}: {'no line' if name == 'silent' else 'allowed'}"] * len(levels),
            }
        )
        plot.segment("x", row - 0.32, "x", row + 0.32, source=lines, color=color, line_width=4)
        middles = plot.scatter("x", row, source=lines, size=14, alpha=0)
        plot.add_tools(HoverTool(renderers=[middles], tooltips=HOVER))
    return plot


def _note(state: State) -> str:
    known = state.subject.intensities
    if known is None:
        return (
            "Marks say what symmetry allows. How strong the lines are is not known: this result "
            "has no dipole derivatives."
        )
    missing = "" if known.raman_A4_amu is not None else " Raman activities are not known."
    return f"Every line is as high as its stick, degenerate partners added; × no line.{missing}"


def _marked(state: State, settings: Settings) -> dict[str, Float[np.ndarray, " one"]]:
    """Where the selected mode stands."""
    if not isinstance(state.result, Vibrations):
        return {"x": np.empty(0)}
    frequency_cm1 = state.modes.frequency_cm1[[state.branch]]
    heights = state.subject.intensities is not None
    return {"x": frequency_cm1 * captions.UNITS[state.unit] * (settings.scale if heights else 1.0)}


def _frequencies(modes: Modes) -> Float[np.ndarray, " levels"]:
    return np.array([modes.frequency_cm1[level[0]] for level in modes.levels()])


def _is(name: str, modes: Modes, i: int) -> bool:
    ir, raman = bool(modes.ir_active[i]), bool(modes.raman_active[i])
    return {"IR": ir, "Raman": raman, "silent": not ir and not raman}[name]
