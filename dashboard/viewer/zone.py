"""The Brillouin zone in 3D: a small Panel component that draws SVG and turns it (zone.js)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import param
from jaxtyping import Float
from panel.custom import JSComponent

from dashboard import palette
from engine.phonons import Bands, Zone


class ZoneDrawing(JSComponent):
    """Edges of the zone, special points, the path, and the wave vector that is shown."""

    zone = param.Dict(default={}, doc="Its shape, see shape_of.")
    points = param.List(default=[], doc="Special points, see points_of.")
    path = param.List(default=[], doc="The path of the bands, see path_of.")
    here = param.List(default=[], doc="The present wave vector, Cartesian; empty: none.")
    colors = param.Dict(default={"path": palette.BRANCH, "selected": palette.SELECTED})

    _esm = Path(__file__).parent / "zone.js"

    def __init__(self, clicked: Callable[[dict[str, Any]], None], **params: Any) -> None:
        """``clicked`` gets what was hit.

        ``{"name": ...}`` of a special point, ``{"point": ...}``, a number of the bands, or a line
        of sight, ``{"start": ..., "direction": ...}``, Cartesian, which starts as deep in the
        screen as the present wave vector.
        """
        super().__init__(**params)
        self._clicked = clicked

    def _handle_msg(self, data: dict[str, Any]) -> None:
        self._clicked(data)


def shape_of(zone: Zone) -> dict[str, Any]:
    """Vertices, edges and faces; and the directions of the reciprocal vectors but for a chain."""
    size = np.linalg.norm(zone.vertices, axis=1).max()
    axes = zone.reciprocal[zone.neighbours.any(0) & bool(zone.faces)]
    lengths = np.linalg.norm(axes, axis=1, keepdims=True)
    return {
        "vertices": zone.vertices.tolist(),
        "edges": zone.edges.tolist(),
        "faces": [list(face) for face in zone.faces],
        "axes": (axes / lengths * size * 0.85).tolist(),
    }


def points_of(zone: Zone) -> list[dict[str, Any]]:
    """Special points with their places."""
    return [{"name": name, "place": _place(zone, q)} for name, q in zone.points.items()]


def path_of(zone: Zone, bands: Bands) -> list[dict[str, Any]]:
    """The path piece by piece, each with the number of its first point."""
    return [
        {
            "first": segment.first,
            "places": zone.cartesian(bands.q[segment.first : segment.last + 1]).tolist(),
        }
        for segment in bands.segments
    ]


def _place(zone: Zone, q: Float[np.ndarray, "3"]) -> list[float]:
    place: list[float] = zone.cartesian(q).tolist()
    return place
