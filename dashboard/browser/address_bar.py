"""The address bar, in which the present state always stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class AddressBar(JSComponent):
    """Writes a query into the address bar, and the whole address to the clipboard.

    The entry in the browser's history is replaced, not followed by another: Back leaves the page.
    """

    query = param.String(doc="Like ?structure=silicon&mode=4.")
    copied = param.Integer(default=0, doc="How often the address was copied.")
    address = param.String(doc="What was copied last, or should have been.")
    failed = param.Integer(default=0, doc="How often the browser refused to copy.")

    _esm = Path(__file__).parent / "address_bar.js"

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)

    def copy(self) -> None:
        """Copy the address; ``copied`` or ``failed`` counts it."""
        self._send_msg("copy")
