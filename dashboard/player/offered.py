"""What links carry of the player, and what keys change in it."""

from __future__ import annotations

import numpy as np

from dashboard.address import text_of, value_of
from dashboard.player.cells import pieces_to_start_with
from dashboard.player.playback import Playback
from dashboard.viewer import Wave

MOST_CELLS = 40
"""A direction, in a link; the player says which of these are too many atoms to be drawn."""

STEP_A = 0.05
"""By which a key changes the amplitude, in angstrom."""


def offer_to_page(playback: Playback) -> None:
    """What links carry of the player, and what keys change in it."""
    state, viewer = playback.state, playback.viewer
    _offer_playing(playback)
    state.address.follow(viewer, ["speed", "style", "arrows", "cell", "axes", "trace"])
    state.address.follow(
        playback,
        {"amplitude": "amplitude_A", "thermal": "thermal", "temperature": "temperature_K"}
        | {"exaggeration": "exaggeration", "true-speed": "true_speed", "whole-wave": "whole"},
    )
    _offer_cells(playback)
    _offer_superposition(playback)

    def play() -> None:
        viewer.playing = not viewer.playing

    def arrows() -> None:
        viewer.arrows = not viewer.arrows

    def larger(by_A: float) -> None:
        playback.amplitude_A = float(np.clip(playback.amplitude_A + by_A, 0, 1))

    offer = state.keys.offer
    offer(" ", "Space", "play or pause", play)
    offer("ArrowUp", "↑", "larger motion", lambda: larger(STEP_A))
    offer("ArrowDown", "↓", "smaller motion", lambda: larger(-STEP_A))
    offer("a", "A", "arrows on or off", arrows)


def _offer_playing(playback: Playback) -> None:
    """Whether it was stopped; that one browser asks for less motion is not for those of others."""
    viewer = playback.viewer

    def read(text: str) -> None:
        viewer.playing = value_of(text, viewer.param.playing)

    def write() -> str | None:
        return text_of(False) if viewer.paused else None

    playback.state.address.offer("playing", read, write, (viewer, ["playing", "held"]))


def _offer_cells(playback: Playback) -> None:
    """How many cells are drawn, in links like cells=2,2,2."""
    most = MOST_CELLS
    usual: dict[int, tuple[int, ...]] = {}

    def read(text: str) -> None:
        numbers = [int(part) for part in text.split(",")]
        if len(numbers) != 3 or not all(1 <= number <= most for number in numbers):
            raise ValueError(f"three numbers from 1 to {most} are expected")
        playback.param.update(dict(zip("abc", numbers, strict=True)))

    def write() -> str | None:
        result = playback.state.result
        if id(result) not in usual:
            usual.clear()
            usual[id(result)] = pieces_to_start_with(result.atoms)
        cells = (playback.a, playback.b, playback.c)
        return None if cells == usual[id(result)] else ",".join(map(str, cells))

    playback.state.address.offer("cells", read, write, (playback, ["a", "b", "c"]))


def _offer_superposition(playback: Playback) -> None:
    """The modes added to the selected one, in links like with=5:1:90 (mode, weight, phase)."""

    def read(text: str) -> None:
        waves = []
        for part in text.split(","):
            mode, weight, phase = part.split(":")
            if not 1 <= int(mode) <= len(playback.state.modes):
                raise ValueError(f"there are modes 1 to {len(playback.state.modes)}")
            waves.append(Wave(int(mode) - 1, float(weight), float(phase)))
        playback.others = waves

    def write() -> str | None:
        parts = [f"{w.branch + 1}:{w.weight:g}:{w.phase_degrees:g}" for w in playback.others]
        return ",".join(parts) or None

    playback.state.address.offer("with", read, write, (playback, ["others"]))
