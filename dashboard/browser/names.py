"""Names for screen readers where the components used leave them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from panel.custom import JSComponent


class Names(JSComponent):
    """Names the plots and the switches that are drawn as icons."""

    _esm = Path(__file__).parent / "names.js"

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)
