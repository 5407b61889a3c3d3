"""The 3D viewer: a Panel component around 3Dmol.js that animates in the browser.

The structure and the complex displacement of the primitive cell are sent once; every frame is
computed in the browser (viewer.js).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import param
from ase.data import chemical_symbols
from jaxtyping import Shaped
from panel.custom import JSComponent
from panel.io.resources import component_resource_path

from engine.modes import Modes
from engine.structure import Piece

HERE = Path(__file__).parent
LIBRARY = HERE / "vendor" / "3Dmol.es6-min.js"
"""Fetched when the package is installed (hatch_build.py), never from the page."""


class Viewer(JSComponent):
    """Atoms, bonds, cell and arrows, moving along one mode."""

    scene = param.Dict(default={}, doc="What is drawn, see scene_of.")
    motion = param.Dict(default={}, doc="How it moves, see motion_of.")
    amplitude = param.Number(default=0.3, doc="Of the atom that moves most, in angstrom.")
    speed = param.Number(default=0.7, doc="Cycles per second.")
    playing = param.Boolean(default=True)
    arrows = param.Boolean(default=True)
    cell = param.Boolean(default=True, doc="Draw the cell.")
    dark = param.Boolean(default=False)
    library = param.String(default="", constant=True, doc="Address of 3Dmol.js on this server.")

    _esm = HERE / "viewer.js"
    # Lets Panel's component resource handler serve the file; nothing else makes it do so.
    _resources = {"js": {"3dmol": "vendor/3Dmol.es6-min.js"}}  # noqa: RUF012
    _stylesheets = [":host { min-height: 200px; }"]  # noqa: RUF012

    def __init__(self, **params: Any) -> None:
        params["library"] = component_resource_path(type(self), "_resources/js", LIBRARY)
        super().__init__(**params)


def scene_of(piece: Piece) -> dict[str, Any]:
    """A piece of a crystal, or a molecule, as the viewer takes it.

    Returns
    -------
    ``symbols``; ``positions`` in angstrom; ``bonds`` as pairs; for every atom ``source``, the atom
    of the primitive cell it repeats (one of ``cell_atoms``), and ``lattice``, the integers R by
    which it is shifted;
    ``box``, origin and three vectors of the cell, or null.
    """
    return {
        "symbols": [chemical_symbols[number] for number in piece.numbers],
        "positions": piece.positions.tolist(),
        "bonds": piece.bonds.tolist(),
        "source": piece.source.tolist(),
        "cell_atoms": 1 + int(piece.source.max()),
        "lattice": piece.lattice.tolist(),
        "box": None
        if piece.box is None or piece.box_origin is None
        else [piece.box_origin.tolist(), *piece.box.tolist()],
    }


def motion_of(modes: Modes, branch: int) -> dict[str, Any]:
    """One mode as the viewer takes it: real and imaginary displacement of the cell's atoms, and q.

    The atom that moves most has a displacement of length 1.
    """
    u: Shaped[np.ndarray, "atoms 3"] = modes.displacement[branch]
    u = u / np.linalg.norm(u, axis=1).max()
    return {"re": u.real.tolist(), "im": u.imag.tolist(), "q": modes.q.tolist()}
