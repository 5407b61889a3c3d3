"""Following a mode: the structure displaced along it goes to Compute, to be relaxed from there.

Of an unstable mode this leads to the structure that the crystal or molecule prefers.
"""

from __future__ import annotations

import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard import captions
from dashboard.player.playback import Playback
from engine import library
from engine.errors import PhonoscopeError
from engine.formats.given import Given
from engine.formats.writers import content_of
from engine.formats.writers.motion import motion_of
from engine.phonons.bands import UNSTABLE_CM1


def follow_button(playback: Playback) -> Viewable:
    """A button that is seen while the selected mode is unstable."""
    state = playback.state

    def unstable() -> bool:
        return bool(state.modes.frequency_cm1[state.branch] < -UNSTABLE_CM1)

    def follow(*_: object) -> None:
        try:
            state.computing.propose(displaced(playback), model_of(playback))
        except PhonoscopeError as error:
            state.tell(error)
        else:
            state.drawer = "Compute"

    button = pmui.Button(
        label="Follow",
        icon="trending_down",
        variant="outlined",
        color="error",
        size="small",
        margin=(0, 6),
        description="Follow this unstable mode: the structure, displaced along it, goes to "
        "Compute; relaxed from there it becomes the one of lower energy",
        visible=unstable(),
        on_click=follow,
    )
    state.param.watch(lambda *_: setattr(button, "visible", unstable()), ["modes", "branch"])
    return button


def displaced(playback: Playback) -> Given:
    """The structure at the turning point of the motion, in the cell where its wave repeats.

    Raises
    ------
    PhonoscopeError
        if the wave repeats in no cell of a reasonable size.
    """
    state, amplitude_A = playback.state, playback.viewer.amplitude
    content = content_of(
        state.subject.title, state.result, state.modes, state.branch, amplitude_A, state.bands
    )
    mode = captions.plain(captions.mode(state.modes, state.branch, state.unit))
    note = f"Displaced by up to {amplitude_A:.2f} Å along mode {mode}."
    title = f"{state.subject.title}, displaced"
    return Given(motion_of(content).at(0.0), title, "the page", (note,))


def model_of(playback: Playback) -> str:
    """The model by which what is shown was computed; empty: none that could compute it again."""
    state = playback.state
    if state.entry_name is None:
        return captions.model(state.result)
    entry = library.entry(state.entry_name)
    return str(entry.folder / "entry.toml") if entry.springs else entry.model or ""
