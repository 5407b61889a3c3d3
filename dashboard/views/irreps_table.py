"""The table of levels: frequency, irrep, degeneracy, and what infrared and Raman see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import panel as pn
from panel.viewable import Viewable

from dashboard import captions, palette
from dashboard.live import live_text
from dashboard.state import State
from engine.modes import Modes
from engine.vibrations import Vibrations

COLUMNS = {"frequency": "cm⁻¹", "degeneracy": "×", "irrep": "irrep", "activity": "activity"}
WIDTHS = {"frequency": "24%", "degeneracy": "12%", "irrep": "20%", "activity": "44%"}
STYLE = f"""
.ir, .raman {{ color: white; border-radius: 9px; padding: 1px 8px; margin-right: 6px;
  font-size: 90%; font-weight: 600; }}
.ir {{ background: {palette.IR}; }}
.raman {{ background: {palette.RAMAN}; }}
sub {{ line-height: 0; }}
.tabulator .tabulator-row {{ min-height: 0 !important; }}
.tabulator .tabulator-row .tabulator-cell {{ padding: 5px 10px !important; line-height: 1.3; }}
.tabulator .tabulator-header .tabulator-col-content {{ padding: 6px 10px !important; }}
.tabulator .tabulator-row.tabulator-selected {{ box-shadow: inset 4px 0 0 {palette.SELECTED};
  background-color: color-mix(in srgb, {palette.SELECTED} 18%, transparent) !important; }}
.tabulator .tabulator-row.tabulator-selected, .tabulator-row.tabulator-selected .tabulator-cell {{
  color: inherit !important; }}
"""


def irreps_table_view(state: State) -> Viewable:
    """Representation and selection rules in words, and the table; a click selects the level."""
    table = pn.widgets.Tabulator(
        _rows(state.modes),
        titles=COLUMNS,
        show_index=False,
        selectable=1,
        disabled=True,
        layout="fit_columns",
        sizing_mode="stretch_both",
        min_height=120,
        widths=WIDTHS,
        sortable=False,
        css_classes=["levels"],
        stylesheets=[STYLE],
        formatters={name: {"type": "html"} for name in ("irrep", "activity")},
    )

    def show(*_: object) -> None:
        table.value = _rows(state.modes)
        mark()

    def mark(*_: object) -> None:
        table.selection = [_level_of(state.modes, state.branch)]

    def select(event: object) -> None:
        if table.selection and table.selection != [_level_of(state.modes, state.branch)]:
            state.select(int(state.modes.levels()[table.selection[0]][0]))

    state.param.watch(show, "modes")
    state.param.watch(mark, "branch")
    table.param.watch(select, "selection")

    # Tabulator does not show a selection made before it is drawn; one made afterwards it does.
    def mark_once_drawn() -> None:
        table.selection = []
        mark()

    pn.state.onload(mark_once_drawn)
    words = live_text(
        state,
        ["result", "modes"],
        lambda: _words(state),
        css_classes=["representation"],
        margin=(4, 10),
        sizing_mode="stretch_width",
    )
    return pn.Column(words, table, sizing_mode="stretch_both", css_classes=["table"])


def _rows(modes: Modes) -> pd.DataFrame:
    rows = []
    for level in modes.levels():
        i = level[0]
        rows.append(
            {
                "frequency": captions.number(modes.frequency_cm1[i]),
                "degeneracy": len(level),
                "irrep": captions.irrep(modes.irrep[i]),
                "activity": _badges(modes, i),
            }
        )
    return pd.DataFrame(rows)


def _badges(modes: Modes, i: int) -> str:
    """The caption of the activity with its colours; the words stay the same."""
    return (
        captions.activity(modes, i)
        .replace(" · ", "")
        .replace("IR", '<span class="ir">IR</span>')
        .replace("Raman", '<span class="raman">Raman</span>')
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
        where = captions.wave_vector(state.q, state.bands)
        return (
            f"<b>q = {where}</b><br>Away from Γ light cannot excite a single phonon: "
            "IR and Raman marks belong to q = 0."
        )
    return (
        f"<b>Γ<sub>optical</sub> = {captions.representation(result.gamma_optical)}</b><br>"
        f"{captions.selection_rules(result)}"
    )
