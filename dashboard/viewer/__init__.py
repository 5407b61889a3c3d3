"""The 3D viewer component."""

from dashboard.viewer.scenes import Wave, motion_of, scene_of, shape_of
from dashboard.viewer.viewer import STYLES, Viewer

__all__ = ["STYLES", "Viewer", "Wave", "motion_of", "scene_of", "shape_of"]
