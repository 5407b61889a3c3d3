"""How the controls of the player look."""

from __future__ import annotations

from typing import Any

import panel as pn

SLIDER: dict[str, Any] = {"width": 140, "margin": (0, 14, 0, 6), "size": "small", "description": ""}
SWITCH: dict[str, Any] = {"margin": (0, 4), "size": "small", "description": ""}


def note(parameterized: Any, name: str) -> pn.pane.HTML:
    """A small text that follows a parameter; no space is taken while it is empty."""
    pane = pn.pane.HTML(
        getattr(parameterized, name),
        margin=(0, 8, 4, 10),
        styles={"font-size": "12px", "opacity": "0.8"},
        sizing_mode="stretch_width",
        visible=bool(getattr(parameterized, name)),
        css_classes=[name.replace("_", "-")],
    )
    parameterized.param.watch(
        lambda event: pane.param.update(object=event.new, visible=bool(event.new)), name
    )
    return pane
