"""Choosing a model: a list, the card of the one chosen, downloading and importing others."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from functools import lru_cache
from html import escape
from pathlib import Path
from threading import Event, Thread
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from ase import Atoms
from ase.data import atomic_numbers, chemical_symbols
from panel.viewable import Viewable

from dashboard.computing import Computing
from dashboard.facts import DROPPER, STYLE, facts, obstacle, problem
from engine.errors import PhonoscopeError
from engine.jobs.identity import model_identity
from engine.potentials.cards import model_card
from engine.potentials.checkpoints.download import downloaded_bytes, fetch
from engine.potentials.checkpoints.foreign import FORMATS, import_model, imported_name
from engine.potentials.checkpoints.native import DESCRIPTION, WEIGHTS, load_folder
from engine.potentials.choice import Choice, best, best_to_fetch, better_to_fetch, choices
from engine.potentials.registry import folder_for

POLLED_MS = 300
WIDE: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": (4, 0)}
PLACES = {
    "built in": "Built in",
    "bundled": "Bundled",
    "stored": "Yours",
    "to fetch": "To be downloaded",
}
OWN, SPRINGS = "The entry's own", "springs"
"""Group and label of the springs that hold a model crystal of the library together."""

MOST_NAMED = 24
"""Elements that are listed by name; of more only the number is told."""


class ModelChoice(param.Parameterized):
    """The model chosen, out of those there are."""

    value = param.String(default="", doc="Name or path of the model; empty: none.")
    models = param.Parameter(default=(), doc="Choices there are.")

    def fit(self, atoms: Atoms, wanted: str = "") -> None:
        """Choose a model for a structure, the one wanted if it will do."""
        if wanted and (Path(wanted).is_file() or self._to_be_had(wanted)):
            self.value = wanted
            return
        now = self.chosen
        if now is None or not now.ready or not now.suits(atoms) or wanted == "":
            found = best(self.models, atoms) or best_to_fetch(self.models, atoms)
            self.value = found.name if found else self.value

    @property
    def chosen(self) -> Choice | None:
        """What is known of the model chosen; None if it is none of the list."""
        return next((model for model in self.models if model.name == self.value), None)

    def obstacle(self, atoms: Atoms) -> str:
        """Why the structure cannot be computed with it, in HTML; empty if it can."""
        model = self.chosen
        if not self.value:
            return obstacle("Choose a model.")
        if model is None:
            return ""
        if model.problem:
            return obstacle(f"{model.name} cannot be used: {model.problem}.")
        if lacking := model.lacks(atoms):
            return obstacle(
                f"{model.name} does not cover {', '.join(lacking)}: choose another model."
            )
        if model.place == "to fetch":
            return obstacle(f"{model.name} is not on this machine yet: download it first.")
        return ""

    def better(self, atoms: Atoms) -> str:
        """Which model would be better and can be downloaded, in HTML; empty if none."""
        found = self.chosen and better_to_fetch(self.models, self.chosen, atoms)
        if not found or not found.published:
            return ""
        return (
            f'<p class="quiet">{escape(found.name)} is more accurate: choose it as the model, and '
            f"download it ({found.published.size / 1e6:.0f} MB).</p>"
        )

    def _to_be_had(self, name: str) -> bool:
        """Whether it is here, or can be downloaded: nothing takes its place without being asked."""
        return any(
            model.name == name and (model.ready or model.place == "to fetch")
            for model in self.models
        )


def model_view(computing: Computing) -> tuple[ModelChoice, Viewable, Viewable]:
    """The choice, and the parts of the page for choosing and for importing."""
    choice = ModelChoice(models=choices())
    select = pmui.Select(label="Model", groups={}, size="small", css_classes=["models"], **WIDE)
    card = pn.pane.HTML("", stylesheets=[STYLE], css_classes=["card"], **WIDE)
    button = pmui.Button(
        label="Download", icon="download", variant="outlined", size="small", **WIDE
    )
    bar = pmui.LinearProgress(value=0, visible=False, **WIDE)
    given_up = Event()
    cancel = pmui.Button(
        label="Cancel",
        size="small",
        variant="outlined",
        color="error",
        visible=False,
        on_click=lambda _: given_up.set(),
        **WIDE,
    )
    failure = pn.pane.HTML("", stylesheets=[STYLE], **WIDE)
    dropper = pn.widgets.FileDropper(
        multiple=True,
        sizing_mode="stretch_width",
        height=76,
        max_file_size="500MB",
        stylesheets=[DROPPER],
    )
    setting = False

    def fill(*_: object) -> None:
        nonlocal setting
        setting = True
        groups: dict[str, list[str]] = {}
        if computing.model.endswith(".toml"):
            groups[OWN] = [SPRINGS]
        for model in choice.models:
            groups.setdefault(PLACES[model.place], []).append(model.name)
        shown = SPRINGS if choice.value.endswith(".toml") else choice.value
        if groups != select.groups:
            select.groups = groups  # takes the first for the value, and does not tell the browser
            select.value = None
        select.value = shown or None
        setting = False

    def show(*_: object) -> None:
        model = choice.chosen
        failure.object = ""
        fill()
        button.visible = model is not None and model.place == "to fetch"
        if model is not None and model.published is not None:
            known = model.published
            button.label = f"Download ({known.size / 1e6:.1f} MB)"
            card.object = facts(
                {
                    "for": escape(known.covers),
                    "elements": _named(model.elements) or str(known.elements),
                    "trained on": escape(known.training_data),
                    "licence": escape(known.licence),
                    "reference": escape(known.reference),
                }
            )
            return
        try:
            card.object = _card(choice.value, model_identity(choice.value)) if choice.value else ""
        except PhonoscopeError as error:
            card.object = problem(error)

    def choose(*_: object) -> None:
        if not setting and select.value:
            choice.value = computing.model if select.value == SPRINGS else select.value

    def download(*_: object) -> None:
        model = choice.chosen
        if model is None or model.published is None:
            return
        known, failed = model.published, []
        given_up.clear()

        def run() -> None:
            try:
                fetch(known.name, stop=given_up.is_set)
            except PhonoscopeError as error:
                failed.append(error)
            except Exception as error:  # told, whatever it is: nobody reads this thread's output
                failed.append(PhonoscopeError("The download failed", str(error), "Try again."))

        thread = Thread(target=run, name=f"download {known.name}", daemon=True)

        def look() -> None:
            bar.value = min(100, round(100 * downloaded_bytes(known) / known.size))
            if not thread.is_alive():
                polling.stop()
                bar.visible = cancel.visible = button.disabled = False
                choice.models = choices()
                show()
                stopped = given_up.is_set()
                failure.object = problem(failed[0]) if failed and not stopped else ""

        bar.param.update(value=0, visible=True)
        button.disabled = cancel.visible = True
        failure.object = ""
        thread.start()
        polling = pn.state.add_periodic_callback(look, POLLED_MS)

    def bring(*_: object) -> None:
        if not dropper.value:
            return
        try:
            name = imported(dict(dropper.value))
        except PhonoscopeError as error:
            failure.object = problem(error)
            return
        if name is not None:
            choice.models = choices()
            choice.value = name

    select.param.watch(choose, "value")
    choice.param.watch(show, ["value", "models"])
    computing.param.watch(fill, "model")
    button.on_click(download)
    dropper.param.watch(bring, "value")
    fill()
    own = pmui.Accordion(
        (
            "Import a model",
            pn.Column(
                pn.pane.HTML(
                    f"{', '.join(FORMATS)}, or the two files of a model folder.",
                    stylesheets=[STYLE],
                    margin=0,
                ),
                dropper,
                sizing_mode="stretch_width",
            ),
        ),
        disable_gutters=True,
        elevation=0,
        title_variant="body2",
        **WIDE,
    )
    return choice, pn.Column(select, card, button, bar, cancel, failure, **WIDE), own


def imported(files: dict[str, bytes | str]) -> str | None:
    """Keep a model that was uploaded; its name, or None while a file of its folder is missing.

    Raises
    ------
    PhonoscopeError
        if it cannot be read, or its name is taken.
    """
    contents = {n: c.encode() if isinstance(c, str) else c for n, c in files.items()}
    if {DESCRIPTION, WEIGHTS} <= set(contents):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            for name in (DESCRIPTION, WEIGHTS):
                (folder / name).write_bytes(contents[name])
            own_name = load_folder(folder).name
            target = folder_for(own_name)
            target.mkdir(parents=True)
            for name in (DESCRIPTION, WEIGHTS):
                (target / name).write_bytes(contents[name])
        return target.name
    if set(contents) <= {DESCRIPTION, WEIGHTS}:
        return None
    file, content = list(contents.items())[-1]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / Path(file).name
        path.write_bytes(content)
        target = folder_for(imported_name(path))
        import_model(path, target)
    return target.name


@lru_cache(maxsize=64)
def _card(name: str, identity: str) -> str:
    """The card of a model in HTML; the identity tells a changed model from its former self."""
    card = model_card(name)
    elements = card["elements"]
    errors = card["errors"]
    return facts(
        {
            "kind": escape(card["architecture"] or "a formula"),
            "elements": "any" if elements is None else _named(elements),
            "trained on": escape(card["training_data"] or "not stated"),
            "errors": escape(str(errors)) if errors else None,
            "parameters": f"{card['parameters']:,}" if card["parameters"] else None,
            "licence": escape(card["licence"] or "not stated"),
            "reference": escape(card["reference"] or ""),
            "needs": escape(card["needs"] or ""),
        }
    )


def _named(elements: Collection[int] | Collection[str] | None) -> str:
    """Elements by atomic number or symbol, in words; nothing of those that are not known."""
    if elements is None:
        return ""
    symbols = [chemical_symbols[e] if isinstance(e, int) else e for e in elements]
    symbols.sort(key=atomic_numbers.__getitem__)
    if len(symbols) <= MOST_NAMED:
        return " ".join(symbols)
    return f"{len(symbols)}, {symbols[0]} to {symbols[-1]}"
