"""What the page shows: the structure, its result, and the one selected mode.

Views read it and watch it; none of them knows another. A click anywhere ends here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Thread
from typing import Any, ClassVar, Literal

import numpy as np
import param
from jaxtyping import Float

from dashboard.address import Address, q_of, text_of_q
from dashboard.captions import UNITS
from dashboard.computing import Computing
from dashboard.keys import Keys
from dashboard.subject import Subject, isotopologue_of, of_entry, of_key
from engine import library
from engine.errors import PhonoscopeError
from engine.isotopes import with_isotopes
from engine.phonons import Bands, Phonons
from engine.vibrations import Vibrations

FIRST = "methane"

RESTS = 3
"""Times as long as it worked rests what computes ahead."""
QUIET_S = 3.0
"""Nor does it work, before nobody has asked for anything for so long."""


@lru_cache
def compute_ahead() -> None:
    """Begin to compute the whole library in the background, once in the life of the server.

    It rests longer than it works, and while the page is used: its thread would have every message
    of a click wait for the interpreter.
    """

    def compute() -> None:
        for name in library.names():
            while (quiet_s := time.monotonic() - State.used_s) < QUIET_S:
                time.sleep(QUIET_S - quiet_s)
            began = time.monotonic()
            subject = of_entry(name)
            assert subject.verdict
            if isinstance(subject.result, Phonons) and subject.bands is not None:
                subject.result.modes(subject.bands.q[1])  # compiles what a click needs
            time.sleep(RESTS * (time.monotonic() - began))

    Thread(target=compute, name="compute ahead", daemon=True).start()


@dataclass(frozen=True)
class Notice:
    """What is told on the page where it has no place of its own.

    Attributes
    ----------
    what : what happened, a sentence.
    more : why, and what to do about it; may be empty.
    kind : how serious it is.
    """

    what: str
    more: str = ""
    kind: Literal["info", "warning", "error"] = "info"


class State(param.Parameterized):
    """The selection shared by all views.

    ``subject``, ``result``, ``bands``, ``modes`` and ``branch`` change together, in one event.

    Parameters
    ----------
    asked : what the address of the page asked for; see :class:`dashboard.address.Address`, which
        ``address`` is, and to which views offer what they want links to carry. Keys of the
        keyboard are offered to ``keys`` in the same way.
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
    towards = param.Parameter(doc="Cartesian direction in which q = 0 is approached; None: none.")
    drawer = param.String(default="Library", doc="The tab of the drawer that is open.")
    tab = param.String(default="Modes", doc="The open one of the tabs beside the structure.")
    unit: Any = param.Selector(
        objects=list(UNITS), default="cm⁻¹", doc="Unit of every frequency on the page."
    )

    projector: Any = param.Boolean(default=False, doc="Everything large, for a projector.")
    notice: Any = param.ClassSelector(class_=Notice, doc="What is told; None: nothing.")
    dialog: Any = param.String(default=None, allow_None=True, doc="Which dialog is open, if any.")

    used_s: ClassVar[float] = -math.inf
    """When something was last selected on any page of this server, by time.monotonic()."""

    def __init__(self, asked: Mapping[str, str] | None = None, **params: Any) -> None:
        super().__init__(**params)
        self.address = Address(asked)
        self.keys = Keys()
        self.computing = Computing(self.show, lambda: self.subject)
        self._show_entry()
        self._offer_address()
        self._offer_keys()

    @param.depends("entry_name", watch=True)
    def _show_entry(self) -> None:
        if self.entry_name is not None:
            self.show(of_entry(self.entry_name))

    def show(self, subject: Subject) -> None:
        """Show another structure, on its first mode that is a vibration."""
        State.used_s = time.monotonic()
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
            towards=None,
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
        State.used_s = time.monotonic()
        changes: dict[str, Any] = {}
        if direction is not None or (q is not None and not np.array_equal(q, self.modes.q)):
            changes = {"modes": self.result.modes(q, direction), "towards": direction}
        last = len(changes.get("modes", self.modes)) - 1
        # The same modes again would be an event, too, and have every view made anew.
        self.param.update(branch=int(np.clip(branch, 0, last)), **changes)

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

    def substituted(self, masses_amu: Mapping[int, float]) -> Subject:
        """What is shown with other masses of atoms, of the same force constants.

        Parameters
        ----------
        masses_amu : by number of the atom, counted from 1.
        """
        atoms = self.result.atoms.copy()
        masses = atoms.get_masses()
        for number, mass in masses_amu.items():
            masses[number - 1] = mass
        atoms.set_masses(masses)
        return isotopologue_of(self.subject, atoms)

    def show_instead(self, subject: Subject) -> None:
        """Show another state of the same structure, at the same wave vector and mode."""
        q, branch = self.q, self.branch
        self.show(subject)
        self.select(branch, q)

    def step(self, by: int) -> None:
        """Show the next or previous mode, around the end."""
        self.select((self.branch + by) % len(self.modes))

    def tell(self, what: BaseException | Notice | str) -> None:
        """Tell something at the page's own place for it.

        An exception that is not a :class:`PhonoscopeError` is called what it is: a fault of the
        program.
        """
        if isinstance(what, PhonoscopeError):
            notice = Notice(f"{what.what}: {what.why}.", what.fix, "error")
        elif isinstance(what, BaseException):
            notice = Notice(
                f"This is a fault of the program: {type(what).__name__}: {what}",
                "The page goes on; what was asked for last was not done.",
                "error",
            )
        else:
            notice = what if isinstance(what, Notice) else Notice(what)
        self.notice = None  # the same words again are told again
        self.notice = notice

    def follow_dialog(self, dialog: Any, name: str) -> None:
        """Let a dialog be open while ``dialog`` has its name, and be closed by either side."""

        def close(*_: object) -> None:
            if not dialog.open and self.dialog == name:
                self.dialog = None

        self.param.watch(lambda *_: setattr(dialog, "open", self.dialog == name), "dialog")
        dialog.param.watch(close, "open")

    def _offer_address(self) -> None:
        """The structure, the wave vector, the mode and the unit are parts of the address."""

        def read_entry(name: str) -> None:
            if name not in library.names():
                raise ValueError("the library has no such structure")
            self.entry_name = name

        def read_q(text: str) -> None:
            if not isinstance(self.result, Phonons):
                raise ValueError("a molecule has no wave vectors")
            self.select(0, q_of(text))

        def read_towards(text: str) -> None:
            if not isinstance(self.result, Phonons) or self.result.born is None:
                raise ValueError("without Born charges no direction matters")
            try:
                self.select(0, np.zeros(3), q_of(text))
            except PhonoscopeError as error:
                raise ValueError(f"{error.what}: {error.why}") from error

        def towards() -> str | None:
            if self.towards is None:
                return None
            return ",".join(f"{x + 0.0:.4g}" for x in self.towards / np.abs(self.towards).max())

        def read_path(text: str) -> None:
            if not isinstance(self.result, Phonons):
                raise ValueError("a molecule has no bands")
            self.follow(text)

        def path() -> str | None:
            return None if self.path == "auto" else self.path

        def read_isotopes(text: str) -> None:
            try:
                atoms = with_isotopes(self.result.atoms, text.replace(":", "="))
            except PhonoscopeError as error:
                raise ValueError(f"{error.what}: {error.why}") from error
            self.show(isotopologue_of(self.subject, atoms))

        def isotopes() -> str | None:
            return self.subject.isotopes.replace("=", ":") or None

        def read_mode(text: str) -> None:
            if not text.isdecimal() or not 1 <= int(text) <= len(self.modes):
                raise ValueError(f"there are modes 1 to {len(self.modes)}")
            self.select(int(text) - 1)

        def read_unit(name: str) -> None:
            units = {unit.replace("⁻¹", "-1"): unit for unit in UNITS}
            if name not in units:
                raise ValueError(f"known are {', '.join(units)}")
            self.unit = units[name]

        def unit() -> str | None:
            default = self.param.unit.default
            return None if self.unit == default else self.unit.replace("⁻¹", "-1")

        def q() -> str | None:
            return text_of_q(self.q) if isinstance(self.result, Phonons) else None

        offer, changed = self.address.offer, (self, ["subject"])
        offer("structure", read_entry, lambda: self.entry_name, (self, ["entry_name"]))
        offer("result", lambda key: self.show(of_key(key)), lambda: self.subject.key, changed)
        offer("isotopes", read_isotopes, isotopes, changed)
        offer("q", read_q, q, (self, ["modes"]))
        offer("towards", read_towards, towards, (self, ["towards"]))
        offer("path", read_path, path, (self, ["path"]))
        offer("mode", read_mode, lambda: str(self.branch + 1), (self, ["branch"]))
        offer("unit", read_unit, unit, (self, ["unit"]))
        self.address.follow(self, ["projector"])

    def _offer_keys(self) -> None:
        def next_unit() -> None:
            units = list(UNITS)
            self.unit = units[(units.index(self.unit) + 1) % len(units)]

        def project() -> None:
            self.projector = not self.projector

        offer = self.keys.offer
        offer("ArrowLeft", "←", "previous mode", lambda: self.step(-1))
        offer("ArrowRight", "→", "next mode", lambda: self.step(1))
        offer("u", "U", "next unit of frequency", next_unit)
        offer("p f", "P", "projector: large type", project)
