"""Heat capacity, entropy and free energy of the crystal against temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from ase import Atoms
from bokeh.models import ColumnDataSource, FixedTicker, Range1d
from bokeh.models.annotations import Label, Span
from panel.viewable import Viewable

from dashboard import palette
from dashboard.captions import SUBSCRIPTS
from dashboard.live import in_background, on_change
from dashboard.plots import INK, SCROLLS, empty_figure, pane, set_range
from dashboard.state import State
from engine.errors import PhonoscopeError
from engine.phonons import Phonons, Thermal
from engine.phonons.thermal import dulong_petit_J_mol_K, per_formula_unit
from engine.structure import formula

TEMPERATURES_K = np.linspace(0.0, 1000.0, 201)
LEFT_OUT = 1e-3
"""Share of modes that may be left out before the numbers are called wrong."""

NOTHING = (
    "These properties need phonons on a mesh of wave vectors. Choose a crystal or a chain, or "
    "compute this one with a mesh."
)


@dataclass(frozen=True)
class Quantity:
    """What is drawn: its name in plain words, its symbol, unit, colour, and field of Thermal."""

    name: str
    symbol: str
    unit: str
    color: str
    field: str


QUANTITIES = {
    "Cᵥ": Quantity(
        "heat capacity",
        "C<sub>v</sub>",
        "J/(mol K)",
        palette.HEAT_CAPACITY,
        "heat_capacity_J_mol_K",
    ),
    "S": Quantity("entropy", "S", "J/(mol K)", palette.ENTROPY, "entropy_J_mol_K"),
    "F": Quantity("free energy", "F", "kJ/mol", palette.FREE_ENERGY, "free_energy_kJ_mol"),
}


def thermal_view(state: State) -> Viewable:
    """A curve against temperature, and the numbers at the temperature of a slider."""
    slider = pmui.IntSlider(
        name="Temperature (K)",
        start=int(TEMPERATURES_K[0]),
        end=int(TEMPERATURES_K[-1]),
        step=5,
        value=300,
        size="small",
        margin=(4, 14),
        sizing_mode="stretch_width",
    )
    choice = pmui.RadioButtonGroup(
        options=list(QUANTITIES),
        value="Cᵥ",
        size="small",
        margin=(2, 8),
        description="Which property is drawn",
        sx={"& .MuiToggleButton-root": {"textTransform": "none", "padding": "1px 14px"}},
    )
    words = pn.pane.HTML("", margin=(2, 8), css_classes=["thermal"], sizing_mode="stretch_width")
    plot = _Plot()
    drawn = pane(plot.figure)
    found: dict[str, Thermal | None] = {"now": None}

    def tell() -> None:
        thermal = found["now"]
        if thermal is not None:
            words.object = in_words(state.result.atoms, thermal, slider.value)
            plot.mark(slider.value)

    def draw() -> None:
        thermal = found["now"]
        if thermal is not None:
            plot.draw(state.result.atoms, thermal, choice.value)

    def show() -> None:
        result, found["now"] = state.result, None
        usable = isinstance(result, Phonons) and result.sample is not None
        for part in (slider, choice, drawn):
            part.visible = usable
        words.object = "Computing…" if usable else NOTHING
        if usable:
            in_background(lambda: _computed(result), lambda thermal: receive(result, thermal))

    def receive(result: Phonons, thermal: Thermal | PhonoscopeError) -> None:
        if state.result is not result:
            return  # another structure was chosen meanwhile
        if isinstance(thermal, PhonoscopeError):
            words.object = f"{thermal.what}: {thermal.why}. {thermal.fix}"
            return
        found["now"] = thermal
        draw()
        tell()

    on_change(slider, "value", tell)
    on_change(choice, "value", draw)
    on_change(state, "result", show)
    show()
    numbers = pn.Column(
        slider, words, width=205, styles=SCROLLS, sizing_mode="stretch_height", margin=0
    )
    return pn.Row(
        numbers,
        pn.Column(choice, drawn, sizing_mode="stretch_both", margin=0),
        sizing_mode="stretch_both",
        css_classes=["heat"],
    )


def _computed(result: Phonons) -> Thermal | PhonoscopeError:
    try:
        return per_formula_unit(result.thermal(TEMPERATURES_K), result.atoms)
    except PhonoscopeError as error:
        return error


class _Plot:
    """One curve against temperature, with the limit of Dulong and Petit where it has one."""

    def __init__(self) -> None:
        self.y = Range1d(start=0, end=1)
        self.figure = empty_figure(x_range=(0, float(TEMPERATURES_K[-1])), y_range=self.y)
        self.figure.xaxis.axis_label = "temperature (K)"
        self.figure.xaxis.ticker = FixedTicker(ticks=[0, 500, 1000])
        self.figure.min_border_right = 22
        self.curve = ColumnDataSource({"x": [], "y": [], "color": []})
        self.limit = Span(dimension="width", line_color=INK, line_dash="dashed")
        self.limit_word = Label(
            x=0, y=0, x_offset=6, y_offset=2, text="3NR", text_color=INK,
            text_font_size="12px",
        )  # fmt: skip
        self.here = Span(dimension="height", line_color=palette.SELECTED, line_dash="dotted")
        self.zero = Span(location=0, dimension="width", line_color=palette.GUIDE)
        self.figure.multi_line("x", "y", source=self.curve, color="color", line_width=2.6)
        for annotation in (self.limit, self.limit_word, self.here, self.zero):
            self.figure.add_layout(annotation)

    def draw(self, atoms: Atoms, thermal: Thermal, name: str) -> None:
        """Show one property of a crystal, per formula unit."""
        quantity = QUANTITIES[name]
        y = getattr(thermal, quantity.field)
        self.figure.yaxis.axis_label = f"{name} ({quantity.unit})"
        self.curve.data = {"x": [thermal.temperature_K], "y": [y], "color": [quantity.color]}
        limit = dulong_petit_J_mol_K(atoms)
        self.limit.visible = self.limit_word.visible = name == "Cᵥ"
        self.limit.location = self.limit_word.y = limit
        low, high = min(0.0, float(y.min())), max(0.0, float(y.max()))
        if name == "Cᵥ":
            high = 1.1 * limit
        margin = 0.06 * (high - low or 1.0)
        set_range(self.y, low - margin * (low < 0), high + margin)

    def mark(self, temperature_K: float) -> None:
        """Mark a temperature."""
        self.here.location = temperature_K


def in_words(atoms: Atoms, thermal: Thermal, temperature_K: float) -> str:
    """The values of a formula unit at a temperature, in HTML, warned of where they mean nothing."""
    at = {
        name: float(
            np.interp(temperature_K, thermal.temperature_K, getattr(thermal, quantity.field))
        )
        for name, quantity in QUANTITIES.items()
    }
    share = at["Cᵥ"] / dulong_petit_J_mol_K(atoms)
    more: dict[str, Any] = {
        "Cᵥ": f"{100 * share:.0f} % of Dulong–Petit, 3NR",
        "F": f"with zero-point energy {thermal.zero_point_kJ_mol:.2f} kJ/mol",
    }
    lines = [
        f'<div style="border-left: 4px solid {quantity.color}; padding-left: 8px; margin: 4px 0">'
        f"{quantity.name} {quantity.symbol}<br><b>{at[name]:.2f} {quantity.unit}</b>"
        + (f"<br><small>{more[name]}</small>" if name in more else "")
        + "</div>"
        for name, quantity in QUANTITIES.items()
    ]
    head = f"Per mole of {formula(atoms).translate(SUBSCRIPTS)} at {temperature_K:g} K"
    style = "line-height: 1.2; font-size: 13px"
    return f'{_warning(thermal)}<div style="{style}">{head}{"".join(lines)}</div>'


def _warning(thermal: Thermal) -> str:
    if not thermal.imaginary_modes and thermal.left_out_weight < LEFT_OUT:
        return ""
    return (
        f'<b style="color: {palette.UNSTABLE}">Unstable: these numbers mean little. '
        f"{100 * thermal.left_out_weight:.2g} % of the modes have an imaginary frequency or none, "
        "and are left out.</b><br>"
    )
