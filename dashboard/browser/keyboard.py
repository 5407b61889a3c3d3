"""Keys pressed anywhere on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class Keyboard(JSComponent):
    """Calls what belongs to a key, unless it is meant for a field or control that has the focus.

    Parameters
    ----------
    actions : what to do for each key, by the names of KeyboardEvent.key.
    """

    keys = param.List(doc="Keys that are listened to.")

    _esm = Path(__file__).parent / "keyboard.js"

    def __init__(self, actions: Mapping[str, Callable[[], object]], **params: Any) -> None:
        super().__init__(keys=list(actions), width=0, height=0, margin=0, **params)
        self._actions = dict(actions)

    def _handle_msg(self, data: Any) -> None:
        if data in self._actions:
            self._actions[data]()
