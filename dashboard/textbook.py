"""Character tables and sums as a textbook sets them, in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from dashboard import captions, palette
from engine.symmetry.reduction import ClassCharacters, ReductionStep

STYLE = f"""
.book {{ font-size: 14px; line-height: 1.5; padding: 4px 14px 24px; }}
.book h3 {{ font-size: 16px; font-weight: 600; margin: 8px 0 2px; }}
.book h4 {{ font-size: 14px; font-weight: 600; margin: 16px 0 4px; }}
.book p {{ margin: 2px 0 8px; max-width: 46em; }}
.book small {{ opacity: 0.75; font-size: 12.5px; }}
.book .wide {{ overflow-x: auto; padding: 2px 0 6px; }}
.book table {{ border-collapse: collapse; white-space: nowrap;
  font-family: "STIX Two Text", "Cambria", "Liberation Serif", "Times New Roman", serif;
  font-size: 14.5px; font-variant-numeric: lining-nums tabular-nums; }}
.book table.ruled {{ border-top: 2px solid; border-bottom: 2px solid; }}
.book th, .book td {{ padding: 3px 6px; text-align: right; font-weight: 400; }}
.book thead th {{ border-bottom: 1px solid; padding: 2px 2px; }}
.book th:first-child, .book td:first-child {{ text-align: left; padding-left: 8px;
  border-right: 1px solid; }}
.book td.functions {{ text-align: left; padding-left: 9px; }}
.book thead th.functions {{ text-align: left; padding-left: 9px; font-size: 12.5px; opacity: 0.75;
  font-family: system-ui, sans-serif; }}
.book td.rule, .book th.rule {{ border-left: 1px solid; }}
.book table.counting td {{ border: 0; padding: 1px 4px; }}
.book b {{ font-weight: 600; }}
.book .note b:last-child {{ white-space: nowrap; }}
.book tr.rest td {{ opacity: 0.5; }}
.book tr.here {{ box-shadow: inset 4px 0 0 {palette.SELECTED};
  background: color-mix(in srgb, {palette.SELECTED} 16%, transparent); }}
.book td.picked, .book th.picked {{
  background: color-mix(in srgb, {palette.SELECTED} 16%, transparent); }}
.book tr.sum td {{ border-top: 1px solid; }}
.book tr.total td {{ font-weight: 700; }}
.book sub, .book sup {{ line-height: 0; }}
.book button {{ all: unset; cursor: pointer; padding: 2px 4px; border-radius: 6px;
  font: inherit; }}
.book button:hover {{ background: color-mix(in srgb, currentColor 14%, transparent); }}
.book button:focus-visible {{ outline: 2px solid {palette.SELECTED}; }}
.book details {{ margin: 14px 0 0; }}
.book summary {{ cursor: pointer; font-weight: 600; padding: 2px 0; }}
.book summary:focus-visible {{ outline: 2px solid {palette.SELECTED}; }}
.book .equation {{ font-family: "STIX Two Text", "Cambria", "Liberation Serif", serif;
  font-size: 15.5px; }}
.book table.matrix {{ border-left: 1.5px solid;
  border-right: 1.5px solid; border-radius: 9px; margin: 6px 0 6px 2em; }}
.book table.matrix td {{ border: 0; text-align: right; }}
.book table.matrix td.diagonal {{ font-weight: 700; color: {palette.SELECTED}; }}
.book .note {{ border-left: 4px solid {palette.SELECTED}; padding: 4px 12px; margin: 8px 0; }}
"""


@dataclass(frozen=True)
class Row:
    """One irrep of a character table.

    Attributes
    ----------
    name : its symbol.
    characters : entries of the table, as text.
    functions : what transforms like it: linear functions and rotations, quadratic ones.
    count : how often it occurs; 0 fades the row.
    here : whether the selected mode belongs to it.
    """

    name: str
    characters: Sequence[str]
    functions: Sequence[str]
    count: int
    here: bool


def character_table(
    group: str, classes: Sequence[str], rows: Iterable[Row], counted: str, picked: int | None
) -> str:
    """A character table; a click on a class picks it.

    Parameters
    ----------
    group : Schoenflies symbol.
    counted : in what the irreps are counted, as HTML, like Γ<sub>vib</sub>.
    picked : the column of the class that is picked.
    """
    rows = list(rows)
    heads = "".join(
        f'<th class="{"picked" if column == picked else ""}">'
        f'<button data-pick="{column}" title="{captions.operations_in_words(name)}. '
        f'Click: what it does to the selected mode.">{captions.operations(name)}</button></th>'
        for column, name in enumerate(classes)
    )
    titles = ("linear", "quadratic") if any(row.functions for row in rows) else ()
    heads += f'<th class="functions rule">in {counted}</th>'
    heads += "".join(f'<th class="functions">{title}</th>' for title in titles)
    body = "".join(_row(row, picked) for row in rows)
    return (
        f'<div class="wide"><table class="ruled characters"><thead><tr>'
        f"<th>{captions.point_group(group)}</th>{heads}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def _row(row: Row, picked: int | None) -> str:
    kind = "here" if row.here else "" if row.count else "rest"
    cells = "".join(
        f'<td class="{"picked" if column == picked else ""}">{captions.signed(text)}</td>'
        for column, text in enumerate(row.characters)
    )
    count = str(row.count) if row.count else "·"
    functions = "".join(f'<td class="functions">{text}</td>' for text in row.functions)
    mark = "▸ " if row.here else ""
    return (
        f'<tr class="{kind}"><td>{mark}{captions.irrep(row.name)}</td>{cells}'
        f'<td class="functions rule">{count}</td>{functions}</tr>'
    )


def by_hand(group: str, classes: Sequence[ClassCharacters], crystal: bool) -> str:
    """The characters of all displacements, class by class, as they are found by hand."""
    lines = [
        ("atoms left in place", [str(c.unmoved_atoms) for c in classes], ""),
        ("each of them adds", [c.per_atom.text for c in classes], ""),
        ("Γ<sub>3N</sub>", [c.gamma_3n.text for c in classes], "sum"),
        ("− Γ<sub>translations</sub>", [c.gamma_trans.text for c in classes], ""),
    ]
    if crystal:
        rest = [(c.gamma_3n - c.gamma_trans).text for c in classes]
        lines.append(("Γ<sub>optical</sub>", rest, "sum total"))
    else:
        lines.append(("− Γ<sub>rotations</sub>", [c.gamma_rot.text for c in classes], ""))
        lines.append(("Γ<sub>vib</sub>", [c.gamma_vib.text for c in classes], "sum total"))
    heads = "".join(f"<th>{captions.operations(c.name)}&nbsp;</th>" for c in classes)
    body = "".join(
        f'<tr class="{kind}"><td>{name}</td>'
        + "".join(f"<td>{captions.signed(text)}</td>" for text in texts)
        + "</tr>"
        for name, texts, kind in lines
    )
    return (
        f'<div class="wide"><table class="ruled"><thead><tr><th>{captions.point_group(group)}</th>'
        f"{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def counting(steps: Iterable[ReductionStep]) -> str:
    """How often each irrep occurs, the sum written out."""
    rows = "".join(
        f"<tr><td>n({captions.irrep(step.irrep)})</td>"
        f'<td class="functions">= {captions.signed(step.text)}</td></tr>'
        for step in steps
    )
    return f'<div class="wide"><table class="counting"><tbody>{rows}</tbody></table></div>'


def matrix(entries: Float[np.ndarray, "rows columns"]) -> str:
    """A matrix in brackets, its diagonal, whose sum is the trace, marked."""
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=diagonal' if i == j else ''}>{decimal(value)}</td>"
            for j, value in enumerate(row)
        )
        + "</tr>"
        for i, row in enumerate(entries)
    )
    return f'<table class="matrix"><tbody>{rows}</tbody></table>'


def decimal(value: float) -> str:
    """A number with at most three decimals, and none that are zero."""
    return captions.signed(f"{round(float(value), 3) + 0.0:.3f}".rstrip("0").rstrip("."))


def folded(title: str, *parts: str) -> str:
    """A part of the page that is opened by a click on its title."""
    return f"<details><summary>{title}</summary>{''.join(parts)}</details>"
