"""Everything large, for a projector."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.browser import LargePlots
from dashboard.state import State
from dashboard.theme import on_the_bar


def projector_view(state: State) -> Viewable:
    """A button that turns the projector mode on and off; theme.LARGER says what is zoomed."""
    button = pmui.ToggleIcon.from_param(
        state.param.projector,
        name="",
        icon="present_to_all",
        active_icon="cancel_presentation",
        description="Projector: large type",
        css_classes=["projector-toggle"],
        sx=on_the_bar(),
        margin=0,
    )
    plots = LargePlots(enlarged=state.projector)

    def follow(*_: object) -> None:
        plots.enlarged = state.projector

    state.param.watch(follow, "projector")
    return pn.Row(button, plots, margin=0)
