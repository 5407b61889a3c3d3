"""The components that are drawn in the browser: the 3D viewer and the Brillouin zone."""

from dashboard.viewer.scenes import (
    Wave,
    motion_of,
    principal_axes,
    relative_displacement,
    scene_of,
)
from dashboard.viewer.viewer import STYLES, Viewer
from dashboard.viewer.zone import ZoneDrawing, path_of, points_of, shape_of

__all__ = [
    "STYLES",
    "Viewer",
    "Wave",
    "ZoneDrawing",
    "motion_of",
    "path_of",
    "points_of",
    "principal_axes",
    "relative_displacement",
    "scene_of",
    "shape_of",
]
