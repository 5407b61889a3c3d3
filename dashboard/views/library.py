"""The structures to choose from."""

from __future__ import annotations

import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.state import State
from engine import library

ICONS = {"molecule": "bubble_chart", "crystal": "grid_on"}


def library_view(state: State) -> Viewable:
    """The library as a list; a click shows the structure."""
    entries = library.entries()
    items = [{"label": e.title, "secondary": e.teaches, "icon": ICONS[e.kind]} for e in entries]
    names = [e.name for e in entries]
    menu = pmui.MenuList(
        items=items, active=names.index(state.entry_name), sizing_mode="stretch_width", dense=True
    )

    def choose(*_: object) -> None:
        active = menu.active[0] if isinstance(menu.active, tuple) else menu.active
        if active is not None:
            state.entry_name = names[active]

    menu.param.watch(choose, "active")
    return menu
