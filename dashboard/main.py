"""Assembles the page; ``panel serve dashboard`` runs it once for every session."""

from __future__ import annotations

from pathlib import Path

import holoviews as hv
import panel as pn
import panel_material_ui as pmui

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
from engine import library

STYLE = (Path(__file__).parent / "page.css").read_text()


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
        pn.Column(bands_view(state), spectrum_view(state), css_classes=["plot"]),
        irreps_table_view(state),
        status_view(state),
        css_classes=["workspace"],
        stylesheets=[STYLE],
        sizing_mode="stretch_both",
    )
    assembled = pmui.Page(
        title="Phonoscope",
        header=[shown],
        sidebar=[library_view(state)],
        main=[workspace],
        sidebar_width=250,
        # A tooltip must not catch the click meant for the button beneath it.
        theme_config={"components": {"MuiTooltip": {"defaultProps": {"disableInteractive": True}}}},
    )
    assembled.param.watch(lambda event: setattr(viewer, "dark", event.new), "dark_theme")
    viewer.dark = assembled.dark_theme
    return assembled


hv.extension("bokeh", logo=False)
pn.extension("tabulator")
page().servable(title="Phonoscope")
compute_ahead()
