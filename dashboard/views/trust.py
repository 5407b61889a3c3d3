"""What limits the result: every number, the limit it is held against, and what to do."""

from __future__ import annotations

from html import escape

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
.trust table {{ border-collapse: collapse; width: 100%; }}
.trust td, .trust th {{ padding: 6px 8px 5px 0; text-align: left; vertical-align: top; }}
.trust th {{ font-weight: 500; opacity: 0.7; font-size: 12px; padding-bottom: 2px; }}
.trust tr {{ border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }}
.trust td.value {{ white-space: nowrap; font-variant-numeric: tabular-nums; }}
.trust td.limit {{ white-space: nowrap; opacity: 0.75; }}
.trust .meaning {{ display: block; font-size: 12.5px; opacity: 0.75; }}
.trust .advice {{ display: block; font-size: 12.5px; }}
tr.bad {{ background: color-mix(in srgb, {palette.BAD} 10%, transparent); }}
"""


def trust_view(state: State) -> Viewable:
    """The checks of the result, those that need attention first."""
    table = live_text(
        state,
        ["subject", "unit"],
        lambda: _page(state.subject.verdict, state.unit),
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
        "<table><tr><th></th><th>What was checked</th><th>Value</th><th>Fine up to</th></tr>"
        f"{''.join(rows)}</table></div>"
    )


def _row(check: Check, unit: str) -> str:
    advice = f'<span class="advice"><b>→</b> {escape(check.advice)}</span>' if check.advice else ""
    limit = "" if check.good_to is None else _told(check.good_to, check.unit, unit)
    return (
        f'<tr class="{check.mark}"><td>{marks.badge(check.mark, marks.WORDS[check.mark])}</td>'
        f'<td>{escape(check.name)}<span class="meaning">{escape(check.meaning)}</span>{advice}</td>'
        f'<td class="value">{_told(check.value, check.unit, unit)}</td>'
        f'<td class="limit">{limit}</td></tr>'
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
