"""The structure in 3D, moving along the selected mode, and the player below it."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
from ase import Atoms
from panel.viewable import Viewable

from dashboard import captions
from dashboard.live import live_text
from dashboard.state import State
from dashboard.viewer import Viewer, motion_of, scene_of
from engine.structure import piece

MOST_ATOMS = 110
MOST_CELLS = 8
SLIDER: dict[str, Any] = {"width": 140, "margin": (0, 14, 0, 6), "size": "small", "description": ""}
SWITCH: dict[str, Any] = {"margin": (0, 4), "size": "small", "description": ""}


def structure_view(state: State, viewer: Viewer) -> Viewable:
    """Viewer and player.

    Parameters
    ----------
    viewer : the one viewer of the page; it is changed, never replaced.
    """
    cells = pmui.IntSlider(name="Cells", start=1, end=MOST_CELLS, **SLIDER)
    cell = pmui.Switch.from_param(viewer.param.cell, name="Cell", **SWITCH)

    def show_scene(*_: object) -> None:
        viewer.param.update(
            scene=scene_of(piece(state.result.atoms, (cells.value,) * 3)),
            motion=motion_of(state.modes, state.branch),
        )

    def show_structure(*_: object) -> None:
        atoms = state.result.atoms
        cells.visible = cell.visible = bool(atoms.pbc.any())
        number = _cells_to_start_with(atoms)
        if cells.value != number:
            cells.value = number  # draws the scene
        else:
            show_scene()

    def show_mode(*_: object) -> None:
        viewer.motion = motion_of(state.modes, state.branch)

    cells.param.watch(show_scene, "value")
    state.param.watch(show_structure, "result")
    state.param.watch(show_mode, ["modes", "branch"])
    show_structure()
    return pn.Column(
        viewer,
        _player(state, viewer, cells, cell),
        sizing_mode="stretch_both",
        css_classes=["structure"],
    )


def _player(state: State, viewer: Viewer, *of_crystals: Viewable) -> Viewable:
    previous = pmui.IconButton(
        icon="skip_previous", description="Previous mode", on_click=lambda _: state.step(-1)
    )
    following = pmui.IconButton(
        icon="skip_next", description="Next mode", on_click=lambda _: state.step(1)
    )
    play = pmui.ToggleIcon.from_param(
        viewer.param.playing,
        icon="play_arrow",
        active_icon="pause",
        name="",
        description="Play or pause",
    )
    amplitude = pmui.FloatSlider.from_param(
        viewer.param.amplitude, name="Motion (Å)", start=0.0, end=1.0, step=0.05, **SLIDER
    )
    speed = pmui.FloatSlider.from_param(
        viewer.param.speed, name="Speed (1/s)", start=0.1, end=2.0, step=0.1, **SLIDER
    )
    arrows = pmui.Switch.from_param(viewer.param.arrows, name="Arrows", **SWITCH)
    caption = live_text(
        state,
        ["modes", "branch", "unit"],
        lambda: _caption(state),
        css_classes=["caption"],
        margin=0,
    )
    line = pn.FlexBox(
        previous, play, following, caption, align_items="center", flex_wrap="nowrap", gap="0"
    )
    settings = pn.FlexBox(amplitude, speed, arrows, *of_crystals, align_items="center", gap="0")
    return pn.Column(line, settings, css_classes=["player"], sizing_mode="stretch_width")


def _caption(state: State) -> str:
    text = captions.mode(state.modes, state.branch, state.unit)
    if state.bands is not None:
        text = f"q = {captions.wave_vector(state.q, state.bands)}  ·  {text}"
    return f'<span class="mode-caption">{text}</span>'


def _cells_to_start_with(atoms: Atoms) -> int:
    """As many cells along each direction as show the wave without crowding."""
    if not atoms.pbc.any():
        return 1
    for number in range(MOST_CELLS, 1, -1):
        if len(piece(atoms, (number,) * 3).numbers) <= MOST_ATOMS:
            return number
    return 1
