"""The symmetry behind the labels: the character table, and how the vibrations are counted."""

from __future__ import annotations

import numpy as np
import panel as pn
from panel.viewable import Viewable

from dashboard import captions, explanations, textbook
from dashboard.clickable import ClickableHTML
from dashboard.explanations import Report
from dashboard.state import State
from dashboard.textbook import Row
from engine.errors import PhonoscopeError
from engine.phonons.wave_representation import WaveRepresentation, wave_representation
from engine.symmetry.crystals.report import (
    CrystalIrrep,
    CrystalRepresentation,
    crystal_representation,
)
from engine.symmetry.molecules.report import (
    IrrepActivity,
    VibrationalRepresentation,
    representation_in,
)
from engine.vibrations import Vibrations

TAB = "Symmetry"

LEGEND = textbook.folded(
    "How to read the table",
    "<p>Every <b>column</b> is a class of operations of the same kind, with their number in front: "
    "<i>E</i> does nothing, <i>C<sub>n</sub></i> turns by 360°/n, <i>σ</i> mirrors, <i>i</i> "
    "inverts through the centre, <i>S<sub>n</sub></i> turns and mirrors.</p>"
    "<p>Every <b>row</b> is an irreducible representation, one way of answering to all of them. "
    "The <b>character</b> tells how much of a motion is left as it was: 1 unchanged, −1 reversed, "
    "and for several motions of the same frequency the sum over them. Under <i>E</i> stands how "
    "many they are.</p>"
    "<p><b>A, B</b>: one motion; <b>E</b>: two; <b>T</b>: three; of linear molecules <b>Σ</b>: "
    "one, <b>Π, Δ, Φ</b>: two. <b>g, u</b>: the same or reversed after inversion; ′, ″ after the "
    "mirror across the axis.</p>"
    "<p>At the right stand functions that answer alike. What answers like x, y or z carries a "
    "dipole, which infrared light drives; what answers like x², xy, … changes the polarizability, "
    "from which Raman light scatters. R<sub>x</sub>, R<sub>y</sub>, R<sub>z</sub> are "
    "rotations.</p>",
)


def symmetry_view(state: State) -> Viewable:
    """Character table, reduction, and what an operation does to the selected mode.

    It is made when its tab is opened, and not before.
    """
    picked: list[int | None] = [None]
    reports: list[tuple[object, Report | PhonoscopeError]] = []  # of the present result, once made

    def report() -> Report | PhonoscopeError:
        if not reports or reports[0][0] is not state.result:
            reports[:] = [(state.result, _report(state))]
        return reports[0][1]

    def show(*_: object) -> None:
        if state.tab == TAB:
            page.html = _page(state, report(), picked[0])

    def start_anew(*_: object) -> None:
        picked[0] = None
        show()

    def pick(name: str) -> None:
        picked[0] = None if picked[0] == int(name) else int(name)
        show()

    page = ClickableHTML(pick, stylesheets=[textbook.STYLE], sizing_mode="stretch_width", margin=0)
    state.param.watch(start_anew, "subject")
    state.param.watch(show, ["modes", "branch", "tab", "unit"])
    show()
    return pn.Column(page, scroll="y-auto", sizing_mode="stretch_both", css_classes=["symmetry"])


def _report(state: State) -> Report | PhonoscopeError:
    result = state.result
    if isinstance(result, Vibrations):
        return representation_in(result.group, result.atoms)
    try:
        return crystal_representation(result.atoms, result.space_group.tolerance_A)
    except PhonoscopeError as error:
        return error


def _page(state: State, report: Report | PhonoscopeError, picked: int | None) -> str:
    if isinstance(report, PhonoscopeError):
        body = f"<p>{report}</p>"
    elif isinstance(report, VibrationalRepresentation):
        body = _of_molecule(state, report, picked)
    elif np.any(state.q):
        body = _of_wave(state, wave_representation(state.result, state.modes))
    else:
        body = _of_crystal(state, report, picked)
    return f'<div class="book">{body}{LEGEND}</div>'


# --- molecules and crystals at Γ ------------------------------------------------------------------


def _of_molecule(state: State, report: VibrationalRepresentation, picked: int | None) -> str:
    group = report.group
    order = "Infinitely many" if group.linear else str(group.order)
    title = (
        f"<h3>Point group {captions.point_group(group.name)}</h3>"
        f"<p>{order} operation{'' if order == '1' else 's'} leave the molecule as it is.</p>"
    )
    if report.table is None:
        return f"{title}<p>{report.selection_rules}</p>"
    return (
        f"{title}{_table(state, report, 'Γ<sub>vib</sub>', picked)}"
        f"{explanations.operation(state, report, picked)}{explanations.why(state, report)}"
        f"{explanations.worked(report, report.gamma_3n, report.gamma_vib)}{_isotopes(state)}"
    )


def _of_crystal(state: State, report: CrystalRepresentation, picked: int | None) -> str:
    found, group = report.space_group, report.group
    title = (
        f"<h3>{found.symbol} (No. {found.number}) at Γ: {captions.point_group(group.name)}</h3>"
        f"<p>At q = 0 all cells move alike, and the {group.order} operations of the crystal class "
        f"{captions.point_group(group.name)} ({found.hermann_mauguin}) act on one cell.</p>"
    )
    if report.table is None:
        return title + "<p>There is no character table of this group here.</p>"
    return (
        f"{title}{_table(state, report, 'Γ<sub>optical</sub>', picked)}"
        f"{explanations.operation(state, report, picked)}{explanations.why(state, report)}"
        f"{explanations.worked(report, report.gamma_total, report.gamma_optical)}"
        f"{_sites(report)}{_parents(report)}"
    )


def _table(state: State, report: Report, counted: str, picked: int | None) -> str:
    assert report.table is not None
    irreps: tuple[IrrepActivity | CrystalIrrep, ...] = report.irreps
    selected = None if explanations.acoustic(state) else state.modes.irrep[state.branch]
    rows = [
        Row(
            name=name,
            characters=entries,
            functions=(
                _functions((*irrep.components.linear, *irrep.components.rotations)),
                _functions(irrep.components.quadratic),
            ),
            count=_count(irrep),
            here=selected is not None and irrep.name == selected,
        )
        for name, entries, irrep in zip(
            report.table.names, report.table.entries, irreps, strict=True
        )
    ]
    names = [conjugates.name for conjugates in report.table.classes]
    return textbook.character_table(report.group.name, names, rows, counted, picked)


def _functions(names: tuple[str, ...]) -> str:
    """Functions in HTML, with indices below."""
    text = ", ".join(names)
    for axis in "xyz":
        text = text.replace(f"R{axis}", f"R<sub>{axis}</sub>")
    return text


def _count(irrep: IrrepActivity | CrystalIrrep) -> int:
    return irrep.in_vib if isinstance(irrep, IrrepActivity) else irrep.optical


def _isotopes(state: State) -> str:
    result = state.result
    if not result.correlation:
        return ""
    pairs = "; ".join(
        f"{captions.irrep(one)} → {captions.representation(other)}"
        for one, other in result.correlation.items()
    )
    parent = captions.point_group(result.parent_group.name)
    return (
        f"<h4>Isotopes</h4><p>Without regard to masses the group is {parent}. Its irreps become: "
        f"{pairs}.</p>"
    )


def _sites(report: CrystalRepresentation) -> str:
    rows = "".join(
        f"<tr><td>{site.multiplicity}<i>{site.letter or ''}</i></td><td>{site.element}</td>"
        f"<td>{site.symmetry}</td><td class='functions'>"
        f"{captions.representation(site.gamma)}</td></tr>"
        for site in report.sites
    )
    return (
        "<h4>Which atoms move in which irrep</h4><div class='wide'><table class='ruled'><thead>"
        "<tr><th>Wyckoff position&nbsp;</th><th>atoms&nbsp;</th><th>site symmetry&nbsp;</th>"
        f"<th class='functions'>displacements</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _parents(report: CrystalRepresentation) -> str:
    if not report.atoms.pbc.all() or not report.parents:
        return ""
    lines = "".join(
        f"<p>{near.symbol} (No. {near.number}): atoms {near.rms_A:.3f} Å (rms) from it, lengths "
        f"within {100 * abs(near.strain):.2f} %.</p>"
        for near in report.parents
    )
    return f"<h4>Nearly of higher symmetry</h4>{lines}"


# --- other wave vectors ---------------------------------------------------------------------------

CONVENTIONS = {
    "interior": "The labels are those of the little co-group, and depend on no choice of origin.",
    "site": "The labels are those of the little co-group with its operations taken about a site of "
    "the crystal: seen from another site, g and u may change places.",
    "own": "At the zone boundary of this crystal, with its screw axes or glide planes, no point "
    "group’s irreps serve. The letters a, b, … with the degeneracy are Phonoscope’s own; printed "
    "tables number these irreps differently.",
}


def _of_wave(state: State, found: WaveRepresentation) -> str:
    where = captions.wave_vector(state.q, state.bands)
    group = captions.point_group(found.group)
    several = f"{found.order} operations leave" if found.order > 1 else "1 operation leaves"
    title = (
        f"<h3>q = {where}: little co-group {group}</h3><p>{several} the wave vector where it is, "
        "up to a reciprocal lattice vector. Light has q ≈ 0, and sees none of these phonons "
        "singly.</p>"
    )
    if found.unlabelled or found.convention is None:
        return f"{title}<p>{found.unlabelled}</p>"
    label = state.modes.irrep[state.branch]
    counts = {count.label: count.levels for count in found.irreps}
    if found.table is not None and all(name in found.table.names for name in counts):
        rows = [
            Row(name, entries, (), counts.get(name, 0), name == label)
            for name, entries in zip(found.table.names, found.table.entries, strict=True)
        ]
        names = [conjugates.name for conjugates in found.table.classes]
        table = textbook.character_table(found.group, names, rows, "the waves", None)
    else:
        table = _list(found, label)
    total = captions.sum_of([(count.levels, count.label) for count in found.irreps])
    return (
        f"{title}{table}<p>All displacements: <b>{total}</b></p>"
        f"<p><small>{CONVENTIONS[found.convention]}</small></p>"
    )


def _list(found: WaveRepresentation, label: str | None) -> str:
    rows = "".join(
        f'<tr class="{"here" if count.label == label else ""}">'
        f"<td>{'▸ ' if count.label == label else ''}{captions.irrep(count.label)}</td>"
        f"<td>{count.dimension}</td><td>{count.levels}</td></tr>"
        for count in found.irreps
    )
    return (
        '<div class="wide"><table class="ruled"><thead><tr><th>irrep&nbsp;</th>'
        "<th>motions of equal frequency&nbsp;</th><th>levels&nbsp;</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
