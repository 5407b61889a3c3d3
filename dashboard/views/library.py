"""The structures to choose from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.live import in_background
from dashboard.picker import Picker
from dashboard.state import State
from dashboard.subject import of_entry
from dashboard.thumbnails import entry_thumbnail
from engine import library
from engine.errors import PhonoscopeError
from engine.formats.given import Given

GROUPS = {"molecule": "Molecules", "crystal": "Crystals"}


def library_view(state: State) -> Viewable:
    """The library as a list with a search; choosing an entry shows it."""
    picker = Picker(
        items=_items(),
        groups=GROUPS,
        chosen=state.entry_name or "",
        sizing_mode="stretch_both",
        min_height=200,
        css_classes=["library"],
    )
    again = pmui.Button(
        label="Compute again, live",
        icon="replay",
        variant="outlined",
        size="small",
        sizing_mode="stretch_width",
        margin=(6, 0, 0, 0),
        disabled=state.entry_name is None,
    )

    def choose(*_: object) -> None:
        if name := picker.chosen if picker.chosen != state.entry_name else "":
            in_background(lambda: opened(name), lambda failure: show(name, failure))

    def opened(name: str) -> str:
        """Open an entry, which takes a second the first time; why that failed, if it did."""
        try:
            of_entry(name)
        except PhonoscopeError as error:
            return str(error)
        return ""

    def show(name: str, failure: str) -> None:
        if picker.chosen != name:  # another one was chosen meanwhile
            return
        if failure:
            picker.failure = failure
        else:
            state.entry_name = name

    def follow(*_: object) -> None:
        picker.chosen = state.entry_name or ""
        again.disabled = state.entry_name is None

    def compute_again(*_: object) -> None:
        entry = library.entry(state.entry_name)
        try:
            state.computing.propose(
                Given(entry.atoms, entry.title, "the library"),
                str(entry.folder / "entry.toml") if entry.springs else entry.model or "",
            )
        except PhonoscopeError as error:
            picker.failure = str(error)
        else:
            state.drawer = "Compute"

    picker.param.watch(choose, "chosen")
    state.param.watch(follow, "entry_name")
    again.on_click(compute_again)
    return pn.Column(picker, again, sizing_mode="stretch_both", margin=(8, 10))


@lru_cache
def _items() -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "title": entry.title,
            "formula": entry.formula,
            "line": entry.teaches,
            "small": entry.method,
            "picture": entry_thumbnail(entry.name),
            "group": entry.kind,
            "words": " ".join([entry.name, *entry.tags]),
        }
        for entry in library.entries()
    ]
