"""The symmetry of a crystal as text for a terminal."""

from __future__ import annotations

from engine.structure import formula
from engine.symmetry.crystals.report import CrystalRepresentation
from engine.symmetry.raman_tensors import RamanTensor
from engine.symmetry.text import aligned


def as_text(report: CrystalRepresentation) -> str:
    """Group, axes, Wyckoff positions, character table, selection rules and Raman tensors."""
    parts = [_heading(report), _sites(report)]
    if report.table is not None:
        parts += [_table(report), _representations(report), _activity(report)]
    parts += [_tensors(tensor) for tensor in report.raman_tensors]
    return "\n\n".join([*parts, *filter(None, [_parents(report)])])


def _heading(report: CrystalRepresentation) -> str:
    found, group = report.space_group, report.group
    layer = f", layer group {found.layer_group}" if found.layer_group else ""
    axes = "   ".join(
        f"{name} = ({', '.join(f'{value:.4f}' for value in axis.round(4) + 0.0)})"
        for name, axis in zip("xyz", group.axes.T, strict=True)
    )
    return "\n".join(
        [
            f"{formula(report.atoms)}   "
            f"space group {found.symbol} (No. {found.number}){layer}, "
            f"class {found.hermann_mauguin} ({found.point_group})",
            f"{len(report.atoms)} atoms in the primitive cell, {group.rms_A:.4f} Å (rms) from this "
            f"symmetry; up to {found.tolerance_A:g} Å is allowed.",
            f"Axes: {axes}",
        ]
    )


def _sites(report: CrystalRepresentation) -> str:
    rows = [
        [f"{site.multiplicity}{site.letter or ''}", site.symmetry, site.element, site.gamma or "?"]
        for site in report.sites
    ]
    return aligned([["position", "site symmetry", "atoms", "displacements"], *rows])


def _table(report: CrystalRepresentation) -> str:
    assert report.table is not None
    columns = report.classes
    rows = [
        [report.group.name, *(column.name for column in columns)],
        *(
            [name, *entries, ", ".join((*irrep.components.linear, *irrep.components.quadratic))]
            for name, entries, irrep in zip(
                report.table.names, report.table.entries, report.irreps, strict=True
            )
        ),
        [],
        ["unmoved atoms", *(str(column.unmoved_atoms) for column in columns)],
        ["χ of each", *(column.per_atom.text for column in columns)],
        ["Γ(all)", *(column.gamma_3n.text for column in columns)],
    ]
    return aligned(rows, right=len(columns))


def _representations(report: CrystalRepresentation) -> str:
    found = {
        "Γ(all)": report.gamma_total,
        "Γ(acoustic)": report.gamma_acoustic,
        "Γ(optical)": report.gamma_optical,
    }
    return aligned(
        [[name, f"= {'?' if gamma is None else gamma or 'none'}"] for name, gamma in found.items()]
    )


def _activity(report: CrystalRepresentation) -> str:
    rows = [["irrep", "frequencies", "modes of each", "seen by"]]
    for irrep in report.irreps:
        if irrep.optical:
            marks = {
                "infrared": irrep.ir_active,
                "Raman": irrep.raman_active,
                "hyper-Raman": irrep.hyper_raman_active,
            }
            seen = ", ".join(name for name, active in marks.items() if active) or "none of these"
            rows.append([irrep.name or "?", str(irrep.optical), str(irrep.dimension), seen])
    return aligned(rows) if len(rows) > 1 else "There are no optical modes."


def _tensors(tensor: RamanTensor) -> str:
    """The Raman tensors of all partners side by side, under their names."""
    name = tensor.name or "?"
    blocks = []
    for partner, rows in zip(tensor.partners, tensor.written(), strict=True):
        body = aligned(
            [[("·" if e == "0" else e).rjust(_width(rows)) for e in row] for row in rows]
        )
        title = name if tensor.partners == ("1",) else f"{name} ({partner})"
        blocks.append([title, *body.splitlines()])
    return aligned([[f"{line}  " for line in row] for row in zip(*blocks, strict=True)])


def _width(rows: tuple[tuple[str, ...], ...]) -> int:
    return max(len(element) for row in rows for element in row)


def _parents(report: CrystalRepresentation) -> str:
    return "\n".join(
        f"Nearly {parent.symbol} (No. {parent.number}): atoms {parent.rms_A:.4f} Å (rms), "
        f"{parent.largest_A:.4f} Å at most from it; lengths within {100 * abs(parent.strain):.2f} %"
        for parent in report.parents
    )
