"""The symmetry of a molecule as text for a terminal."""

from __future__ import annotations

from engine.structure import formula
from engine.symmetry.activity import Components
from engine.symmetry.molecules.report import VibrationalRepresentation
from engine.symmetry.text import aligned


def as_text(report: VibrationalRepresentation) -> str:
    """Group, character table, reduction and selection rules."""
    parts = [_heading(report)]
    if report.table is not None:
        parts += [_table(report), _reduction(report), _representations(report), _activity(report)]
    return "\n\n".join([*parts, report.selection_rules])


def _heading(report: VibrationalRepresentation) -> str:
    group, higher = report.group, report.group.next_higher
    order = "∞" if group.linear else str(group.order)
    lines = [
        f"{formula(report.atoms)}   point group {group.name}, order {order}",
        f"The atoms are {group.rms_A:.4f} Å (rms) from this symmetry; "
        f"up to {report.tolerance_A:g} Å is allowed.",
    ]
    if higher is not None:
        lines.append(
            f"The next higher group is {higher.name}: {higher.rms_A:.4f} Å (rms), "
            f"{higher.largest_A:.4f} Å at most."
        )
    return "\n".join(lines)


def _table(report: VibrationalRepresentation) -> str:
    assert report.table is not None
    columns = report.classes
    about = ", less the turn about the line" if report.group.linear else ""
    hand_made = [
        ("unmoved atoms", [str(c.unmoved_atoms) for c in columns], ""),
        ("χ of each", [c.per_atom.text for c in columns], ""),
        ("Γ(3N)", [c.gamma_3n.text for c in columns], "unmoved atoms × χ of each"),
        ("Γ(trans)", [c.gamma_trans.text for c in columns], "χ of each"),
        ("Γ(rot)", [c.gamma_rot.text for c in columns], f"χ of each × determinant{about}"),
        ("Γ(vib)", [c.gamma_vib.text for c in columns], "Γ(3N) − Γ(trans) − Γ(rot)"),
    ]
    rows = [
        [report.group.name, *(column.name for column in columns)],
        *(
            [name, *entries, *_components(irrep.components)]
            for name, entries, irrep in zip(
                report.table.names, report.table.entries, report.irreps, strict=True
            )
        ),
        [],
        *([name, *cells] for name, cells, _ in hand_made),
    ]
    lines = aligned(rows, right=len(columns)).splitlines()
    notes = [""] * (len(lines) - len(hand_made)) + [note for _, _, note in hand_made]
    return "\n".join(f"{line}  {note}".rstrip() for line, note in zip(lines, notes, strict=True))


def _components(components: Components) -> tuple[str, str, str]:
    return (
        ", ".join(components.linear),
        ", ".join(components.rotations),
        ", ".join(components.quadratic),
    )


def _reduction(report: VibrationalRepresentation) -> str:
    how = (
        "There are infinitely many operations: the mean ⟨ ⟩ over the angle φ, kind by kind,\n"
        "stands for the sum over them, and the number of kinds for the order."
        if report.group.linear
        else "Each irrep occurs n times: n = Σ (operations of the class · Γ(3N) · irrep) / order."
    )
    steps = [[step.irrep or "?", step.text] for step in report.reduction]
    return f"{how}\n{aligned(steps)}"


def _representations(report: VibrationalRepresentation) -> str:
    found = {
        "Γ(3N)": report.gamma_3n,
        "Γ(trans)": report.gamma_trans,
        "Γ(rot)": report.gamma_rot,
        "Γ(vib)": report.gamma_vib,
    }
    return aligned(
        [[name, f"= {'?' if gamma is None else gamma}"] for name, gamma in found.items()]
    )


def _activity(report: VibrationalRepresentation) -> str:
    rows = [["irrep", "frequencies", "modes of each", "seen by"]]
    for irrep in report.irreps:
        if irrep.in_vib:
            marks = {
                "infrared": irrep.ir_active,
                "Raman": irrep.raman_active,
                "hyper-Raman": irrep.hyper_raman_active,
            }
            seen = ", ".join(name for name, active in marks.items() if active) or "none of these"
            rows.append([irrep.name or "?", str(irrep.in_vib), str(irrep.dimension), seen])
    return aligned(rows)
