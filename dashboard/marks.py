"""How far something may be believed, as a coloured symbol and a word."""

from __future__ import annotations

from dashboard import palette
from engine.trust import Mark, Verdict

SYMBOLS: dict[Mark, str] = {"good": "✓", "look": "▲", "bad": "✗", "unknown": "–"}
WORDS: dict[Mark, str] = {
    "good": "OK",
    "look": "look",
    "bad": "red",
    "unknown": "unknown",
}
COLORS: dict[Mark, str] = {
    "good": palette.GOOD,
    "look": palette.LOOK,
    "bad": palette.BAD,
    "unknown": palette.GUIDE,
}
VERDICTS: dict[Mark, str] = {
    "good": "Trustworthy",
    "look": "Worth a look",
    "bad": "Not reliable",
}
STYLE = f"""
.mark {{ white-space: nowrap; font-weight: 600; }}
.mark i {{ font-style: normal; display: inline-block; width: 1.3em; height: 1.3em; color: white;
  line-height: 1.3em; border-radius: 50%; text-align: center; font-size: 85%; margin-right: 5px; }}
{"".join(f".mark.{mark} i {{ background: {color}; }}" for mark, color in COLORS.items())}
.mark.look i {{ color: black; }}
"""


def badge(mark: Mark, word: str) -> str:
    """A coloured symbol and a word; its style is :data:`STYLE`."""
    return f'<span class="mark {mark}"><i aria-hidden="true">{SYMBOLS[mark]}</i>{word}</span>'


def summary(verdict: Verdict) -> str:
    """The verdict in a sentence."""
    bad, look = (len(verdict.marked(mark)) for mark in ("bad", "look"))
    if bad:
        points = "one number makes" if bad == 1 else f"{bad} numbers make"
        return f"Not reliable: {points} the picture doubtful."
    if look:
        return f"{'One point is' if look == 1 else f'{look} points are'} worth a look."
    return "Nothing that was measured speaks against this result."
