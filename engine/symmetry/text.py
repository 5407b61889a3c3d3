"""Tables of text for a terminal."""

from __future__ import annotations


def aligned(rows: list[list[str]], right: int = 0) -> str:
    """Columns of text; the given number of columns after the first are flush right."""
    widths = [max(len(row[i]) for row in rows if len(row) > i) for i in range(max(map(len, rows)))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 1 <= i <= right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in rows
    )
