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
from dashboard.views.compute import compute_view
from dashboard.views.irreps_table import irreps_table_view
from dashboard.views.jobs import jobs_view
from dashboard.views.library import library_view
from dashboard.views.open import open_view
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
    "Open": open_view,
    "Compute": compute_view,
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
        _tabs(state, TABS, "tab", css_classes=["details"]),
        pn.Column(jobs_view(state), status_view(state), css_classes=["status"]),
        css_classes=["workspace"],
        stylesheets=[STYLE],
        sizing_mode="stretch_both",
    )
    assembled = pmui.Page(
        title="Phonoscope",
        header=[shown, pn.HSpacer(), *(view(state) for view in BAR)],
        sidebar=[_tabs(state, DRAWER, "drawer", css_classes=["drawer"])],
        main=[workspace],
        sidebar_width=310,
        # A tooltip must not catch the click meant for the button beneath it.
        theme_config={"components": {"MuiTooltip": {"defaultProps": {"disableInteractive": True}}}},
    )
    assembled.param.watch(lambda event: setattr(viewer, "dark", event.new), "dark_theme")
    viewer.dark = assembled.dark_theme
    return assembled


def _tabs(state: State, views: Mapping[str, View], open_one: str, **params: Any) -> Viewable:
    """Views of which one is seen; all are there from the start, so that changing is instant.

    Parameters
    ----------
    open_one : the parameter of the state that names the open one.
    """
    names = list(views)
    tabs = pmui.Tabs(
        *((name, view(state)) for name, view in views.items()),
        active=names.index(getattr(state, open_one)),
        sizing_mode="stretch_both",
        **params,
    )
    tabs.param.watch(lambda event: setattr(state, open_one, names[event.new]), "active")
    state.param.watch(lambda event: setattr(tabs, "active", names.index(event.new)), open_one)
    return tabs


hv.extension("bokeh", logo=False)
pn.extension("tabulator", "filedropper")
page().servable(title="Phonoscope")
compute_ahead()
