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

from dashboard.captions import UNITS
from dashboard.subject import Subject, of_entry
from engine import library
from engine.modes import Modes
from engine.phonons import Bands, Phonons
from engine.vibrations import Vibrations

FIRST = "methane"


@lru_cache
def compute_ahead() -> None:
    """Begin to compute the whole library in the background, once in the life of the server."""

    def compute() -> None:
        for name in library.names():
            subject = of_entry(name)
            assert subject.verdict
            if isinstance(subject.result, Phonons) and subject.bands is not None:
                subject.result.modes(subject.bands.q[1])  # compiles what a click needs

    Thread(target=compute, name="compute ahead", daemon=True).start()


class State(param.Parameterized):
    """The selection shared by all views.

    ``subject``, ``result``, ``bands``, ``modes`` and ``branch`` change together, in one event.
    """

    entry_name: Any = param.Selector(
        objects=[None, *library.names()],
        default=FIRST,
        doc="Library entry shown; None: a structure of the user's own.",
    )
    subject = param.Parameter(doc="What is shown, and where it comes from.")
    result = param.Parameter(doc="Its Vibrations or Phonons.")
    bands = param.Parameter(doc="Its Bands along the path; None for a molecule.")
    path = param.String(default="auto", doc="The path of the bands, see engine.phonons.band_path.")
    modes = param.Parameter(doc="Modes at the selected wave vector.")
    branch = param.Integer(default=0, doc="The selected mode, counted from 0.")
    tab = param.String(default="Modes", doc="The open one of the tabs beside the structure.")
    unit: Any = param.Selector(
        objects=list(UNITS), default="cm⁻¹", doc="Unit of every frequency on the page."
    )

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._show_entry()

    @param.depends("entry_name", watch=True)
    def _show_entry(self) -> None:
        if self.entry_name is not None:
            self.show(of_entry(self.entry_name))

    def show(self, subject: Subject) -> None:
        """Show another structure, on its first mode that is a vibration."""
        result, bands = subject.result, subject.bands
        if isinstance(result, Vibrations):
            modes = result.modes
        else:
            modes = result.gamma
            if bands is not None and modes.acoustic.all():  # nothing vibrates at Γ
                modes = result.modes(bands.q[bands.labels[1][1]])
        first_vibration = int(np.argmin(modes.acoustic))
        self.param.update(
            subject=subject,
            result=result,
            bands=bands,
            path="auto",
            modes=modes,
            branch=first_vibration,
            entry_name=subject.entry,
        )

    @property
    def q(self) -> Float[np.ndarray, "3"]:
        """The selected wave vector."""
        return self.modes.q

    def select(
        self,
        branch: int,
        q: Float[np.ndarray, "3"] | None = None,
        direction: Float[np.ndarray, "3"] | None = None,
    ) -> None:
        """Show a mode, of the present wave vector or another one.

        Parameters
        ----------
        direction : Cartesian, from which q = 0 is approached in a polar crystal.
        """
        modes: Modes = self.modes
        if direction is not None or (q is not None and not np.array_equal(q, modes.q)):
            modes = self.result.modes(q, direction)
        self.param.update(modes=modes, branch=int(np.clip(branch, 0, len(modes) - 1)))

    def follow(self, path: str) -> None:
        """Show the bands along another path.

        Raises
        ------
        PhonoscopeError
            for labels that the lattice does not have.
        """
        self.param.update(bands=self.bands_along(path), path=path)

    def bands_along(self, path: str) -> Bands:
        """The bands along a path, which may take a while; the errors of :meth:`follow`."""
        found: Bands = self.subject.bands if path == "auto" else self.result.bands(path)
        return found

    def step(self, by: int) -> None:
        """Show the next or previous mode, around the end."""
        self.select((self.branch + by) % len(self.modes))
