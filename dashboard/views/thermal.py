"""Heat capacity, entropy and free energy of the crystal against temperature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from ase import Atoms
from bokeh.models import ColumnDataSource, Label, Span
from bokeh.plotting import figure
from panel.viewable import Viewable

from dashboard import palette
from dashboard.captions import SUBSCRIPTS
from dashboard.live import in_background
from dashboard.plots import INK, empty_figure, pane, set_range
from dashboard.state import State
from engine.errors import PhonoscopeError
from engine.phonons import Phonons, Thermal
from engine.phonons.thermal import GAS_CONSTANT

TEMPERATURES_K = np.linspace(0.0, 1000.0, 201)
LEFT_OUT = 1e-3
"""Share of modes that may be left out before the numbers are called wrong."""

CAPACITY, ENTROPY, ENERGY = palette.HEAT_CAPACITY, palette.ENTROPY, palette.FREE_ENERGY


def thermal_view(state: State) -> Viewable:
    """Curves against temperature, and the numbers at the temperature of a slider."""
    slider = pmui.IntSlider(
        name="Temperature (K)",
        start=int(TEMPERATURES_K[0]),
        end=int(TEMPERATURES_K[-1]),
        step=5,
        value=300,
        width=190,
        size="small",
        margin=(4, 14),
    )
    words = pn.pane.HTML("", margin=(2, 8), css_classes=["thermal"], sizing_mode="stretch_width")
    curves = _Curves()
    both = pn.Row(pane(curves.capacity), pane(curves.energy), sizing_mode="stretch_both")
    line = pn.FlexBox(slider, flex_wrap="nowrap")
    place = pn.Column(words, line, both, sizing_mode="stretch_both", css_classes=["heat"])
    found: dict[str, Thermal | None] = {"now": None}

    def tell(*_: object) -> None:
        thermal = found["now"]
        if thermal is not None:
            words.object = in_words(state.result, thermal, slider.value)
        curves.at(slider.value)

    def show(*_: object) -> None:
        result = state.result
        found["now"] = None
        usable = isinstance(result, Phonons) and result.sample is not None
        both.visible = line.visible = usable
        if not usable:
            words.object = (
                "Phonons on a mesh of wave vectors are needed for these properties. "
                "Choose a crystal or a chain."
            )
            return
        words.object = "Computing…"

        def work() -> Thermal | PhonoscopeError:
            try:
                return result.thermal(TEMPERATURES_K)
            except PhonoscopeError as error:
                return error

        def draw(thermal: Thermal | PhonoscopeError) -> None:
            if state.result is not result:
                return
            if isinstance(thermal, PhonoscopeError):
                words.object = f"{thermal.what}: {thermal.why}. {thermal.fix}"
                return
            found["now"] = thermal
            curves.draw(result.atoms, thermal)
            tell()

        in_background(work, draw)

    slider.param.watch(tell, "value")
    state.param.watch(show, "result")
    show()
    return place


class _Curves:
    """The two figures: what is measured in J/(mol K), and what in kJ/mol."""

    def __init__(self) -> None:
        self.curves = ColumnDataSource({"T": [], "C": [], "S": [], "F": []})
        self.capacity = _temperature_figure("J/(mol K)")
        self.energy = _temperature_figure("kJ/mol")
        self.limit = Span(dimension="width", line_color=INK, line_dash="dashed")
        self.limit_word = Label(
            x=6, y=0, x_units="screen", text="Dulong–Petit limit 3NR", text_color=INK,
            text_font_size="12px", y_offset=2,
        )  # fmt: skip
        self.capacity.add_layout(self.limit)
        self.capacity.add_layout(self.limit_word)
        for plot, column, color in (
            (self.capacity, "C", CAPACITY), (self.capacity, "S", ENTROPY), (self.energy, "F", ENERGY),
        ):  # fmt: skip
            plot.line("T", column, source=self.curves, color=color, line_width=2.4)
        self.here = [Span(dimension="height", line_color=palette.SELECTED) for _ in range(2)]
        for plot, line in zip((self.capacity, self.energy), self.here, strict=True):
            plot.add_layout(line)

    def draw(self, atoms: Atoms, thermal: Thermal) -> None:
        """Show the curves of a crystal."""
        units = formula_units(atoms)
        capacity = thermal.heat_capacity_J_mol_K / units
        entropy = thermal.entropy_J_mol_K / units
        energy = thermal.free_energy_kJ_mol / units
        limit = dulong_petit(atoms)
        self.limit.location = self.limit_word.y = limit
        self.curves.data = {"T": thermal.temperature_K, "C": capacity, "S": entropy, "F": energy}
        set_range(self.capacity.y_range, 0, 1.08 * max(limit, float(entropy.max())))
        low, high = float(energy.min()), max(0.0, float(energy.max()))
        margin = 0.06 * (high - low or 1.0)
        set_range(self.energy.y_range, low - margin, high + margin)

    def at(self, temperature_K: float) -> None:
        """Mark a temperature."""
        for line in self.here:
            line.location = temperature_K


def formula_units(atoms: Atoms) -> int:
    """How many formula units the cell has, such as 2 of Si in silicon."""
    counts = np.unique(atoms.numbers, return_counts=True)[1]
    return math.gcd(*counts.tolist())


def dulong_petit(atoms: Atoms) -> float:
    """3NR of one formula unit of N atoms, in J/(mol K)."""
    return 3 * GAS_CONSTANT * len(atoms) / formula_units(atoms)


def in_words(result: Phonons, thermal: Thermal, temperature_K: float) -> str:
    """The values at a temperature, in HTML, with a warning where they mean nothing."""
    units = formula_units(result.atoms)
    formula = result.atoms.get_chemical_formula("metal", empirical=True).translate(SUBSCRIPTS)

    def at(values: Any) -> float:
        return float(np.interp(temperature_K, thermal.temperature_K, values)) / units

    capacity, entropy = at(thermal.heat_capacity_J_mol_K), at(thermal.entropy_J_mol_K)
    share = capacity / dulong_petit(result.atoms)
    values = [
        _value(CAPACITY, "heat capacity C<sub>v</sub>", f"{capacity:.2f} J/(mol K)")
        + f", {100 * share:.0f} % of Dulong–Petit",
        _value(ENTROPY, "entropy S", f"{entropy:.2f} J/(mol K)"),
        _value(ENERGY, "free energy F", f"{at(thermal.free_energy_kJ_mol):.2f} kJ/mol")
        + f", of which zero-point energy {thermal.zero_point_kJ_mol / units:.2f}",
    ]
    warning = ""
    if thermal.imaginary_modes or thermal.left_out_weight > LEFT_OUT:
        warning = (
            f'<b style="color: {palette.UNSTABLE}">These numbers mean little: '
            f"{100 * thermal.left_out_weight:.2g} % of the modes have an imaginary or no frequency "
            "and are left out.</b><br>"
        )
    return f"{warning}Per mole of {formula} at {temperature_K:g} K: {'; '.join(values)}."


def _value(color: str, name: str, value: str) -> str:
    return f'<span style="border-bottom: 3px solid {color}">{name}</span> <b>{value}</b>'


def _temperature_figure(unit: str) -> figure:
    plot = empty_figure(x_range=(0, float(TEMPERATURES_K[-1])), y_range=(0, 1))
    plot.xaxis.axis_label = "temperature (K)"
    plot.yaxis.axis_label = unit
    plot.xaxis.ticker.desired_num_ticks = 4
    return plot
