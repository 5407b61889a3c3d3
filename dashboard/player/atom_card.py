"""What a click on an atom tells: its element, how it moves, and its isotope, to be changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from ase.data import atomic_masses, atomic_names, chemical_symbols
from panel.viewable import Viewable

from dashboard.live import in_background, made_when_first
from dashboard.player.playback import Playback
from dashboard.subject import Subject
from dashboard.theme import LARGER
from dashboard.viewer import relative_displacement
from engine.amplitude import ellipse
from engine.isotopes import isotopes_of

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
SAME_MASS_AMU = 0.02
"""Tables of masses differ by less."""


def atom_card(playback: Playback) -> Viewable:
    """A card over the view while an atom is picked."""
    state, viewer = playback.state, playback.viewer
    text = pn.pane.HTML("", margin=(8, 34, 0, 12), styles={"font-size": "13px"})
    isotope = pmui.Select(label="Isotope", size="small", width=200, margin=(8, 12, 10, 12))
    close = pmui.IconButton(
        icon="close",
        size="small",
        description="Close the card of this atom",
        on_click=lambda _: setattr(viewer, "picked", -1),
        styles={"position": "absolute", "right": "2px", "top": "2px"},
        margin=0,
    )
    card = pmui.Paper(
        elevation=4,
        visible=False,
        width=230,
        css_classes=["atom-card"],
        styles={"position": "absolute", "left": "8px", "top": "8px", "z-index": "2", **LARGER},
    )
    made_when_first(card, "visible", lambda: card.visible, card, lambda: [text, isotope, close])
    filling = False

    def show(*_: object) -> None:
        nonlocal filling
        if not 0 <= viewer.picked < len(playback.piece.numbers):
            card.visible = False
            return
        text.object = _words(playback, viewer.picked)
        atom = int(playback.piece.source[viewer.picked])
        atoms = state.result.atoms
        options = masses_of(int(atoms.numbers[atom]), float(atoms.get_masses()[atom]))
        filling = True
        isotope.param.update(
            options=options,
            value=_present(options, float(atoms.get_masses()[atom])),
        )
        filling = False
        card.visible = True  # now its parts may be made, see made_when_first

    def substitute(event: Any) -> None:
        if not filling and event.new is not None:
            atom = int(playback.piece.source[viewer.picked])
            masses = {atom + 1: event.new}
            before = state.subject
            in_background(
                lambda: state.substituted(masses), lambda found: changed(before, found), isotope
            )

    def changed(before: Subject, found: Subject) -> None:
        if state.subject is before:  # no other structure was chosen meanwhile
            state.show_instead(found)

    def next_atom() -> None:
        """Pick the next atom of the cell, by the keyboard; after the last one none."""
        source = playback.piece.source
        now = int(source[viewer.picked]) if 0 <= viewer.picked < len(source) else -1
        following = np.flatnonzero(source == now + 1)
        viewer.picked = int(following[0]) if len(following) else -1

    state.keys.offer("i", "I", "next atom: what it is, how it moves, its isotope", next_atom)
    isotope.param.watch(substitute, "value")
    viewer.param.watch(show, ["picked", "motion", "amplitude"])
    return card


def masses_of(number: int, present_amu: float) -> dict[str, float]:
    """Names and masses in amu of what an atom of this element can be."""
    symbol = chemical_symbols[number]
    options = {f"as in nature ({atomic_masses[number]:.3f} u)": float(atomic_masses[number])}
    for nucleons, mass in isotopes_of(symbol).items():
        options[f"{str(nucleons).translate(SUPERSCRIPTS)}{symbol} ({mass:.3f} u)"] = mass
    if all(abs(mass - present_amu) > SAME_MASS_AMU for mass in options.values()):
        options[f"{present_amu:.3f} u"] = present_amu
    return options


def _present(options: dict[str, float], mass_amu: float) -> float:
    return min(options.values(), key=lambda mass: abs(mass - mass_amu))


def _words(playback: Playback, place: int) -> str:
    state, piece = playback.state, playback.piece
    atom = int(piece.source[place])
    number = int(piece.numbers[place])
    mass = state.result.atoms.get_masses()[atom]
    lines = [
        f"<b>{chemical_symbols[number]}</b>, {atomic_names[number].lower()}, atom {atom + 1}",
        f"mass {mass:.3f} u",
    ]
    if state.result.atoms.pbc.any():
        lines[0] += f"<br>in cell ({', '.join(map(str, piece.lattice[place]))})"
    u = relative_displacement(state.modes, state.branch)[atom] * playback.viewer.amplitude
    longer, shorter = ellipse(u)
    size, width = np.linalg.norm(longer), np.linalg.norm(shorter)
    if size < 5e-4 * max(playback.viewer.amplitude, 1e-9):
        lines.append("stands still in this mode")
    else:
        direction = ", ".join(f"{x + 0.0:.2f}" for x in (longer / size).round(2))
        shape = f"swings ±{size:.3f} Å"
        if width > 0.01 * size:
            shape = f"goes round an ellipse, ±{size:.3f} by ±{width:.3f} Å"
        lines.append(f"{shape}<br>along ({direction})")
    return "<br>".join(lines)
