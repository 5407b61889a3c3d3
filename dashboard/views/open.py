"""A structure of one's own: from a file, a text or a SMILES, and what was understood of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from html import escape
from pathlib import Path

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.captions import SUBSCRIPTS
from dashboard.facts import DROPPER, STYLE, facts, notes, obstacle, problem
from dashboard.state import State
from dashboard.subject import Subject, subject_of
from dashboard.thumbnails import as_address, thumbnail
from engine.errors import PhonoscopeError
from engine.formats.given import Given
from engine.formats.stored import result_to_bytes
from engine.formats.structures import LARGEST_BYTES, given_text, given_upload
from engine.formats.understanding import Understanding, as_molecule
from engine.formats.uploaded import ENDING, result_of_upload
from engine.jobs import Store

Read = Callable[[int | None, bool], Given]
"""(frame, whether to add hydrogen) -> what is there."""

MOST_SHOWN = 60
"""Characters of a result's name."""

MOST_DRAWN = 400
"""Atoms beyond which a small picture shows nothing."""

FORMATS = "CIF, POSCAR, XYZ, SDF, MOL, PDB, what ASE and pymatgen read; results (.npz)"


def open_view(state: State) -> Viewable:
    """Fields to give a structure, and below them what was understood."""
    dropper = pn.widgets.FileDropper(
        max_file_size=f"{LARGEST_BYTES // 1_000_000}MB",
        sizing_mode="stretch_width",
        height=76,
        margin=(0, 0, 4, 0),
        css_classes=["dropper"],
        stylesheets=[DROPPER],
    )
    text = pmui.TextAreaInput(
        label="SMILES, or the content of a file",
        placeholder="CCO",
        rows=2,
        max_rows=6,
        auto_grow=True,
        sizing_mode="stretch_width",
        margin=(6, 0, 4, 0),
        size="small",
    )
    button = pmui.Button(
        label="Read it", icon="visibility", variant="outlined", size="small", margin=(0, 0, 6, 0)
    )
    frame = pmui.IntInput(
        label="Which structure of the file", start=1, size="small", visible=False, width=220
    )
    hydrogens = pmui.Button(
        label="Add the missing hydrogen", size="small", variant="outlined", visible=False
    )
    unbox = pmui.Button(
        label="It is a molecule: drop the box", size="small", variant="outlined", visible=False
    )
    onward = pmui.Button(
        label="Choose a model and compute",
        icon="arrow_forward",
        color="primary",
        sizing_mode="stretch_width",
        margin=(8, 0),
        visible=False,
    )
    words = pn.pane.HTML(
        "", stylesheets=[STYLE], sizing_mode="stretch_width", css_classes=["understood"], margin=0
    )
    how: list[Read] = []  # how the structure shown was read
    setting = False

    def hide() -> None:
        for part in (frame, hydrogens, unbox, onward):
            part.visible = False

    def read(reader: Read, number: int | None = None, add_hydrogens: bool = False) -> None:
        nonlocal setting
        hide()
        try:
            found = state.computing.propose(reader(number, add_hydrogens))
        except PhonoscopeError as error:
            words.object = problem(error)
            return
        how[:] = [reader]
        words.object = told(found)
        setting = True
        frame.param.update(
            visible=found.given.frames > 1, end=found.given.frames, value=found.given.frame + 1
        )
        setting = False
        hydrogens.visible = bool(found.given.missing_hydrogens)
        unbox.visible = found.boxed
        onward.visible = not found.obstacles

    def read_file(*_: object) -> None:
        if dropper.value:
            name, content = list(dropper.value.items())[-1]
            content = content.encode() if isinstance(content, str) else content
            if name.lower().endswith(ENDING):
                read_result(name, content)
                return
            read(lambda number, add: given_upload(name, content, number, add))

    def read_result(name: str, content: bytes) -> None:
        """A result needs no model: it is shown at once."""
        hide()
        try:
            subject = subject_of_file(name, content)
        except PhonoscopeError as error:
            words.object = problem(error)
            return
        state.show(subject)
        words.object = f"<p><b>{escape(name)}</b> is a stored result, and is shown.</p>"

    def read_text(*_: object) -> None:
        written = text.value_input or text.value or ""
        read(lambda number, add: given_text(written, number, add))

    def without_box(*_: object) -> None:
        reader = how[-1]
        read(lambda number, add: as_molecule(reader(number, add)))

    def another(event: object) -> None:
        if not setting and frame.value:
            read(how[-1], frame.value - 1)

    dropper.param.watch(read_file, "value")
    button.on_click(read_text)
    frame.param.watch(another, "value")
    hydrogens.on_click(lambda _: read(how[-1], frame.value and frame.value - 1, True))
    unbox.on_click(without_box)
    onward.on_click(lambda _: setattr(state, "drawer", "Compute"))
    return pn.Column(
        pn.pane.HTML(
            f'<b>A file</b><div class="quiet">{FORMATS}</div>',
            stylesheets=[STYLE],
            margin=(0, 0, 4, 0),
        ),
        dropper,
        text,
        button,
        words,
        frame,
        hydrogens,
        unbox,
        onward,
        sizing_mode="stretch_both",
        scroll="y-auto",
        margin=(8, 10),
        css_classes=["open"],
    )


def subject_of_file(name: str, content: bytes) -> Subject:
    """A stored result that somebody gave; it is kept in the store, so that links find it again.

    Raises
    ------
    PhonoscopeError
        if it holds no result.
    """
    result, notes = result_of_upload(name, content)
    # Of the notes only the name goes on: what else they claim cannot be checked.
    title = str(notes.get("structure") or Path(name).stem)[:MOST_SHOWN]
    kept = result_to_bytes(result, {"structure": title})
    key = hashlib.sha256(kept).hexdigest()
    Store().put(key, kept)
    return subject_of(title, result, key=key, origin=f"opened from {name}")


def told(found: Understanding) -> str:
    """What was understood, in HTML."""
    given = found.given
    formula = found.formula.translate(SUBSCRIPTS)
    count = len(found.atoms)
    rows = {
        "read as": escape(given.format),
        "it is": f"a {found.kind}, {count} atom{'s' * (count > 1)}"
        + (" in the primitive cell" if found.kind == "crystal" else ""),
        "space group" if found.kind == "crystal" else "symmetry": f"{found.group} "
        f'<span class="quiet">within {found.tolerance_A:g} Å</span>',
        "nearly": found.higher,
    }
    if found.kind == "crystal":
        a, b, c = found.lengths_A
        alpha, beta, gamma = found.angles
        rows |= {
            "a, b, c": f"{a:.3f}, {b:.3f}, {c:.3f} Å",
            "α, β, γ": f"{alpha:.2f}, {beta:.2f}, {gamma:.2f}°",
            "volume": f"{given.atoms.get_volume():.2f} Å³",
        }
    if found.shortest_A is not None and found.shortest_pair is not None:
        rows["shortest distance"] = f"{found.shortest_A:.3f} Å ({'–'.join(found.shortest_pair)})"
    picture = ""
    if count <= MOST_DRAWN:
        picture = f'<img alt="" src="{as_address(thumbnail(found.atoms))}">'
    return (
        f'<div class="with-picture">{picture}<div><h4>{formula}</h4>'
        f'<span class="quiet">{escape(given.title)}</span></div></div>'
        + facts(rows)
        + (f"<p>{found.reduction}</p>" if found.reduction else "")
        + notes(found.notes)
        + "".join(map(obstacle, found.obstacles))
    )
