"""What the keys of the keyboard do: one table, which the page obeys and its help shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dashboard.captions import UNITS
from dashboard.state import State
from dashboard.viewer import Viewer

Action: TypeAlias = Callable[[State, Viewer], object]

STEP_A = 0.05
"""By which a key changes the amplitude, in angstrom."""


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes
    ----------
    names : of KeyboardEvent.key.
    shown : what stands on the key.
    does : in words.
    act : does it.
    """

    names: tuple[str, ...]
    shown: str
    does: str
    act: Action


def _play(_state: State, viewer: Viewer) -> None:
    viewer.playing = not viewer.playing


def _louder(by_A: float) -> Action:
    def act(_state: State, viewer: Viewer) -> None:
        low, high = viewer.param.amplitude.bounds or (0.0, 1.0)
        viewer.amplitude = float(np.clip(viewer.amplitude + by_A, low or 0.0, high or 1.0))

    return act


def _arrows(_state: State, viewer: Viewer) -> None:
    viewer.arrows = not viewer.arrows


def _next_unit(state: State, _viewer: Viewer) -> None:
    units = list(UNITS)
    state.unit = units[(units.index(state.unit) + 1) % len(units)]


def _projector(state: State, _viewer: Viewer) -> None:
    state.projector = not state.projector


def _help(state: State, _viewer: Viewer) -> None:
    state.dialog = None if state.dialog == "help" else "help"


def _take_away(state: State, _viewer: Viewer) -> None:
    state.dialog = "take away"


KEYS = (
    Key((" ",), "Space", "play or pause", _play),
    Key(("ArrowLeft",), "←", "previous mode", lambda state, _: state.step(-1)),
    Key(("ArrowRight",), "→", "next mode", lambda state, _: state.step(1)),
    Key(("ArrowUp",), "↑", "larger motion", _louder(STEP_A)),
    Key(("ArrowDown",), "↓", "smaller motion", _louder(-STEP_A)),
    Key(("a",), "A", "arrows on or off", _arrows),
    Key(("u",), "U", "next unit of frequency", _next_unit),
    Key(("p", "f"), "P", "projector: large type", _projector),
    Key(("e",), "E", "take away: pictures, tables, files", _take_away),
    Key(("?",), "?", "this list", _help),
)
