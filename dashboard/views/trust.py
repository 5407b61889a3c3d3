"""What limits the result: every number, the limit it is held against, and what to do."""

from __future__ import annotations

from html import escape
from typing import Any

import panel as pn
from panel.viewable import Viewable

from dashboard import captions, marks, palette
from dashboard.live import live_text
from dashboard.state import State
from engine.trust import Check, Mark, Verdict

STYLE = f"""
{marks.STYLE}
.trust {{ font-size: 14px; line-height: 1.4; padding: 4px 12px 16px; }}
.trust p {{ margin: 2px 0 10px; }}
.trust .check {{ display: grid; grid-template-columns: 5.6em 1fr auto; gap: 0 10px;
  padding: 7px 6px; border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); }}
.trust .check.bad {{ background: color-mix(in srgb, {palette.BAD} 10%, transparent); }}
.trust .name {{ font-weight: 500; }}
.trust .value {{ text-align: right; font-variant-numeric: tabular-nums; font-weight: 500; }}
.trust .limit {{ font-weight: 400; opacity: 0.7; font-size: 12.5px; }}
.trust .meaning {{ grid-column: 2 / 4; font-size: 12.5px; opacity: 0.75; }}
.origin {{ font-size: 14px; line-height: 1.4; padding: 0 18px 16px; }}
.origin summary {{ cursor: pointer; font-weight: 500; }}
.origin dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 3px 14px; margin: 8px 0;
  font-size: 12.5px; overflow-wrap: anywhere; }}
.origin dt {{ opacity: 0.7; }}
.origin dd {{ margin: 0; }}
.trust .advice {{ grid-column: 2 / 4; font-size: 12.5px; }}
"""


def trust_view(state: State) -> Viewable:
    """The checks of the result, those that need attention first."""
    table = live_text(
        state,
        ["subject", "unit"],
        lambda: _page(state.subject.verdict, state.unit) + _origin(state.subject.provenance),
        stylesheets=[STYLE],
        sizing_mode="stretch_width",
        margin=0,
    )
    return pn.Column(table, scroll="y-auto", sizing_mode="stretch_both", css_classes=["trust-tab"])


def _page(verdict: Verdict, unit: str) -> str:
    order: tuple[Mark, ...] = ("bad", "look", "good", "unknown")
    rows = [_row(check, unit) for mark in order for check in verdict.marked(mark)]
    return (
        f'<div class="trust"><p>{marks.badge(verdict.mark, marks.VERDICTS[verdict.mark])}. '
        f"{marks.summary(verdict)}</p>"
        f"{''.join(rows)}</div>"
    )


TOLD = {
    "method": "method",
    "theory": "theory",
    "model_training_data": "trained on",
    "optimisation": "geometry",
    "relaxation": "geometry",
    "derivatives": "derivatives",
    "mesh": "mesh",
    "programs": "programs",
    "date_utc": "computed",
    "command": "again with",
}
"""Parts of the provenance that are told, and what they are called."""


def _origin(provenance: dict[str, Any]) -> str:
    """How a stored result was computed, folded."""
    rows = "".join(
        f"<dt>{name}</dt><dd>{escape(_words(provenance[key]))}</dd>"
        for key, name in TOLD.items()
        if provenance.get(key)
    )
    if not rows:
        return ""
    return (
        '<details class="origin"><summary>Where the numbers come from</summary>'
        f"<dl>{rows}</dl></details>"
    )


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {version}" for name, version in value.items())
    if isinstance(value, list):
        return " × ".join(map(str, value))
    return str(value)


def _row(check: Check, unit: str) -> str:
    advice = f'<div class="advice"><b>→</b> {escape(check.advice)}</div>' if check.advice else ""
    limit = (
        ""
        if check.good_to is None
        else f' <span class="limit">fine to {_told(check.good_to, check.unit, unit)}</span>'
    )
    return (
        f'<div class="check {check.mark}">{marks.badge(check.mark, marks.WORDS[check.mark])}'
        f'<div class="name">{escape(check.name)}</div>'
        f'<div class="value">{_told(check.value, check.unit, unit)}{limit}</div>'
        f'<div class="meaning">{escape(check.meaning)}</div>{advice}</div>'
    )


def _told(value: float | str | None, of_check: str, unit: str) -> str:
    """A value with its unit, frequencies in that of the page."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return escape(value)
    if of_check == "cm^-1":
        return captions.frequency(value, unit)
    return f"{captions.amount(value)} {of_check}".strip()
