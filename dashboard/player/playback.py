"""What the viewer is told, from the state of the page and the settings of the player."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import param
from ase import Atoms
from param.parameterized import Event

from dashboard import captions
from dashboard.player.cells import MOST_ATOMS, Drawn, pieces_to_start_with, whole_wave
from dashboard.state import State
from dashboard.viewer import Viewer, Wave, motion_of, scene_of
from engine.amplitude import rms_displacement_A
from engine.errors import PhonoscopeError
from engine.structure import Piece, formula, piece


class Playback(param.Parameterized):
    """Settings of the player. It watches the state and itself, and keeps the viewer up to date."""

    a: Any = param.Integer(default=1, bounds=(1, None), doc="Cells along a, ...")
    b: Any = param.Integer(default=1, bounds=(1, None), doc="... along b ...")
    c: Any = param.Integer(default=1, bounds=(1, None), doc="... and along c.")
    whole: Any = param.Boolean(
        default=False, doc="Draw a supercell in which the wave repeats, instead of these."
    )
    amplitude_A: Any = param.Number(
        default=0.3, bounds=(0, 1), doc="Of the atom that moves most, in angstrom."
    )
    thermal: Any = param.Boolean(
        default=False, doc="Take the amplitude of thermal equilibrium instead."
    )
    temperature_K: Any = param.Number(default=300, bounds=(0, 2000))
    exaggeration: Any = param.Number(
        default=1, bounds=(1, 20), doc="Factor on the thermal amplitude."
    )
    true_speed: Any = param.Boolean(
        default=False, doc="Modes move at speeds in proportion to their frequencies."
    )
    others: Any = param.List(default=[], item_type=Wave, doc="Modes added to the selected one.")
    piece_note = param.String(doc="What is drawn, in words.")
    amplitude_note = param.String(doc="What the amplitude is, in words.")

    def __init__(self, state: State, viewer: Viewer) -> None:
        super().__init__()
        self.state, self.viewer = state, viewer
        self.piece: Piece
        self._drawn: Drawn | None = None
        self._shown: Atoms | None = None
        self._following = False
        self._show_structure()
        state.param.watch(self._show_state, ["result", "modes", "branch"])
        state.param.watch(lambda *_: setattr(viewer, "caption", self.caption()), "unit")
        self.param.watch(self._of_own_accord(self._show_scene), ["a", "b", "c", "whole"])
        self.param.watch(
            self._of_own_accord(self._show_motion),
            ["others", "true_speed", "amplitude_A", "thermal", "temperature_K", "exaggeration"],
        )

    def _of_own_accord(self, act: Callable[[], None]) -> Callable[..., None]:
        """What a setting does when the user changes it, and not because the state has changed."""

        def watcher(*_: object) -> None:
            if not self._following:
                act()

        return watcher

    def _follow(self, **settings: Any) -> None:
        self._following = True
        self.param.update(**settings)
        self._following = False

    @property
    def waves(self) -> list[Wave]:
        """The selected mode, and those added to it."""
        return [Wave(self.state.branch), *self.others]

    def _show_state(self, *events: Event) -> None:
        """All that the state changed in one step."""
        if any(event.name == "result" for event in events):
            self._show_structure()
            return
        self._follow(others=[])
        if self.whole and self._drawn != self._wanted():
            self._show_scene()
        else:
            self._show_motion()

    def _show_structure(self) -> None:
        """Draw the structure, in as many cells as suit it if it is another than before."""
        atoms = self.state.result.atoms
        cells = {"a": self.a, "b": self.b, "c": self.c}
        if self._shown is None or any(
            getattr(self._shown, of).tobytes() != getattr(atoms, of).tobytes()
            for of in ("numbers", "positions")
        ):
            cells = dict(zip("abc", pieces_to_start_with(atoms), strict=True))
        self._shown = atoms
        self._follow(**cells, others=[])
        self._show_scene()

    def _wanted(self) -> Drawn:
        atoms = self.state.result.atoms
        if self.whole and atoms.pbc.any():
            return whole_wave(atoms, self.state.q)
        return Drawn((self.a, self.b, self.c))

    def _show_scene(self) -> None:
        atoms = self.state.result.atoms
        wanted = self._wanted()
        if wanted.atoms(atoms) > MOST_ATOMS:
            self.piece_note = (
                f"These cells would hold {wanted.atoms(atoms):,} atoms. No more than "
                f"{MOST_ATOMS:,} are drawn: the picture is unchanged."
            )
            return
        self._drawn = wanted
        self.piece = piece(atoms, wanted.repeats, wanted.vectors)
        self.piece_note = wanted.in_words(atoms, len(self.piece.numbers))
        self._show_motion(scene=scene_of(atoms, self.piece))

    def _show_motion(self, **scene: Any) -> None:
        amplitude, waves = self._amplitudes()
        self.viewer.param.update(
            amplitude=amplitude,
            motion=motion_of(self.state.modes, waves, self.true_speed),
            caption=self.caption(),
            **scene,
        )

    def _amplitudes(self) -> tuple[float, list[Wave]]:
        """Amplitude of the selected mode in angstrom, and waves with weights relative to it."""
        if not self.thermal:
            self.amplitude_note = ""
            return float(self.amplitude_A), self.waves
        modes, waves = self.state.modes, self.waves
        try:
            rms = [
                rms_displacement_A(modes, wave.branch, self.temperature_K).max() for wave in waves
            ]
        except PhonoscopeError as error:
            self.amplitude_note = f"{error.what}: {error.why}. Shown: {self.amplitude_A:g} Å."
            return float(self.amplitude_A), self.waves
        per = (
            ""
            if not self.state.result.atoms.pbc.any()
            else (" One such oscillator is taken to be in every primitive cell.")
        )
        larger = f" Exaggerated × {self.exaggeration:g}." if self.exaggeration != 1 else ""
        self.amplitude_note = (
            f"Quantum oscillator at {self.temperature_K:g} K: the atom that moves most is "
            f"{rms[0]:.3f} Å (rms) from rest; it swings to √2 of that.{per}{larger}"
        )
        weights = [
            Wave(wave.branch, wave.weight * size / rms[0], wave.phase_degrees)
            for wave, size in zip(waves, rms, strict=True)
        ]
        return float(np.sqrt(2) * rms[0] * self.exaggeration), weights

    def motion_in_words(self) -> str:
        """Wave vector and mode, and the modes added to it, in a line of HTML."""
        state = self.state
        text = captions.mode(state.modes, state.branch, state.unit)
        if state.bands is not None:
            text = f"q = {captions.wave_vector(state.q, state.bands)}  ·  {text}"
        return text + "".join(f"  +  {wave.branch + 1}" for wave in self.others)

    def caption(self) -> str:
        """What a picture shows: structure, motion and model, in a line of plain text."""
        result = self.state.result
        parts = [
            self.state.subject.title,
            captions.formula(result),
            captions.group(result),
            captions.plain(self.motion_in_words()),
            f"model: {captions.model(result)}",
        ]
        return "  ·  ".join(parts)

    def picture_name(self) -> str:
        """File name of a picture, like methane-T2-1314.png."""
        state = self.state
        parts = [state.entry_name or formula(state.result.atoms)]
        if state.bands is not None:
            parts.append(captions.wave_vector(state.q, state.bands).replace(" ", ""))
        if state.modes.irrep[state.branch]:
            parts.append(state.modes.irrep[state.branch])
        parts.append(f"{state.modes.frequency_cm1[state.branch]:.0f}")
        return "-".join(parts).replace("'", "p") + ".png"
