"""The settings one needs less often, in a sheet beside the view."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard import captions
from dashboard.live import live_text, made_when_first
from dashboard.player.playback import Playback
from dashboard.player.superposition import superposition
from dashboard.player.widgets import SWITCH, note
from dashboard.theme import LARGER
from dashboard.viewer.scenes import TRUE_SPEED_CM1

WIDE: dict[str, Any] = {
    "margin": (0, 14, 0, 10),
    "size": "small",
    "description": "",
    "sizing_mode": "stretch_width",
}
MOST, MOST_OF_A_CHAIN = 15, 40
SMALL_BUTTON: dict[str, Any] = {"size": "small", "variant": "outlined", "margin": (2, 3)}


def more(playback: Playback) -> Viewable:
    """View, cells, amplitude, speed, phase and superposition; closed to begin with."""
    sheet = pmui.Paper(
        visible=False,
        width=264,
        elevation=0,
        sizing_mode="stretch_height",
        css_classes=["more"],
        styles={"overflow-y": "auto", "border-left": "1px solid #8884", **LARGER},
    )

    def parts() -> list[Any]:
        return [
            _title("View"),
            *_view(playback),
            _cells(playback),
            _title("Motion"),
            *_motion(playback),
            superposition(playback, sheet),
        ]

    made_when_first(sheet, "visible", lambda: sheet.visible, sheet, parts)
    return sheet


def _title(text: str) -> Viewable:
    return pn.pane.HTML(f"<b>{text}</b>", margin=(8, 6, 2, 10), styles={"font-size": "13px"})


def _row(*parts: Any) -> Viewable:
    return pn.FlexBox(*parts, align_items="center", gap="0", margin=(0, 6))


def _view(playback: Playback) -> list[Viewable]:
    viewer, state = playback.viewer, playback.state
    cell = pmui.Switch.from_param(viewer.param.cell, name="Cell", **SWITCH)
    axes = pmui.Switch.from_param(viewer.param.axes, name="Axes", **SWITCH)
    trace = pmui.Switch.from_param(viewer.param.trace, name="Paths", **SWITCH)
    along = [pmui.Button(width=54, **SMALL_BUTTON) for _ in range(3)]
    for button in along:
        button.on_click(lambda event: viewer.look_along(event.obj.label))

    def name_axes(*_: object) -> None:
        cell.visible = bool(state.result.atoms.pbc.any())
        for button, name in zip(along, viewer.scene["axes"]["names"], strict=True):
            button.param.update(label=name, description=f"Look along {name}")

    viewer.param.watch(name_axes, "scene")
    name_axes()
    reset = pmui.Button(name="Reset view", on_click=lambda _: viewer.reset_view(), **SMALL_BUTTON)
    save = pmui.Button(
        name="Save picture",
        icon="photo_camera",
        on_click=lambda _: viewer.snapshot(playback.picture_name()),
        **SMALL_BUTTON,
    )
    label = pn.pane.HTML("Along", margin=(0, 6, 0, 4), styles={"font-size": "13px"})
    return [_row(cell, axes, trace), _row(label, *along), _row(reset, save)]


def _cells(playback: Playback) -> Viewable:
    numbers = [
        pmui.Select.from_param(
            playback.param[name],
            label=f"along {name}",
            description="",
            size="small",
            width=76,
            margin=(8, 3, 2, 3),
        )
        for name in "abc"
    ]
    whole = pmui.Switch.from_param(playback.param.whole, name="Whole wave", **SWITCH)
    place = pn.Column(
        _title("Cells"), _row(*numbers), _row(whole), note(playback, "piece_note"), margin=0
    )

    def fit(*_: object) -> None:
        periodic = playback.state.result.atoms.pbc
        place.visible = bool(periodic.any())
        for number, along in zip(numbers, periodic, strict=True):
            number.param.update(
                visible=bool(along and not playback.whole),
                options=list(range(1, (MOST_OF_A_CHAIN if periodic.sum() == 1 else MOST) + 1)),
            )

    playback.state.param.watch(fit, "result")
    playback.param.watch(fit, "whole")
    fit()
    return place


def _motion(playback: Playback) -> list[Viewable]:
    viewer, state = playback.viewer, playback.state
    thermal = pmui.Switch.from_param(playback.param.thermal, name="Thermal amplitude", **SWITCH)
    exaggeration = pmui.FloatSlider.from_param(
        playback.param.exaggeration, name="Exaggeration ×", step=1, visible=playback.thermal, **WIDE
    )
    playback.param.watch(lambda event: setattr(exaggeration, "visible", event.new), "thermal")
    true_speed = pmui.Switch.from_param(
        playback.param.true_speed, name="True relative speed", **SWITCH
    )
    meaning = live_text(
        state,
        ["unit"],
        lambda: (
            f"{TRUE_SPEED_CM1 * captions.UNITS[state.unit]:.4g} {state.unit} goes through as many "
            "cycles a second as Speed says, others in proportion."
        ),
        visible=playback.true_speed,
        margin=(0, 6, 4, 6),
        styles={"font-size": "12px", "opacity": "0.8"},
    )
    playback.param.watch(lambda event: setattr(meaning, "visible", event.new), "true_speed")
    phase = pmui.IntSlider(name="Phase by hand (°)", start=0, end=360, step=5, **WIDE)
    phase.param.watch(lambda event: viewer.show_phase(event.new), "value")
    return [
        _row(thermal),
        exaggeration,
        note(playback, "amplitude_note"),
        _row(true_speed),
        meaning,
        phase,
    ]
