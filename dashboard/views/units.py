"""The unit of every frequency on the page."""

from __future__ import annotations

import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.captions import UNITS
from dashboard.state import State
from dashboard.theme import LARGER

ON_THE_BAR = {
    **LARGER,
    "& .MuiButton-root, & .MuiToggleButton-root": {
        "textTransform": "none",
        "color": "white",
        "borderColor": "rgba(255, 255, 255, 0.5)",
    },
    "& .Mui-selected, & .MuiButton-contained": {"color": "#0b3d66 !important"},
}


def units_view(state: State) -> Viewable:
    """One button a unit."""
    return pmui.RadioButtonGroup.from_param(
        state.param.unit,
        name="",
        options=list(UNITS),
        size="small",
        margin=(0, 12),
        description="Unit of all frequencies",
        sx=ON_THE_BAR,
    )
