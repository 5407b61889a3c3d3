"""One line that says where the picture comes from and whether it may be believed."""

from __future__ import annotations

from html import escape

from panel.viewable import Viewable

from dashboard import captions, marks, palette
from dashboard.clickable import ClickableHTML
from dashboard.state import State
from engine.trust import Verdict
from engine.vibrations import Vibrations

STYLE = f"""
{marks.STYLE}
.line {{ display: flex; flex-wrap: wrap; gap: 0 1.1em; align-items: center; font-size: 13px; }}
button {{ all: unset; cursor: pointer; border-radius: 12px; padding: 1px 10px 1px 4px; }}
button:hover {{ background: color-mix(in srgb, currentColor 12%, transparent); }}
button:focus-visible {{ outline: 2px solid {palette.SELECTED}; }}
.unstable {{ color: {palette.UNSTABLE}; font-weight: 600; }}
"""
TAB = "Trust"


def status_view(state: State) -> Viewable:
    """Verdict, model, residual force, stability; a click on the verdict opens the whole of it."""

    def open_tab(_picked: str) -> None:
        state.tab = TAB

    line = ClickableHTML(
        open_tab,
        html=_line(state),
        role="status",
        css_classes=["status-line"],
        stylesheets=[STYLE],
        margin=(2, 10),
        sizing_mode="stretch_width",
    )
    state.param.watch(lambda *_: line.param.update(html=_line(state)), ["subject", "unit"])
    return line


def _line(state: State) -> str:
    parts = [_button(state.subject.verdict), *_facts(state)]
    return f'<div class="line">{"".join(f"<span>{part}</span>" for part in parts)}</div>'


def _button(verdict: Verdict) -> str:
    words = marks.badge(verdict.mark, marks.VERDICTS[verdict.mark])
    why = escape(marks.summary(verdict))
    return f'<button data-pick="{TAB}" title="{why} Click for every number.">{words}</button>'


def _facts(state: State) -> list[str]:
    result = state.result
    if isinstance(result, Vibrations):
        force = result.max_force_eV_A
        lowest, where = float(result.modes.frequency_cm1.min()), ""
    else:
        force = result.trust.max_force_eV_A
        lowest = float(state.bands.frequencies_cm1.min())
        where = " on this path"
    stability = (
        f'<span class="unstable">✗ unstable: imaginary frequencies{where}, '
        f"{captions.number(lowest, state.unit)} {state.unit}</span>"
        if captions.unstable(lowest)
        else f"no imaginary frequency{where}"
    )
    return [
        f"Model: {escape(captions.model(result))}",
        f"largest force {captions.amount(force)} eV/Å",
        stability,
    ]
