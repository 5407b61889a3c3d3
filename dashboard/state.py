"""What the page shows: the structure, its result, and the one selected mode.

Views read it and watch it; none of them knows another. A click anywhere ends here.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Thread
from typing import Any

import numpy as np
import param
from jaxtyping import Float

from engine import library
from engine.modes import Modes
from engine.phonons import Bands, Phonons
from engine.vibrations import Vibrations

FIRST = "methane"


@lru_cache
def computed(name: str) -> tuple[Vibrations | Phonons, Bands | None]:
    """Result and bands of a library entry, computed once for all sessions."""
    result = library.entry(name).result()
    return result, result.bands() if isinstance(result, Phonons) else None


@lru_cache
def compute_ahead() -> None:
    """Begin to compute the whole library in the background, once in the life of the server."""

    def compute() -> None:
        for name in library.names():
            result, bands = computed(name)
            if isinstance(result, Phonons) and bands is not None:
                result.modes(bands.q[1])  # compiles what a click on the bands needs

    Thread(target=compute, name="compute ahead", daemon=True).start()


class State(param.Parameterized):
    """The selection shared by all views.

    ``result``, ``bands``, ``modes`` and ``branch`` change together, in one event.
    """

    entry_name: Any = param.Selector(
        objects=list(library.names()), default=FIRST, doc="Library entry."
    )
    result = param.Parameter(doc="Vibrations or Phonons of the entry.")
    bands = param.Parameter(doc="Its Bands; None for a molecule.")
    modes = param.Parameter(doc="Modes at the selected wave vector.")
    branch = param.Integer(default=0, doc="The selected mode, counted from 0.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._show_entry()

    @param.depends("entry_name", watch=True)
    def _show_entry(self) -> None:
        result, bands = computed(self.entry_name)
        if isinstance(result, Vibrations):
            modes = result.modes
        else:
            modes = result.gamma
            if bands is not None and modes.acoustic.all():  # nothing vibrates at Γ
                modes = result.modes(bands.q[bands.labels[1][1]])
        first_vibration = int(np.argmin(modes.acoustic))
        self.param.update(result=result, bands=bands, modes=modes, branch=first_vibration)

    @property
    def entry(self) -> library.Entry:
        """The library entry shown."""
        return library.entry(self.entry_name)

    @property
    def q(self) -> Float[np.ndarray, "3"]:
        """The selected wave vector."""
        return self.modes.q

    def select(self, branch: int, q: Float[np.ndarray, "3"] | None = None) -> None:
        """Show a mode, of the present wave vector or another one."""
        modes: Modes = self.modes
        if q is not None and not np.array_equal(q, modes.q):
            modes = self.result.modes(q)
        self.param.update(modes=modes, branch=int(np.clip(branch, 0, len(modes) - 1)))

    def step(self, by: int) -> None:
        """Show the next or previous mode, around the end."""
        self.select((self.branch + by) % len(self.modes))
