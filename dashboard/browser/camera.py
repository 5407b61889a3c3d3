"""Where one looks from in the 3D view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class Camera(JSComponent):
    """Follows the camera of the 3D view, and sets it once when the page opens."""

    view = param.List(
        default=[],
        doc="3Dmol's getView(): position, zoom, quaternion; empty: as if nobody had turned it.",
    )

    _esm = Path(__file__).parent / "camera.js"

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)
