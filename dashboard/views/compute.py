"""What is computed of a structure, with which model, and how long it will take."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.born import born_view
from dashboard.captions import SUBSCRIPTS
from dashboard.facts import STYLE, notes, obstacle, problem
from dashboard.models import model_view
from dashboard.state import State
from dashboard.thumbnails import as_address, thumbnail
from engine.errors import PhonoscopeError
from engine.formats.given import Given
from engine.formats.understanding import Understanding
from engine.jobs import Calculation, describe
from engine.potentials import load_model
from engine.potentials.choice import cell_warning
from engine.potentials.finite_difference import FiniteDifferencePotential

CELL = "Atoms + cell"
RELAX = {"Nothing": "none", "Atoms": "atoms", CELL: "cell"}
WIDE: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": (4, 0)}


def compute_view(state: State) -> Viewable:
    """Structure, model, relaxation, mesh; what will be done; a button."""
    computing = state.computing
    structure = pn.pane.HTML("", stylesheets=[STYLE], **WIDE)
    shown = pmui.Button(
        label="Take the structure shown", size="small", variant="text", margin=(0, 0, 4, 0)
    )
    choice, model, own_model = model_view(computing)
    born, own_born = born_view(computing)
    relax = pmui.RadioButtonGroup(
        label="Relax first",
        options=list(RELAX),
        value="Atoms",
        size="small",
        description="What moves to rest before the vibrations are computed",
        sx={"& button": {"textTransform": "none", "flex": 1}},
        **WIDE,
    )
    mesh = pmui.TextInput(label="Mesh, like 4 × 4 × 4", value="auto", size="small", **WIDE)
    tolerance = pmui.TextInput(label="Symmetry within (Å)", value="auto", size="small", **WIDE)
    plan = pn.pane.HTML("", stylesheets=[STYLE], css_classes=["plan"], **WIDE)
    go = pmui.Button(
        label="Compute", icon="play_arrow", color="primary", css_classes=["compute"], **WIDE
    )

    def calculation() -> Calculation:
        found: Understanding = computing.draft
        return Calculation(
            found.atoms,
            choice.value,
            relax=RELAX[relax.value],  # type: ignore[arg-type]
            mesh=_mesh(mesh.value, found, choice.value),
            born=born.value,
            tolerance_A=_tolerance(tolerance.value),
        )

    def look(*_: object) -> None:
        """What will be done, or why it cannot."""
        found = computing.draft
        go.disabled = True
        if found is None:
            return
        told = "".join(map(obstacle, found.obstacles)) or choice.obstacle(found.atoms)
        if told or not choice.value:
            plan.object = told
            return
        try:
            asked = calculation()
            steps = "".join(f"<li>{escape(step)}</li>" for step in describe(asked))
            caution = cell_warning(choice.value) if asked.relax == "cell" else None
            plan.object = (
                f"<b>What will be done</b><ol>{steps}</ol>"
                + notes([caution] if caution else [])
                + f"<b>Time:</b> {computing.jobs.estimate(asked).text}{choice.better(found.atoms)}"
                f"<b>Time:</b> {computing.jobs.estimate(asked).text}{choice.better(found.atoms)}"
            )
        except PhonoscopeError as error:
            plan.object = problem(error)
        else:
            go.disabled = False

    def new_structure(*_: object) -> None:
        found = computing.draft
        if found is None:
            take_shown()
            return
        structure.object = _structure(found)
        is_crystal = found.kind != "molecule"
        mesh.visible = is_crystal
        relax.options = list(RELAX) if is_crystal else list(RELAX)[:2]
        choice.fit(found.atoms, computing.model)
        usual_relaxation()
        look()

    def usual_relaxation(*_: object) -> None:
        found = computing.draft
        if found is not None:
            cell = found.kind == "crystal" and cell_warning(choice.value) is None
            relax.value = CELL if cell else "Atoms"

    def take_shown(*_: object) -> None:
        try:
            computing.propose(Given(state.result.atoms, state.subject.title, "the page"))
        except PhonoscopeError as error:
            structure.object = problem(error)

    def compute(*_: object) -> None:
        try:
            computing.ask(computing.draft.given.title, calculation())
        except PhonoscopeError as error:
            plan.object = problem(error)

    computing.param.watch(new_structure, "draft")
    choice.param.watch(usual_relaxation, "value")
    choice.param.watch(look, ["value", "models"])
    born.param.watch(look, "value")
    for widget in (relax, mesh, tolerance):
        widget.param.watch(look, "value")
    shown.on_click(take_shown)
    go.on_click(compute)
    state.param.watch(
        lambda event: new_structure() if event.new == "Compute" and computing.draft is None else 0,
        "drawer",
    )
    new_structure()
    settings = pn.Column(
        structure,
        shown,
        model,
        relax,
        mesh,
        tolerance,
        plan,
        own_born,
        own_model,
        sizing_mode="stretch_both",
        scroll="y-auto",
        margin=0,
        css_classes=["compute-panel"],
    )
    # However small the window, the button is in it.
    return pn.Column(settings, go, sizing_mode="stretch_both", margin=(8, 10))


def _structure(found: Understanding) -> str:
    count = len(found.atoms)
    return (
        f'<div class="with-picture"><img alt="" src="{as_address(thumbnail(found.atoms))}"><div>'
        f"<h4>{found.formula.translate(SUBSCRIPTS)}</h4>"
        f'{found.group} <span class="quiet">· {count} atom{"s" * (count > 1)}</span><br>'
        f'<span class="quiet">{escape(found.given.title)}</span></div></div>'
        + (f'<p class="quiet">{found.reduction}</p>' if found.reduction else "")
        + notes(found.notes)
    )


def _mesh(text: str | None, found: Understanding, model: str) -> Any:
    """The mesh of a calculation from what was typed.

    Raises
    ------
    PhonoscopeError
        if it cannot be understood.
    """
    if found.kind == "molecule":
        return None
    text = (text or "").strip().lower()
    if text in ("", "auto"):
        displaced = isinstance(load_model(model), FiniteDifferencePotential)
        periodic = found.atoms.pbc
        return tuple(2 if p else 1 for p in periodic) if displaced else "auto"
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 1:
        numbers = [numbers[0] if p else "1" for p in found.atoms.pbc]
    if len(numbers) != 3 or re.sub(r"[\d\s,x×*]", "", text):
        raise PhonoscopeError(
            f"'{text}' is not a mesh",
            "one whole number is expected, or three",
            "Write it like 4 × 4 × 4 or 4, or leave the field empty.",
        )
    return tuple(map(int, numbers))


def _tolerance(text: str | None) -> float | None:
    """A tolerance in angstrom from what was typed; None for the default.

    Raises
    ------
    PhonoscopeError
        if it is no positive number.
    """
    text = (text or "").strip().lower()
    if text in ("", "auto"):
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise PhonoscopeError(
            f"'{text}' is not a tolerance",
            "a distance in angstrom between 0 and 1 is expected",
            "Write it like 0.01, or auto.",
        )
    return value
