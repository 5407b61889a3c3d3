"""The components that are drawn in the browser: the 3D viewer and the Brillouin zone."""

from dashboard.viewer.viewer import Viewer, motion_of, scene_of
from dashboard.viewer.zone import ZoneDrawing, path_of, points_of, shape_of

__all__ = [
    "Viewer",
    "ZoneDrawing",
    "motion_of",
    "path_of",
    "points_of",
    "scene_of",
    "shape_of",
]
