"""Text that follows the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn

from dashboard.state import State


def live_text(
    state: State, names: list[str], text: Callable[[], str], **params: Any
) -> pn.pane.HTML:
    """HTML that is written again whenever one of the named parameters of the state changes."""
    pane = pn.pane.HTML(text(), **params)
    state.param.watch(lambda *_: pane.param.update(object=text()), names)
    return pane
