"""The structure in 3D, moving along the selected mode, and the player below it."""

from __future__ import annotations

import panel as pn
from panel.viewable import Viewable

from dashboard.player import Playback, atom_card, controls, more
from dashboard.player.offered import offer_to_page
from dashboard.state import State
from dashboard.viewer import Viewer


def structure_view(state: State, viewer: Viewer) -> Viewable:
    """Viewer and player.

    Parameters
    ----------
    viewer : the one viewer of the page; it is changed, never replaced.
    """
    playback = Playback(state, viewer)
    offer_to_page(playback)
    sheet = more(playback)
    picture = pn.Column(
        viewer, atom_card(playback), sizing_mode="stretch_both", styles={"position": "relative"}
    )
    return pn.Column(
        pn.Row(picture, sheet, sizing_mode="stretch_both"),
        controls(playback, sheet),
        sizing_mode="stretch_both",
        css_classes=["structure"],
    )
