"""Assembles the page; ``panel serve dashboard`` runs it once for every session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard import captions
from dashboard.live import live_text
from dashboard.state import FIRST, State, compute_ahead
from dashboard.viewer import Viewer
from dashboard.views.bands import bands_view
from dashboard.views.irreps_table import irreps_table_view
from dashboard.views.library import library_view
from dashboard.views.spectrum import spectrum_view
from dashboard.views.status import status_view
from dashboard.views.structure import structure_view
from dashboard.views.symmetry import symmetry_view
from dashboard.views.thermal import thermal_view
from dashboard.views.trust import trust_view
from dashboard.views.units import units_view
from dashboard.views.zone import zone_view
from engine import library

STYLE = (Path(__file__).parent / "page.css").read_text()

View = Callable[[State], Viewable]

# A view is a line here and a file in views/.
DRAWER: dict[str, View] = {
    "Library": library_view,
}
PLOTS: list[View] = [
    bands_view,
    spectrum_view,
]
TABS: dict[str, View] = {
    "Modes": irreps_table_view,
    "Symmetry": symmetry_view,
    "Trust": trust_view,
    "Zone": zone_view,
    "Heat": thermal_view,
}
BAR: list[View] = [
    units_view,
]


def page() -> pmui.Page:
    """The whole page, showing what the address asks for (``?structure=silicon``) or methane."""
    asked = pn.state.session_args.get("structure", [b""])[0].decode()
    state = State(entry_name=asked if asked in library.names() else FIRST)
    viewer = Viewer(sizing_mode="stretch_both")
    shown = live_text(
        state,
        ["result"],
        lambda: f"{captions.formula(state.result)} · {captions.group(state.result)}",
        styles={"color": "white", "font-size": "1.15em"},
    )
    workspace = pn.Column(
        structure_view(state, viewer),
        pn.Column(*(view(state) for view in PLOTS), css_classes=["plot"]),
        _details(state),
        status_view(state),
        css_classes=["workspace"],
        stylesheets=[STYLE],
        sizing_mode="stretch_both",
    )
    assembled = pmui.Page(
        title="Phonoscope",
        header=[shown, pn.HSpacer(), *(view(state) for view in BAR)],
        sidebar=[_tabs(state, DRAWER)],
        main=[workspace],
        sidebar_width=250,
        # A tooltip must not catch the click meant for the button beneath it.
        theme_config={"components": {"MuiTooltip": {"defaultProps": {"disableInteractive": True}}}},
    )
    assembled.param.watch(lambda event: setattr(viewer, "dark", event.new), "dark_theme")
    viewer.dark = assembled.dark_theme
    return assembled


def _tabs(state: State, views: Mapping[str, View], **params: Any) -> pmui.Tabs | pn.Column:
    """Views of which one is seen; all are there from the start, so that changing is instant."""
    if len(views) == 1:
        return pn.Column(*(view(state) for view in views.values()), **params)
    return pmui.Tabs(
        *((name, view(state)) for name, view in views.items()),
        sizing_mode="stretch_both",
        **params,
    )


def _details(state: State) -> Viewable:
    """The tabs beside the structure, of which the state knows the open one."""
    tabs, names = _tabs(state, TABS, css_classes=["details"]), list(TABS)
    if not isinstance(tabs, pmui.Tabs):  # of a single view
        return tabs

    def open_tab(*_: object) -> None:
        tabs.active = names.index(state.tab)

    tabs.param.watch(lambda event: setattr(state, "tab", names[event.new]), "active")
    state.param.watch(open_tab, "tab")
    return tabs


hv.extension("bokeh", logo=False)
pn.extension("tabulator")
page().servable(title="Phonoscope")
compute_ahead()
