"""The 3D viewer: a Panel component around 3Dmol.js that animates in the browser.

The structure and the complex displacement of the primitive cell are sent once; every frame is
computed in the browser (animation.js).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent
from panel.io.resources import component_resource_path

HERE = Path(__file__).parent
LIBRARY = HERE / "vendor" / "3Dmol.es6-min.js"
"""Fetched when the package is installed (hatch_build.py), never from the page."""

MODULES = (
    "animation.js",
    "atoms.js",
    "camera.js",
    "overlay.js",
    "picture.js",
    "shapes.js",
    "waves.js",
)
"""What viewer.js loads, the one that loads the others first."""

STYLES = ("ball-and-stick", "space-filling", "wireframe")


class Viewer(JSComponent):
    """Atoms, bonds, cell and arrows, moving along the waves of a motion."""

    scene = param.Dict(default={}, doc="What is drawn, see scene_of.")
    motion = param.Dict(default={}, doc="How it moves, see motion_of.")
    amplitude = param.Number(
        default=0.3, doc="Of the atom that moves most in a wave of weight 1, in angstrom."
    )
    speed = param.Number(default=0.7, doc="Cycles per second of a wave of rate 1.")
    playing = param.Boolean(default=True)
    held = param.Boolean(
        default=False, doc="It does not play only because this browser asks for less motion."
    )
    style: Any = param.Selector(default=STYLES[0], objects=list(STYLES))
    arrows = param.Boolean(default=True)
    cell = param.Boolean(default=True, doc="Draw the cell.")
    axes = param.Boolean(default=True, doc="Draw the directions of the axes in a corner.")
    trace = param.Boolean(default=False, doc="Draw the paths of the atoms.")
    picked = param.Integer(default=-1, doc="The atom clicked, counted from 0 in the scene; or -1.")
    dark = param.Boolean(default=False)
    caption = param.String(doc="What is shown, in words, as it stands below a saved picture.")
    library = param.String(default="", constant=True, doc="Address of 3Dmol.js on this server.")
    modules = param.List(default=[], constant=True, doc="Addresses of MODULES on this server.")

    _esm = HERE / "viewer.js"
    # Lets Panel's component resource handler serve the files; nothing else makes it do so.
    _resources = {  # noqa: RUF012
        "js": {"3dmol": "vendor/3Dmol.es6-min.js", **{name: name for name in MODULES}}
    }
    _stylesheets = [(HERE / "viewer.css").read_text()]  # noqa: RUF012

    def __init__(self, **params: Any) -> None:
        def address(path: Path) -> str:
            return component_resource_path(type(self), "_resources/js", path)

        params["library"] = address(LIBRARY)
        params["modules"] = [address(HERE / name) for name in MODULES]
        super().__init__(**params)

    @param.depends("playing", watch=True)
    def _let_go(self) -> None:
        if self.playing:
            self.held = False

    @property
    def paused(self) -> bool:
        """Whether somebody wanted it to stand still."""
        return not (self.playing or self.held)

    def reset_view(self) -> None:
        """Look at the structure as if nobody had turned it."""
        self._send_msg({"reset": True})

    def look_along(self, axis: str) -> None:
        """Look along one of the axes of the scene, which then points at the viewer."""
        self._send_msg({"look": axis})

    def show_phase(self, degrees: float) -> None:
        """Stop at a phase of the first wave; the others are where they then are."""
        self.playing = False
        self._send_msg({"phase": degrees})

    def snapshot(self, name: str) -> None:
        """Let the browser save the picture it shows, with its caption, as a PNG of this name."""
        self._send_msg({"snapshot": name})
