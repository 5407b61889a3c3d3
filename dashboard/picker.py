"""A list to choose from: searched, filtered and walked through in the browser, without a server."""

from __future__ import annotations

from pathlib import Path

import param
from panel.custom import JSComponent


class Picker(JSComponent):
    """Items with a picture, a title and a line of words, of which one is chosen.

    An item is a dict: ``name``, by which it is chosen; ``title``, ``formula``, ``line`` and
    ``small``, which are shown; ``picture``, the address of one; ``group``, by which it is
    filtered; ``words``, in which it is searched besides.
    """

    items = param.List(default=[], doc="What there is to choose from.")
    groups = param.Dict(default={}, doc="Names of the groups and what to call them.")
    chosen = param.String(default="", doc="Name of the item chosen; empty: none.")
    failure = param.String(default="", doc="Why what was chosen is not shown.")

    _esm = Path(__file__).with_suffix(".js")
