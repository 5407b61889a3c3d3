"""The table of levels: frequency, irrep, degeneracy, and what infrared and Raman see."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import panel as pn
import panel_material_ui as pmui
from panel.custom import JSComponent
from panel.viewable import Viewable

from dashboard import captions, palette
from dashboard.live import live_text
from dashboard.state import State
from engine.modes import Modes
from engine.phonons.gamma import unlabelled_because
from engine.phonons.wave_representation import wave_representation
from engine.spectra import Intensities
from engine.vibrations import Vibrations

COLUMNS = {
    "frequency": "cm⁻¹",
    "irrep": "irrep",
    "degeneracy": "×",
    "activity": "seen by",
    "infrared": "km/mol",
    "raman": "Å⁴/u",
    "purity": "purity",
    "mass": "μ/u",
}
"""Names of the columns, and what stands above them."""

TOOLTIPS = {
    "frequency": "Wavenumber, frequency or energy of one quantum",
    "irrep": "Irreducible representation: how the motion answers to the symmetry",
    "degeneracy": "Number of independent motions with this frequency",
    "activity": "What light may do with it, by symmetry alone",
    "purity": "Weight of the motion in its irrep",
    "mass": "Reduced mass: what effectively moves, in atomic mass units",
    "infrared": "Infrared intensity, from dipole derivatives, of all partners together",
    "raman": "Raman activity, from polarizability derivatives, of all partners together",
}

FILTERS: dict[str, Callable[[Modes, int], bool]] = {
    "All": lambda modes, i: True,
    "IR": lambda modes, i: bool(modes.ir_active[i]),
    "Raman": lambda modes, i: bool(modes.raman_active[i]),
    "Silent": lambda modes, i: captions.activity(modes, i) == "silent",
    "Unstable": lambda modes, i: captions.unstable(modes.frequency_cm1[i]),
}
STYLE = f"""
.ir, .raman, .silent, .acoustic {{ border-radius: 9px; padding: 0 7px 1px; margin-right: 5px;
  font-size: 88%; font-weight: 600; white-space: nowrap; display: inline-block; }}
.ir, .raman {{ color: white; }}
.ir {{ background: color-mix(in srgb, {palette.IR} 84%, black); border-radius: 2px; }}
.raman {{ background: {palette.RAMAN}; }}
.silent, .acoustic {{ border: 1px dashed {palette.SILENT}; font-weight: 400; }}
.acoustic {{ border-style: solid; }}
.unstable {{ color: {palette.UNSTABLE}; font-weight: 600; }}
.doubt {{ color: {palette.UNSTABLE}; font-weight: 700; cursor: help; }}
sub, sup {{ line-height: 0; }}
.tabulator {{ font-variant-numeric: tabular-nums; font-size: 14.5px; }}
.tabulator .tabulator-header .tabulator-col .tabulator-col-content .tabulator-col-title {{
  padding-right: 4px !important; }}
.tabulator .tabulator-header .tabulator-col .tabulator-col-sorter {{ right: -6px !important; }}
.tabulator .tabulator-col:not(:hover):not([aria-sort$="ending"]) .tabulator-col-sorter {{
  opacity: 0; }}
.tabulator .tabulator-row {{ min-height: 0 !important; cursor: pointer; }}
.tabulator .tabulator-row .tabulator-cell {{ padding: 5px !important; line-height: 1.3; }}
.tabulator .tabulator-header .tabulator-col-content {{ padding: 6px 5px !important; }}
.tabulator .tabulator-row.tabulator-selected {{ box-shadow: inset 4px 0 0 {palette.SELECTED};
  background-color: color-mix(in srgb, {palette.SELECTED} 18%, transparent) !important; }}
.tabulator .tabulator-row.tabulator-selected, .tabulator-row.tabulator-selected .tabulator-cell {{
  color: inherit !important; }}
.tabulator .tabulator-row.tabulator-selectable:hover:not(.tabulator-selected) {{
  background-color: color-mix(in srgb, currentColor 9%, transparent) !important;
  color: inherit !important; }}
.tabulator .tabulator-row.tabulator-selectable:hover .tabulator-cell {{
  color: inherit !important; }}
.tabulator .tabulator-tooltip {{ color: #222; font-size: 13px; max-width: 260px; }}
.tabulator .tabulator-tableholder:focus-visible {{ outline: 2px solid {palette.SELECTED} !important;
  outline-offset: -2px; }}
"""


class Arrows(JSComponent):
    """Arrow keys in the element this stands in, and the selected row kept marked and in sight."""

    _esm = """
    const ROWS = ".tabulator-tableholder"

    export function render({ model, el }) {
      let place = el
      for (let i = 0; i < 2; i++) place = place.getRootNode().host ?? place  // out of two shadows
      const deep = (root, wanted) => {
        for (const each of root.querySelectorAll("*")) {
          if (each.matches(wanted)) return each
          const found = each.shadowRoot && deep(each.shadowRoot, wanted)
          if (found) return found
        }
      }
      const pressed = (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
        const table = event.composedPath().some((e) => e.classList?.contains("tabulator"))
        if (!step || !table || event.altKey || event.ctrlKey || event.metaKey) return
        event.preventDefault()
        event.stopPropagation()
        model.send_msg(step)
      }
      const clicked = (event) => {  // so that arrow keys go on from the row that was clicked
        const rows = event.composedPath().find((e) => e.classList?.contains(ROWS.slice(1)))
        rows?.focus({ preventScroll: true })
      }
      place.addEventListener("keydown", pressed)
      place.addEventListener("click", clicked)
      // Panel forgets a selection that was there before the table was drawn, and is asked again:
      // here and not from the server, where a click made meanwhile is not known yet.
      let tries = 100
      const select = () => {
        const [table] = Bokeh.index.query((view) => view.tabulator?.initialized)
        table?.setSelection()
        if (!deep(place.shadowRoot ?? place, ".tabulator-selected") && tries--)
          setTimeout(select, 100)
      }
      select()
      model.on("msg:custom", () => setTimeout(() => {
        const root = place.shadowRoot ?? place
        deep(root, ROWS)?.setAttribute("tabindex", "0")
        deep(root, ".tabulator-selected")?.scrollIntoView({ block: "nearest" })
      }, 80))
      model.on("remove", () => {
        place.removeEventListener("keydown", pressed)
        place.removeEventListener("click", clicked)
      })
    }
    """

    def __init__(self, pressed: Callable[[int], None], **params: Any) -> None:
        super().__init__(**params)
        self._pressed = pressed

    def _handle_msg(self, data: Any) -> None:
        self._pressed(int(data))


def irreps_table_view(state: State) -> Viewable:
    """Representation and selection rules in words, and the table; a click selects the level."""
    shown: list[int] = []  # the levels in the table, in its order
    table = pn.widgets.Tabulator(
        pd.DataFrame(columns=list(COLUMNS)),
        show_index=False,
        selectable=1,
        disabled=True,
        layout="fit_data_fill",
        sizing_mode="stretch_both",
        min_height=100,
        css_classes=["levels"],
        stylesheets=[STYLE],
        formatters={name: {"type": "html"} for name in COLUMNS},
        header_tooltips=TOOLTIPS,
    )
    chosen = pmui.RadioButtonGroup(
        options=list(FILTERS), value="All", size="small", margin=(2, 10), css_classes=["filter"],
        sx={"& .MuiButtonBase-root": {"textTransform": "none", "padding": "1px 9px"}},
    )  # fmt: skip

    def show(*_: object) -> None:
        strengths = state.subject.intensities
        rows, shown[:] = _rows(state.modes, state.unit, chosen.value, strengths)
        table.param.update(value=rows, titles={**COLUMNS, "frequency": state.unit})
        mark()

    def mark(*_: object) -> None:
        level = _level_of(state.modes, state.branch)
        table.selection = [shown.index(level)] if level in shown else []
        arrows._send_msg("look")

    def select(event: object) -> None:
        if not table.selection:
            return
        level = shown[table.selection[0]]
        if level != _level_of(state.modes, state.branch):
            state.select(int(state.modes.levels()[level][0]))

    def step(by: int) -> None:
        level = _level_of(state.modes, state.branch)
        if shown:
            here = shown.index(level) + by if level in shown else 0
            row = shown[int(np.clip(here, 0, len(shown) - 1))]
            state.select(int(state.modes.levels()[row][0]))

    def offer(*_: object) -> None:
        """Only filters that let something pass."""
        firsts = [int(level[0]) for level in state.modes.levels()]
        options = [
            name for name, test in FILTERS.items() if any(test(state.modes, i) for i in firsts)
        ]
        if chosen.value not in options:
            chosen.value = "All"
        if chosen.options != options:
            chosen.options = options

    def renew(*_: object) -> None:
        offer()
        show()

    arrows = Arrows(step, width=0, height=0, margin=0)
    state.param.watch(renew, "modes")
    state.param.watch(show, "unit")
    state.param.watch(mark, "branch")
    chosen.param.watch(show, "value")
    table.param.watch(select, "selection")
    renew()
    words = live_text(
        state,
        ["result", "modes"],
        lambda: _words(state),
        css_classes=["representation"],
        margin=(4, 10, 0, 10),
        sizing_mode="stretch_width",
    )
    return pn.Column(
        words, chosen, table, arrows, sizing_mode="stretch_both", css_classes=["table"]
    )


def _rows(
    modes: Modes,
    unit: str = "cm⁻¹",
    filtered: str = "All",
    strengths: Intensities | None = None,
) -> tuple[pd.DataFrame, list[int]]:
    """The table, and the number of the level that each row shows.

    Columns of strengths are there only where these are known.
    """
    levels = modes.levels()
    known = {} if strengths is None else {"infrared": strengths.infrared_km_mol}
    if strengths is not None and strengths.raman_A4_amu is not None:
        known["raman"] = strengths.raman_A4_amu
    numbers = [n for n, level in enumerate(levels) if FILTERS[filtered](modes, int(level[0]))]
    rows = [
        _row(modes, int(levels[n][0]), len(levels[n]), unit)
        | {name: _strength(float(values[n])) for name, values in known.items()}
        for n in numbers
    ]
    columns = [c for c in COLUMNS if c in known or c not in ("infrared", "raman")]
    return pd.DataFrame(rows, columns=columns), numbers


def _strength(value: float) -> str:
    return _keyed(value, f"{value:.1f}")


def _row(modes: Modes, i: int, partners: int, unit: str) -> dict[str, str]:
    frequency_cm1, purity = float(modes.frequency_cm1[i]), modes.symmetry_purity[i]
    told = captions.number(frequency_cm1, unit)
    if captions.unstable(frequency_cm1):
        told = f'<span class="unstable">{told} unstable</span>'
    return {
        "frequency": _keyed(frequency_cm1, told),
        "irrep": (captions.kind(modes, i) or captions.irrep(None)) + _doubt(modes, i),
        "degeneracy": str(partners),
        "activity": _badges(modes, i),
        "purity": "–" if purity is None else _keyed(purity, f"{100 * purity:.4g} %"),
        "mass": _keyed(modes.reduced_mass_amu[i], f"{modes.reduced_mass_amu[i]:.3f}"),
    }


def _keyed(value: float, text: str) -> str:
    """A cell that sorts by its value: the table compares the text of cells, and the key is first.

    The key is in the last decimal the same for all, and grows with the value.
    """
    return f'<span data-key="{value + 1e6:016.6f}">{text}</span>'


def _doubt(modes: Modes, i: int) -> str:
    """A question mark, where what symmetry forbids makes the label doubtful, with the reason."""
    if modes.irrep_certain[i] is not False:
        return ""
    share = 100 * (modes.irrep_confidence[i] or 0.0)
    why = (
        f"In doubt: the mode as computed, with no symmetry imposed, is only {share:.0f} % of this "
        "irrep; what symmetry forbids mixes it with others nearby. Relaxing the structure helps."
    )
    return f' <span class="doubt" title="{escape(why)}">?</span>'


def _badges(modes: Modes, i: int) -> str:
    """What sees the mode, each in a shape of its own and with its name."""
    words = captions.activity(modes, i)
    return "".join(
        f'<span class="{word.lower()}">{word}</span>' for word in words.split(" · ") if word
    )


def _level_of(modes: Modes, branch: int) -> int:
    return next(n for n, level in enumerate(modes.levels()) if branch in level)


def _words(state: State) -> str:
    result = state.result
    if isinstance(result, Vibrations):
        return (
            f"<b>Γ<sub>vib</sub> = {captions.representation(result.gamma_vib)}</b><br>"
            f"{captions.selection_rules(result)}"
        )
    if np.any(state.q):
        return _words_of_wave(state)
    return (
        f"<b>Γ<sub>optical</sub> = {captions.representation(result.gamma_optical)}</b><br>"
        f"{captions.selection_rules(result)}{_why_unlabelled(state)}"
    )


def _words_of_wave(state: State) -> str:
    where = captions.wave_vector(state.q, state.bands)
    found = wave_representation(state.result, state.modes)
    labels = captions.sum_of([(count.levels, count.label) for count in found.irreps])
    group = f"group {captions.point_group(found.group)} of q"
    heading = f"q = {where}, {group}" + (f": {labels}" if labels else "")
    why = f" No labels: {found.unlabelled}" if found.unlabelled else ""
    return (
        f"<b>{heading}</b><br>Away from Γ light cannot excite a single phonon: "
        f"IR and Raman marks belong to q = 0.{why}"
    )


def _why_unlabelled(state: State) -> str:
    if all(irrep is not None for irrep in state.modes.irrep):
        return ""
    why = unlabelled_because(state.result.space_group)
    return f" {why}" if why else ""
