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

from dashboard import captions
from dashboard.state import State
from dashboard.viewer import Viewer
from dashboard.viewer import viewer as viewer_module

PAGE = Path(__file__).parent / "lesson.html"
OF_PANEL = ("design", "stylesheets", "styles", "library", "name", "tags", "css_classes", "sx")
"""Parameters of the viewer that are Panel's, and mean nothing to the drawing."""


def lesson(state: State, viewer: Viewer, provenance: Mapping[str, str]) -> str:
    """The page as HTML."""
    folder = Path(viewer_module.__file__).parent
    values = {
        name: value
        for name, value in viewer.param.values().items()
        if name not in OF_PANEL and _is_plain(value)
    }
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
        viewer=b64encode((folder / "viewer.js").read_bytes()).decode(),
        library=b64encode(viewer_module.LIBRARY.read_bytes()).decode(),
    )


def _is_plain(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
