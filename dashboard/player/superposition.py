"""Several modes at once: partners of a degenerate level, and others of the same q."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard import captions
from dashboard.player.playback import Playback
from dashboard.viewer import Wave

SLIDER: dict[str, Any] = {
    "size": "small",
    "description": "",
    "margin": (0, 14, 0, 10),
    "sizing_mode": "stretch_width",
}
# Material UI puts the label of an empty field where it belongs in a field of the usual height.
IN_THE_MIDDLE = """
.MuiInputLabel-root[data-shrink="false"] { transform: translate(14px, 8px) !important; }
"""
BUTTON: dict[str, Any] = {"size": "small", "variant": "outlined", "margin": (2, 3)}


def superposition(playback: Playback, sheet: Viewable) -> Viewable:
    """Rows of the modes added, made only while ``sheet`` is open."""
    state = playback.state
    rows = pn.Column(margin=0, sizing_mode="stretch_width")
    add = pmui.Select(
        label="Add a mode",
        options=[],
        size="small",
        margin=(10, 14, 10, 10),
        sizing_mode="stretch_width",
        stylesheets=[IN_THE_MIDDLE],
    )
    presets = pn.FlexBox(
        pmui.Button(name="Standing", on_click=lambda _: _join(playback, 0.0), **BUTTON),
        pmui.Button(name="Circular", on_click=lambda _: _join(playback, 90.0), **BUTTON),
        margin=(0, 6),
        gap="0",
    )
    shown: list[int] = []

    def show(*_: object) -> None:
        if not sheet.visible:
            return
        branches = [wave.branch for wave in playback.others]
        presets.visible = len(partners(playback)) > 0
        left = [k for k in range(len(state.modes)) if k not in (state.branch, *branches)]
        options = {"choose ...": None, **{_name(playback, k): k for k in left}}
        add.param.update(options=options, value=None)
        if branches != shown:
            rows.objects = [_row(playback, wave) for wave in playback.others]
            shown[:] = branches

    def chosen(event: Any) -> None:
        if event.new is not None:
            playback.others = [*playback.others, Wave(event.new)]

    add.param.watch(chosen, "value")
    sheet.param.watch(show, "visible")
    state.param.watch(show, ["modes", "branch", "unit"])
    playback.param.watch(show, "others")
    show()
    title = pn.pane.HTML("<b>Superposition</b>", margin=(8, 6, 2, 10), styles={"font-size": "13px"})
    return pn.Column(
        title,
        presets,
        rows,
        add,
        margin=0,
        css_classes=["superposition"],
        sizing_mode="stretch_width",
    )


def partners(playback: Playback) -> list[int]:
    """The other modes of the selected one's level."""
    state = playback.state
    level = next(level for level in state.modes.levels() if state.branch in level)
    return [int(k) for k in level if k != state.branch]


def _join(playback: Playback, phase_degrees: float) -> None:
    """The selected mode and its first partner at a difference of phase."""
    first, *_ = partners(playback)
    kept = [wave for wave in playback.others if wave.branch != first]
    playback.others = [Wave(first, 1.0, phase_degrees), *kept]


def _name(playback: Playback, branch: int) -> str:
    modes, unit = playback.state.modes, playback.state.unit
    irrep = modes.irrep[branch] or ""
    return f"{branch + 1}: {irrep} {captions.number(modes.frequency_cm1[branch], unit)} {unit}"


def _row(playback: Playback, wave: Wave) -> Viewable:
    branch = wave.branch

    def change(**changes: float) -> None:
        playback.others = [
            replace(other, **changes) if other.branch == branch else other
            for other in playback.others
        ]

    def remove(_: object) -> None:
        playback.others = [other for other in playback.others if other.branch != branch]

    name = _name(playback, branch)
    weight = pmui.FloatSlider(
        name=f"Weight of {branch + 1}", start=0, end=2, step=0.1, value=wave.weight, **SLIDER
    )
    phase = pmui.IntSlider(
        name=f"Phase of {branch + 1} (°)",
        start=0,
        end=360,
        step=15,
        value=round(wave.phase_degrees),
        **SLIDER,
    )
    weight.param.watch(lambda event: change(weight=event.new), "value")
    phase.param.watch(lambda event: change(phase_degrees=float(event.new)), "value")

    def follow(*_: object) -> None:
        for other in playback.others:
            if other.branch == branch:
                weight.value, phase.value = other.weight, round(other.phase_degrees)

    playback.param.watch(follow, "others")
    close = pmui.IconButton(
        icon="close", size="small", description=f"Remove mode {branch + 1}", on_click=remove
    )
    heading = pn.pane.HTML(name, margin=(6, 4, 0, 10), styles={"font-size": "12px"})
    return pn.Column(pn.Row(heading, pn.layout.HSpacer(), close, margin=0), weight, phase, margin=0)
