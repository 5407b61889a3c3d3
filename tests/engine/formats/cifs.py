"""CIF files in the ways of different databases, written out as text."""

from __future__ import annotations

CELL = (
    "_cell_length_a", "_cell_length_b", "_cell_length_c",
    "_cell_angle_alpha", "_cell_angle_beta", "_cell_angle_gamma",
)  # fmt: skip

CUBE = "5.431(2) 5.431(2) 5.431(2) 90. 90. 90."
"""That of silicon."""

FCC = ("x,y,z", "x,y+1/2,z+1/2", "x+1/2,y,z+1/2", "x+1/2,y+1/2,z")
SILICON = "Si1 Si0+ 0 0 0 1.\nSi2 Si0+ 0.25 0.25 0.25 1."


def cif(
    rows: str = SILICON,
    cell: str = CUBE,
    group: str = "",
    operations: tuple[str, ...] = (),
    columns: str = "label type_symbol fract_x fract_y fract_z occupancy",
    extra: str = "",
    name: str = "test",
) -> str:
    """One data block; ``group`` is what follows its tag, ``extra`` any other lines."""
    lines = [f"data_{name}", *(f"{key} {x}" for key, x in zip(CELL, cell.split(), strict=True))]
    lines += [f"_symmetry_space_group_name_H-M {group}"] if group else []
    if operations:
        lines += ["loop_", "_symmetry_equiv_pos_site_id", "_symmetry_equiv_pos_as_xyz"]
        lines += [f"{i} '{operation}'" for i, operation in enumerate(operations, 1)]
    lines += [extra, "loop_", *(f"_atom_site_{column}" for column in columns.split()), rows, ""]
    return "\n".join(lines)
