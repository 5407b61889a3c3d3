"""A link to what is seen."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.browser import AddressBar, Camera
from dashboard.state import Notice, State
from dashboard.theme import on_the_bar


def share_view(state: State) -> Viewable:
    """A button that copies the address, which always holds the state."""
    camera = Camera()
    state.address.follow(camera, {"camera": "view"})
    bar = AddressBar(query=state.address.query)
    button = pmui.IconButton(
        icon="link",
        active_icon="check",
        toggle_duration=2500,
        description="Copy a link to this picture",
        on_click=lambda _: bar.copy(),
        css_classes=["copy-link"],
        sx=on_the_bar(),
        margin=0,
    )

    def follow(*_: object) -> None:
        bar.query = state.address.query

    def told(*_: object) -> None:
        state.tell(Notice("The link is copied. It opens this picture.", f"`{bar.address}`"))

    def not_copied(*_: object) -> None:
        state.tell(
            Notice("Your browser did not let the link be copied.", f"`{bar.address}`", "warning")
        )

    def forget_camera(*_: object) -> None:
        camera.view = []  # another structure is looked at from where it is seen best

    state.param.watch(forget_camera, "result")
    state.address.param.watch(follow, "query")
    bar.param.watch(told, "copied")
    bar.param.watch(not_copied, "failed")
    return pn.Row(button, bar, camera, margin=0)
