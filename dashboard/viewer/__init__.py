"""The 3D viewer component."""

from dashboard.viewer.viewer import Viewer, motion_of, scene_of

__all__ = ["Viewer", "motion_of", "scene_of"]
