"""One running mode as a page by itself: a single file that needs no network and no server.

It holds the viewer as the dashboard has it, 3Dmol.js, and what both show, so that the motion is the
same. Shown are the structure, the caption, and buttons to play and to slow down.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from panel.custom import JSComponent

from dashboard import captions
from dashboard.state import State
from dashboard.viewer.viewer import HERE as folder
from dashboard.viewer.viewer import LIBRARY, MODULES, Viewer

SOURCES = ("viewer.js", *MODULES)
PAGE = Path(__file__).parent / "lesson.html"
ON_THE_SERVER = ("library", "modules")
"""Parameters of the viewer that are addresses, which a page by itself does not have."""


def lesson(state: State, viewer: Viewer, provenance: Mapping[str, str]) -> str:
    """The page as HTML."""
    values = {
        name: _plain(value)
        for name, value in viewer.param.values().items()
        if name in Viewer.param and name not in JSComponent.param and name not in ON_THE_SERVER
    }
    values |= {"playing": not viewer.paused, "held": False}  # another browser decides for itself
    title = f"{captions.formula(state.result)} · {captions.group(state.result)}"
    mode = captions.mode(state.modes, state.branch, state.unit)
    if state.bands is not None:
        mode = f"q = {captions.wave_vector(state.q, state.bands)}  ·  {mode}"
    told = "; ".join(f"{name}: {text}" for name, text in provenance.items())
    return Template(PAGE.read_text()).substitute(
        title=escape(title),
        mode=mode,
        provenance=escape(told),
        model=json.dumps(values).replace("</", "<\\/"),
        style=(folder / "viewer.css").read_text().replace(":host", "#view"),
        sources=json.dumps({name: (folder / name).read_text() for name in SOURCES}).replace(
            "</", "<\\/"
        ),
        entry=MODULES[0],
        library=b64encode(LIBRARY.read_bytes()).decode(),
    )


def _plain(value: Any) -> Any:
    """What JSON can say of a value: arrays become lists."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
