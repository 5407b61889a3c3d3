"""The Brillouin zone: choosing a wave vector, the path of the bands, and exact modes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from jaxtyping import Float
from panel.viewable import Viewable

from dashboard import captions, palette
from dashboard.live import in_background
from dashboard.plots import SCROLLS
from dashboard.state import State
from dashboard.viewer import ZoneDrawing, path_of, points_of, shape_of
from engine.errors import PhonoscopeError
from engine.jobs import Job, WaveCalculation
from engine.modes import Modes
from engine.phonons import Bands, Zone, brillouin_zone, standard_route

FIELD: dict[str, Any] = {"size": "small", "margin": (8, 3, 2, 3), "sizing_mode": "stretch_width"}

SMALL = {"font-size": "13px", "line-height": "1.3"}
ASK = "Exact at this q"
HELP = "Asks the model itself; all else is interpolated from its mesh."
ANYWHERE = (
    "Click a point, the path, or anywhere in the zone; turn it and click again for the depth."
)

DIGITS = 2
"""Of the components of a wave vector that was clicked in the open."""


def zone_view(state: State) -> Viewable:
    """The zone of a crystal in 3D with what can be chosen in it; words for a molecule."""
    # In a column: Panel's HTML raises when it is hidden before it has been drawn.
    none = pn.Column(
        pn.pane.HTML(
            "A molecule has no wave vectors: it vibrates as a whole. Choose a crystal or a chain.",
            margin=10,
        ),
        visible=state.bands is None,
    )
    drawing = _drawing(state)
    controls = pn.Column(
        *_path_field(state),
        *_wave_vector_fields(state),
        pn.pane.HTML(ANYWHERE, margin=(0, 6), sizing_mode="stretch_width", styles=SMALL),
        *_exact(state),
        width=222,
        sizing_mode="stretch_height",
        styles=SCROLLS,
        css_classes=["zone-controls"],
    )
    both = pn.Row(drawing, controls, sizing_mode="stretch_both", visible=state.bands is not None)

    def show(*_: object) -> None:
        none.visible, both.visible = state.bands is None, state.bands is not None

    state.param.watch(show, "result")
    return pn.Column(none, both, sizing_mode="stretch_both", css_classes=["zone"])


def zone_of(state: State) -> Zone:
    """The zone of the crystal that is shown."""
    return brillouin_zone(state.result.atoms)


def _drawing(state: State) -> ZoneDrawing:
    def clicked(on: dict[str, Any]) -> None:
        q = clicked_q(zone_of(state), state.bands, on)
        if q is not None:
            state.select(state.branch, q)

    drawing = ZoneDrawing(clicked, sizing_mode="stretch_both", min_height=150, margin=0)

    def show(*_: object) -> None:
        if state.bands is not None:
            zone = zone_of(state)
            drawing.param.update(
                zone=shape_of(zone), points=points_of(zone), path=path_of(zone, state.bands)
            )

    def mark(*_: object) -> None:
        if state.bands is not None:
            zone = zone_of(state)
            drawing.here = zone.cartesian(zone.folded(state.q)).tolist()

    state.param.watch(show, "bands")
    state.param.watch(mark, ["modes", "bands"])
    show()
    mark()
    return drawing


def clicked_q(zone: Zone, bands: Bands, on: dict[str, Any]) -> Float[np.ndarray, "3"] | None:
    """The wave vector that was clicked, see :class:`ZoneDrawing`; None beside the zone.

    Between the special points and the path it is rounded, so that its wave soon repeats.
    """
    if "name" in on:
        return zone.points[on["name"]]
    if "point" in on:
        return bands.q[on["point"]]
    exact = zone.on_line(np.array(on["start"], float), np.array(on["direction"], float))
    if exact is None:
        return None
    rounded = exact.round(DIGITS) + 0.0
    # On the surface rounding may lead out of the zone, and to its other side.
    return rounded if np.abs(zone.folded(rounded) - rounded).max() < 1e-9 else exact.round(4)


def _path_field(state: State) -> list[Viewable]:
    field = pmui.TextInput(label="Path", **FIELD)
    wrong = _complaint()
    standard = pmui.IconButton(
        icon="restart_alt", description="Standard path", size="small", margin=(8, 0)
    )

    def follow(path: str) -> None:
        result, wrong.object = state.result, ""

        def work() -> Bands | PhonoscopeError:
            try:
                return state.bands_along(path)
            except PhonoscopeError as error:
                return error

        def show(found: Bands | PhonoscopeError) -> None:
            if isinstance(found, PhonoscopeError):
                wrong.object = _told(found)
            elif state.result is result:
                state.param.update(bands=found, path=path)

        in_background(work, show, field)

    def write(*_: object) -> None:
        if state.bands is not None:
            standard_path = standard_route(state.result.atoms)
            field.value = standard_path if state.path == "auto" else state.path
            wrong.object = ""

    def read(*_: object) -> None:
        if state.bands is not None and field.value.strip():
            same = field.value.strip() == standard_route(state.result.atoms)
            follow("auto" if same else field.value.strip())

    write()
    state.param.watch(write, ["bands"])
    field.param.watch(read, "value")
    standard.on_click(lambda _: follow("auto"))
    return [pn.Row(field, standard, margin=0, sizing_mode="stretch_width"), wrong]


def _wave_vector_fields(state: State) -> list[Viewable]:
    points = pmui.Select(label="Point", options=[""], size="small", width=78, margin=(8, 3, 2, 3))
    field = pmui.TextInput(label="q in b₁, b₂, b₃", **FIELD)
    wrong = _complaint()

    def offer(*_: object) -> None:
        if state.bands is not None:
            points.options = ["", *zone_of(state).points]

    def write(*_: object) -> None:
        if state.bands is None:
            return
        named = zone_of(state).points
        at = [name for name, q in named.items() if np.allclose(q, state.q, atol=1e-9)]
        points.value = at[0] if at else ""
        field.value = ", ".join(f"{x + 0.0:.4g}" for x in state.q)
        wrong.object = ""

    def read(*_: object) -> None:
        try:
            q = wave_vector(field.value, zone_of(state))
        except PhonoscopeError as error:
            wrong.object = _told(error)
            return
        wrong.object = ""
        if np.abs(q - state.q).max() > 1e-4:  # the field shows four digits
            state.select(state.branch, q)

    def choose(*_: object) -> None:
        if points.value and not np.allclose(zone_of(state).points[points.value], state.q):
            state.select(state.branch, zone_of(state).points[points.value])

    offer()
    write()
    state.param.watch(offer, "result")
    state.param.watch(write, ["modes", "bands"])
    field.param.watch(read, "value")
    points.param.watch(choose, "value")
    return [pn.Row(points, field, margin=0, sizing_mode="stretch_width"), wrong]


def _exact(state: State) -> list[Viewable]:
    button = pmui.Button(label=ASK, size="small", margin=(4, 3), variant="outlined")
    words = pn.pane.HTML(
        HELP, margin=(0, 6), css_classes=["exact"], sizing_mode="stretch_width", styles=SMALL
    )
    jobs: list[Job] = []  # the one that runs, if any

    def press(_: object) -> None:
        if jobs:
            jobs.pop().cancel()
            button.label, words.object = ASK, HELP
            return
        result, before = state.result, state.modes
        source = getattr(result.potential, "source", None)
        if source is None:  # springs: no sooner asked than answered
            try:
                show(before, result.modes(state.q, exact=True))
            except PhonoscopeError as error:  # finite differences
                words.object = _told(error)
            return
        x, y, z = map(float, state.q)
        job = state.computing.jobs.submit(WaveCalculation(result.atoms, source, (x, y, z)))
        jobs.append(job)
        button.label, words.object = "Cancel", "The model computes; everything else goes on."

        def work() -> Modes | PhonoscopeError:
            try:
                return result.modes(before.q, matrix=job.result())
            except PhonoscopeError as error:
                return error

        def tell(found: Modes | PhonoscopeError) -> None:
            if job not in jobs:  # cancelled
                return
            jobs.remove(job)
            button.label, words.object = ASK, HELP
            if state.result is not result or state.modes is not before:
                return
            if isinstance(found, PhonoscopeError):
                words.object = _told(found)
            else:
                show(before, found)

        in_background(work, tell)

    def show(before: Modes, found: Modes) -> None:
        state.param.update(modes=found)
        words.object = comparison(before, found, state.branch, state.unit)

    def forget(*_: object) -> None:
        if not jobs:
            words.object = HELP

    button.on_click(press)
    state.param.watch(forget, "modes")
    return [button, words]


def comparison(interpolated: Modes, exact: Modes, branch: int, unit: str) -> str:
    """What exact modes changed, in HTML."""
    before, after = (
        captions.number(modes.frequency_cm1[branch], unit) for modes in (interpolated, exact)
    )
    if interpolated is exact:
        return f"{after} {unit} is exact already: Γ is a point of the mesh."
    off = np.abs(interpolated.frequency_cm1 - exact.frequency_cm1).max()
    return (
        f"Interpolated {before}, exact <b>{after} {unit}</b>; "
        f"of all branches here the largest difference is {captions.number(off, unit)}."
    )


def wave_vector(text: str, zone: Zone) -> Float[np.ndarray, "3"]:
    """A wave vector from its name or its components, which may be fractions like 1/3.

    Raises
    ------
    PhonoscopeError
        if it is neither.
    """
    name = text.strip().replace("G", "Γ")
    if name in zone.points:
        return zone.points[name]
    try:
        components = [float(Fraction(part)) for part in text.replace(",", " ").split()]
    except (ValueError, ZeroDivisionError):
        components = []
    q = np.array(components)
    if len(q) != 3 or not np.isfinite(q).all():
        raise PhonoscopeError(
            f"'{text}' is no wave vector",
            f"three numbers are expected, or one of {', '.join(zone.points)}",
            "Write it like 1/2, 0, 0.25.",
        )
    return q


def _complaint() -> pn.pane.HTML:
    """A place for what is wrong with the field above it."""
    return pn.pane.HTML(
        "",
        margin=(0, 6),
        styles={**SMALL, "color": palette.UNSTABLE},
        css_classes=["complaint"],
        sizing_mode="stretch_width",
    )


def _told(error: PhonoscopeError) -> str:
    return f"{error.what}: {error.why}. {error.fix}"
