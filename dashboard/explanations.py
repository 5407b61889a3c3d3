"""Symmetry in sentences: why light sees a mode, what an operation makes of it, how irreps count."""

from __future__ import annotations

import numpy as np

from dashboard import captions, textbook
from dashboard.state import State
from engine.phonons import Phonons
from engine.symmetry.crystals.report import CrystalIrrep, CrystalRepresentation
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.molecules.report import IrrepActivity, VibrationalRepresentation
from engine.vibrations import Vibrations

Report = VibrationalRepresentation | CrystalRepresentation


def acoustic(state: State) -> bool:
    """Whether the selected mode moves the crystal as a whole."""
    return bool(state.modes.acoustic[state.branch])


def why(state: State, report: Report) -> str:
    """Why light does or does not see the selected mode."""
    modes, i = state.modes, state.branch
    if acoustic(state):
        return (
            '<p class="note">The selected mode is acoustic: the crystal moves as a whole, which '
            "no light drives.</p>"
        )
    label = modes.irrep[i]
    own = next((irrep for irrep in report.irreps if irrep.name == label and label), None)
    if own is None:
        return '<p class="note">The selected mode has no label that a table could explain.</p>'
    name = captions.irrep(label)
    return (
        f'<p class="note"><b>{captions.frequency(modes.frequency_cm1[i], state.unit)}, {name}.</b> '
        f"{_infrared(name, own)} {_raman(name, own)}</p>"
    )


def _infrared(name: str, irrep: IrrepActivity | CrystalIrrep) -> str:
    if irrep.ir_active:
        like = ", ".join(irrep.components.linear)
        like = f" like {like}" if like else " like a vector"
        return f"{name} transforms{like}: the mode moves the dipole, and infrared light drives it."
    return (
        f"{name} does not transform like x, y or z: the dipole stays as it is, and infrared light "
        "does not drive the mode."
    )


def _raman(name: str, irrep: IrrepActivity | CrystalIrrep) -> str:
    if irrep.raman_active:
        like = ", ".join(irrep.components.quadratic)
        like = f" like {like}" if like else " like a product of two coordinates"
        return (
            f"It transforms{like}: the mode changes the polarizability, and Raman light scatters "
            "from it."
        )
    return "No product of two coordinates transforms like it: Raman scattering does not show it."


def operation(state: State, report: Report, picked: int | None) -> str:
    """What an operation of the picked class makes of the partners of the selected level."""
    assert report.table is not None
    if picked is None or picked >= len(report.table.classes):
        return (
            "<p><small>Click the head of a column to apply one of its operations to the selected "
            "mode.</small></p>"
        )
    conjugates, modes = report.table.classes[picked], state.modes
    level = next(level for level in modes.levels() if state.branch in level)
    name = captions.operations(conjugates.name)
    words = captions.operations_in_words(conjugates.name)
    group = _acting(state)
    if not conjugates.members or group is None or group.order != report.group.order:
        return f'<div class="note"><b>{name}</b>: {words}.</div>'
    member = conjugates.members[0]
    if "φ" in conjugates.name:
        turn = np.degrees(
            np.arccos(np.clip((abs(np.trace(group.rotations[member])) - 1) / 2, -1, 1))
        )
        words = f"{words}, here φ = {turn:.0f}°"
    d = modes.matrices(level, group, state.result.atoms.get_masses())[member]
    trace = " + ".join(textbook.decimal(value) for value in np.diag(d)).replace("+ −", "− ")
    total = textbook.decimal(float(np.trace(d)))
    what = "this motion" if len(level) == 1 else f"these {len(level)} motions of equal frequency"
    explained = (
        "It comes back as it was." if len(level) == 1 and d[0, 0] > 0.99
        else "It comes back reversed." if len(level) == 1
        else "Each column tells what becomes of one of them; the diagonal is what is left of it."
    )  # fmt: skip
    sum_ = "" if len(level) == 1 else f"{trace} = "
    return (
        f'<div class="note"><b>{name}</b>: {words}. What it makes of {what}, from the computed '
        f"displacements: {textbook.matrix(d)} {explained} <b>Character {sum_}{total}</b></div>"
    )


def _acting(state: State) -> SymmetryGroup | None:
    """The group by which the modes of the result are labelled."""
    result: Vibrations | Phonons = state.result
    return result.group if isinstance(result, Vibrations) else result.space_group.folded_group


def worked(report: Report, whole: str | None, rest: str | None) -> str:
    """The reduction worked through."""
    crystal = isinstance(report, CrystalRepresentation)
    linear = report.group.linear
    how = (
        "There are infinitely many operations: the mean ⟨ ⟩ over the angle φ, kind by kind, stands "
        "for the sum over them, and the number of kinds for the order."
        if linear
        else "Multiply, class by class, the number of operations, the character of Γ<sub>3N</sub> "
        f"and that of the irrep; add up; divide by the order {report.group.order}."
    )
    taken = "the three translations" if crystal else (
        "the three translations and the two rotations" if linear
        else "the three translations and the three rotations"
    )  # fmt: skip
    name = "optical" if crystal else "vib"
    return textbook.folded(
        "The reduction worked through",
        "<p><b>1.</b> Only atoms that an operation leaves in place count, each with the trace of "
        "the operation’s matrix. Their product is the character of all 3N displacements.</p>",
        textbook.by_hand(report.group.name, report.classes, crystal),
        f"<p><b>2.</b> How often does each irrep occur? {how}</p>",
        textbook.counting(report.reduction),
        f"<p><b>3.</b> Γ<sub>3N</sub> = {captions.representation(whole)}. Less {taken}: "
        f"<b>Γ<sub>{name}</sub> = {captions.representation(rest)}</b></p>",
    )
