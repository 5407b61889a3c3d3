"""The page's own place for what is told: what has no better place, and faults of the program."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.state import Notice, State

SECONDS = 6
"""After which a notice that is no warning goes away by itself."""

OVER_THE_PAGE = {
    "position": "fixed",
    "top": "76px",
    "left": "50%",
    "transform": "translateX(-50%)",
    "width": "min(640px, calc(100vw - 32px))",
    "z-index": "1250",
}


def notice_view(state: State) -> Viewable:
    """The notice, over the top of the page; warnings and errors stay until they are closed."""
    place = pn.Column(styles=OVER_THE_PAGE)

    def show(*_: object) -> None:
        notice: Notice | None = state.notice
        # Made anew, so that it comes with its words, which is when screen readers read it.
        place.objects = [] if notice is None else [_alert(state, notice)]
        if notice is not None and notice.kind == "info" and pn.state.curdoc is not None:

            def forget() -> None:
                if state.notice is notice:
                    state.notice = None

            pn.state.add_periodic_callback(forget, period=1000 * SECONDS, count=1)

    state.param.watch(show, "notice")
    show()
    return place


def _alert(state: State, notice: Notice) -> Viewable:
    alert = pmui.Alert(
        title=notice.what,
        object=notice.more,
        severity=notice.kind,
        closeable=True,
        variant="filled",
        sizing_mode="stretch_width",
        css_classes=["notice"],
        sx={"& p": {"margin": 0}, "& code": {"overflowWrap": "anywhere"}},
    )

    def close(*_: object) -> None:
        if alert.closed and state.notice is notice:
            state.notice = None

    alert.param.watch(close, "closed")
    return alert
