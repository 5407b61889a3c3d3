"""Pictures of the plots, and files for the user's downloads."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class Takeaway(JSComponent):
    """Hands files to the browser, which saves them among its downloads."""

    failure = param.String(doc="Why the last picture could not be made.")

    _esm = Path(__file__).parent / "takeaway.js"

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)

    def file(self, name: str, content: str | bytes) -> None:
        """Save a file."""
        data = content.encode() if isinstance(content, str) else content
        self._send_msg({"save": name, "base64": b64encode(data).decode()})

    def plots(self, name: str) -> None:
        """Save a PNG of the plots that are seen."""
        self._send_msg({"plots": name})
