"""Taking it away: pictures, tables, and structures with their motion, as files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard import captions
from dashboard.browser import Takeaway
from dashboard.lesson import lesson
from dashboard.state import Notice, State
from dashboard.theme import DIALOG, on_the_bar
from dashboard.viewer import Viewer
from engine.errors import PhonoscopeError
from engine.formats.writers import FORMATS, Content, Format, content_of

GROUPS = {
    "The motion": ("trajectory-xyz", "mode-xyz", "axsf", "displaced-xyz", "displaced-poscar"),
    "Results": ("json", "csv", "bands-csv", "dos-csv", "molden", "phonopy", "band-yaml", "npz"),
    "The structure": ("xyz", "cif", "poscar"),
}
STYLE = """
h2 { font-size: 1.05em; margin: 14px 0 2px; }
p { margin: 0; opacity: 0.75; }
"""

Choice = tuple[str, str, Callable[[], object]]
"""What it is, what reads it, and what hands it over."""


def export_view(state: State, viewer: Viewer) -> Viewable:
    """A button, and the dialog in which one chooses what to take."""
    browser = Takeaway()

    def show() -> None:
        state.dialog = "take away"

    state.keys.offer("e", "E", "take away: pictures, tables, files", show)
    place = pn.Column(sizing_mode="stretch_width", css_classes=["take-away"])
    dialog = pmui.Dialog(
        place,
        title="Take away",
        title_variant="h5",
        open=False,
        close_on_click=True,
        show_close_button=True,
        width_option="md",
        sizing_mode="stretch_width",
        sx=DIALOG,
    )
    button = pmui.IconButton(
        icon="download",
        description="Take away: pictures, tables, files",
        on_click=lambda _: show(),
        css_classes=["take-away-button"],
        sx=on_the_bar(),
        margin=0,
    )

    def content() -> Content:
        name = state.entry_name or state.subject.title
        return content_of(
            name,
            state.result,
            state.modes,
            state.branch,
            viewer.amplitude,
            state.bands,
            state.subject.intensities,
        )

    def take(form: Format) -> None:
        try:
            browser.file(form.file_name(content()), form.write(content()))
        except PhonoscopeError as error:
            state.tell(error)

    def take_lesson() -> None:
        browser.file(f"{content().mode_name}.html", lesson(state, viewer, content().provenance))

    def fill(*_: object) -> None:
        """What there is to take, which depends on the structure."""
        if state.dialog != "take away":
            return
        here = content()
        title = captions.mode(state.modes, state.branch, state.unit)
        plots = "bands.png" if state.bands is not None else "spectrum.png"
        by_name = {form.name: form for form in FORMATS}
        pictures: list[Choice] = [
            ("3D view", "PNG", lambda: viewer.snapshot(f"{here.mode_name}.png")),
            ("plots", "PNG", lambda: browser.plots(f"{here.name}_{plots}")),
            ("the running mode as a page by itself", "HTML: any browser, no network", take_lesson),
        ]
        lists = {"Pictures": pictures} | {
            group: [
                (form.title, form.reader, partial(take, form))
                for form in map(by_name.__getitem__, names)
                if form.fits(here)
            ]
            for group, names in GROUPS.items()
        }
        place.objects = [
            _words(f"<p>{captions.formula(state.result)}: mode {title}</p>"),
            *(part for group, choices in lists.items() for part in _group(group, choices)),
        ]

    def failed(*_: object) -> None:
        if browser.failure:
            state.tell(Notice("The picture could not be made.", browser.failure, "warning"))

    state.param.watch(fill, "dialog")
    browser.param.watch(failed, "failure")
    state.follow_dialog(dialog, "take away")
    return pn.Row(button, dialog, browser, margin=0, width=40)


def _words(html: str) -> Viewable:
    return pn.pane.HTML(html, stylesheets=[STYLE], margin=(0, 10))


def _group(title: str, choices: list[Choice]) -> tuple[Viewable, Viewable]:
    """A title and a list, of which each line says what it is and what reads it."""
    menu = pmui.MenuList(
        items=[
            {"label": what, "secondary": reader, "icon": "download"} for what, reader, _ in choices
        ],
        highlight=False,
        dense=True,
        sizing_mode="stretch_width",
        margin=0,
    )
    acts = {(what, reader): act for what, reader, act in choices}

    def choose(item: Any) -> None:
        acts[item["label"], item["secondary"]]()

    menu.on_click(choose)
    return _words(f"<h2>{title}</h2>"), menu
