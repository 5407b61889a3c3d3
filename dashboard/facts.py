"""Names and values, notes, and errors in words, as HTML that suits both themes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from dashboard import palette
from engine.errors import PhonoscopeError

STYLE = f"""
:host {{ font-size: 13px; line-height: 1.4; color: inherit; overflow-wrap: anywhere; }}
dl {{ display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 10px;
  margin: 4px 0; }}
dt {{ opacity: 0.65; }}
dd {{ margin: 0; }}
p {{ margin: 4px 0; }}
ul, ol {{ margin: 4px 0; padding-left: 18px; }}
h4 {{ margin: 2px 0; font-size: 14px; }}
.error {{ border-left: 3px solid {palette.UNSTABLE}; padding: 4px 8px; margin: 4px 0;
  background: color-mix(in srgb, {palette.UNSTABLE} 10%, transparent); border-radius: 4px; }}
.note {{ border-left: 3px solid {palette.IR}; padding: 4px 8px; margin: 4px 0;
  background: color-mix(in srgb, {palette.IR} 10%, transparent); border-radius: 4px; }}
.quiet {{ opacity: 0.7; font-size: 12px; }}
.with-picture {{ display: flex; gap: 10px; align-items: center; }}
.with-picture img {{ width: 64px; height: 64px; flex: none; }}
"""

DROPPER = """
.filepond--root { margin-bottom: 0; font-size: 13px; min-height: 72px; border-radius: 8px;
  box-sizing: border-box; }
.bk-input { border: 1.5px dashed color-mix(in srgb, currentColor 40%, transparent) !important;
  border-radius: 8px; }
.filepond--panel-root { background: transparent; }
.filepond--drop-label, .filepond--drop-label label { color: inherit; font-size: 13px; }
"""
"""A place for files that is seen as one."""


def facts(rows: Mapping[str, str | None]) -> str:
    """Names and values; those without a value are left out. Values are HTML."""
    told = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items() if value)
    return f"<dl>{told}</dl>"


def problem(error: PhonoscopeError) -> str:
    """An error: what is wrong, why, and what to do."""
    return (
        f'<div class="error" role="alert"><b>{escape(error.what)}</b><br>{escape(error.why)}.'
        f"<br>{escape(error.fix)}</div>"
    )


def obstacle(text: str) -> str:
    """A sentence on why something cannot be done."""
    return f'<div class="error" role="alert">{escape(text)}</div>'


def notes(texts: Iterable[str]) -> str:
    """Sentences that deserve attention."""
    return "".join(f'<div class="note">{escape(text)}</div>' for text in texts)
