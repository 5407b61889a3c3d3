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
    alert = pmui.Alert(
        closeable=True,
        visible=False,
        variant="filled",
        sizing_mode="stretch_width",
        css_classes=["notice"],
        sx={"& p": {"margin": 0}, "& code": {"overflowWrap": "anywhere"}},
    )
    place = pn.Column(alert, styles=OVER_THE_PAGE, visible=False)

    def show(*_: object) -> None:
        notice: Notice | None = state.notice
        if notice is not None:
            alert.param.update(
                title=notice.what, object=notice.more, severity=notice.kind, closed=False
            )
        alert.visible = place.visible = notice is not None
        if notice is not None and notice.kind == "info" and pn.state.curdoc is not None:

            def forget() -> None:
                if state.notice is notice:
                    state.notice = None

            pn.state.add_periodic_callback(forget, period=1000 * SECONDS, count=1)

    def close(*_: object) -> None:
        if alert.closed:
            state.notice = None

    state.param.watch(show, "notice")
    alert.param.watch(close, "closed")
    show()
    return place
