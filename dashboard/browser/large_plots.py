"""The projector mode: plots with large type and thick lines, and how much larger all else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class LargePlots(JSComponent):
    """Enlarges type and lines of all plots of the page, also of those that come later.

    Plots are not zoomed like the rest of the page: they would mistake where they are clicked.
    """

    enlarged = param.Boolean(default=False)

    _esm = Path(__file__).parent / "large_plots.js"

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)
