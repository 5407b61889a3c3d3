"""Assembles the page; ``panel serve dashboard`` runs it once for every session."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
from bokeh.util.warnings import BokehUserWarning
from panel.util import edit_readonly
from panel.viewable import Viewable

from dashboard import captions
from dashboard.live import Action, after_first_paint, live_text, made_when_first
from dashboard.state import Notice, State, compute_ahead
from dashboard.theme import AS_LARGE_AS_EVER, theme_config
from dashboard.viewer import Viewer
from dashboard.views.bands import bands_view
from dashboard.views.compute import compute_view
from dashboard.views.export import export_view
from dashboard.views.help import help_view
from dashboard.views.irreps_table import irreps_table_view
from dashboard.views.jobs import jobs_view
from dashboard.views.library import library_view
from dashboard.views.notice import notice_view
from dashboard.views.open import open_view
from dashboard.views.projector import projector_view
from dashboard.views.share import share_view
from dashboard.views.spectrum import spectrum_view
from dashboard.views.status import status_view
from dashboard.views.structure import structure_view
from dashboard.views.symmetry import symmetry_view
from dashboard.views.thermal import thermal_view
from dashboard.views.trust import trust_view
from dashboard.views.units import units_view
from dashboard.views.zone import zone_view
from engine import library
from engine.errors import PhonoscopeError

STYLE = (Path(__file__).parent / "page.css").read_text()

# Material UI measures where the open tab is in pixels of the screen: not to be zoomed once more.
UNDER_THE_TAB = {"& .MuiTabs-indicator": {"zoom": "calc(1 / var(--zoom, 1))"}}

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
    projector_view,
    share_view,
]


def page() -> pmui.Page:
    """The whole page, showing what the address asks for (``?structure=silicon``) or methane."""
    asked = {
        name: values[0].decode(errors="replace")
        for name, values in pn.state.session_args.items()
        if values
    }
    state = State(asked)
    pn.config.exception_handler = lambda error: tell(state, error)
    viewer = Viewer(sizing_mode="stretch_both")
    shown = live_text(
        state,
        ["subject"],
        lambda: f"{_formula(state)} · {captions.group(state.result)}",
        css_classes=["shown"],
        styles={"color": "white", "font-size": "1.15em", "white-space": "nowrap"},
    )
    plots = pn.Column(css_classes=["plot"])
    after_first_paint(lambda: plots.extend([view(state) for view in PLOTS]))
    workspace = pn.Column(
        structure_view(state, viewer),
        plots,
        _tabs(state, TABS, "tab", css_classes=["details"], sx=UNDER_THE_TAB),
        pn.Column(jobs_view(state), status_view(state), css_classes=["status"]),
        notice_view(state),
        css_classes=["workspace"],
        stylesheets=[STYLE],
        sizing_mode="stretch_both",
    )
    bar = [
        shown,
        pn.HSpacer(),
        *(view(state) for view in BAR),
        export_view(state, viewer),
        help_view(state),
    ]
    for part in bar:
        part.align = "center"  # they are not of one height where all is large
    assembled = pmui.Page(
        title="Phonoscope",
        header=bar,
        sidebar=[
            _tabs(
                state,
                DRAWER,
                "drawer",
                after_first_paint,
                css_classes=["drawer"],
                sx=AS_LARGE_AS_EVER,
            )
        ],
        main=[workspace],
        sidebar_width=310,
        busy_indicator=None,
        theme_config=theme_config(),
    )
    # It would follow every callback, and each change of the page's own model walks through all
    # models below it: 70 ms before and after every click.
    with edit_readonly(assembled):
        assembled.busy = False
    _follow_theme(state, viewer, assembled)
    if complaint := state.address.complaint():
        state.tell(Notice(complaint, kind="warning"))
    return assembled


def tell(state: State, error: BaseException) -> None:
    """Tell an exception of a callback in words; the session goes on.

    What is no mistake of the user's is a fault of the program and stands in the log as well.
    """
    if not isinstance(error, PhonoscopeError):
        logging.getLogger("phonoscope").error("A callback failed", exc_info=error)
    state.tell(error)


def _formula(state: State) -> str:
    """As chemists write it where the library knows, like SF₆."""
    if state.entry_name is None or state.subject.plain is not None:
        return captions.formula(state.result)
    return library.entry(state.entry_name).formula


def _follow_theme(state: State, viewer: Viewer, assembled: pmui.Page) -> None:
    """Dark or light everywhere; no drawer in the projector mode."""

    def close_drawer(*_: object) -> None:
        assembled.sidebar_open = not state.projector

    def recolour(*_: object) -> None:
        viewer.dark = assembled.dark_theme

    state.address.follow(assembled, {"dark": "dark_theme"})
    assembled.param.watch(recolour, "dark_theme")
    state.param.watch(close_drawer, "projector")
    recolour()
    if state.projector:
        close_drawer()


def _tabs(
    state: State,
    views: Mapping[str, View],
    part: str,
    when: Callable[[Action], None] = lambda make: make(),
    **params: Any,
) -> Viewable:
    """Views of which one is seen; each is made when it is first opened, and stays.

    Parameters
    ----------
    part : the parameter of the state that names the open one, and what the address calls it.
    when : makes the one that is open from the beginning; at once, if nothing else is said.
    """
    names = list(views)
    if getattr(state, part) not in names:  # the usual one was taken out of the page
        setattr(state, part, names[0])
    places = {name: pn.Column(sizing_mode="stretch_both", margin=0) for name in names}
    tabs = pmui.Tabs(
        *places.items(),
        active=names.index(getattr(state, part)),
        sizing_mode="stretch_both",
        **params,
    )

    def slug(name: str) -> str:
        return name.lower().replace(" ", "-")

    def read(asked: str) -> None:
        known = {slug(name): name for name in names}
        if asked not in known:
            raise ValueError(f"known are {', '.join(known)}")
        setattr(state, part, known[asked])

    def write() -> str | None:
        return slug(names[tabs.active]) if tabs.active else None

    def show(*_: object) -> None:
        if getattr(state, part) in names:  # else another view offers what is not there
            tabs.active = names.index(getattr(state, part))

    tabs.param.watch(lambda event: setattr(state, part, names[event.new]), "active")
    state.param.watch(show, part)
    state.address.offer(part, read, write, (tabs, ["active"]))
    # Only now: a link may open another tab, and a table that is never seen fails when it changes.
    for name, view in views.items():

        def opened(name: str = name) -> bool:
            return bool(getattr(state, part) == name)

        def made(view: View = view) -> list[Viewable]:
            return [view(state)]

        when(partial(made_when_first, state, part, opened, places[name], made))
    return tabs


# The browser sends the style sheets of a table back, which the server has: a warning every visit.
warnings.filterwarnings("ignore", "reference already known", BokehUserWarning)
hv.extension("bokeh", logo=False)
pn.extension("tabulator", "filedropper")
page().servable(title="Phonoscope")
compute_ahead()
