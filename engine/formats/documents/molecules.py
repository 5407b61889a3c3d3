"""Results of molecules as documents."""

from __future__ import annotations

import dataclasses

import numpy as np

from engine.formats.documents.common import Document, mode_list
from engine.spectra import Intensities
from engine.structure import formula
from engine.symmetry.molecules.report import (
    IrrepActivity,
    VibrationalRepresentation,
    count,
)
from engine.symmetry.reduction import ClassCharacters
from engine.vibrations import Vibrations


def modes_document(result: Vibrations, intensities: Intensities | None = None) -> Document:
    """Vibrations of a molecule.

    Parameters
    ----------
    intensities : of the result; None where they are not known: the modes then have no such fields.
    """
    strengths = {} if intensities is None else intensities.by_mode()
    higher = result.group.next_higher
    return {
        "kind": "molecule",
        "formula": formula(result.atoms),
        "model": result.model,
        "derivatives": result.derivatives,
        "point_group": result.group.name,
        "parent_group": result.parent_group.name,
        "correlation": result.correlation,
        "linear": result.group.linear,
        "energy_eV": result.energy_eV,
        "max_force_eV_A": result.max_force_eV_A,
        "gamma_vib": result.gamma_vib,
        "trust": {
            "symmetry_rms_A": result.group.rms_A,
            "symmetry_largest_A": result.group.largest_A,
            "next_higher": higher and dataclasses.asdict(higher),
            "hessian_symmetry_error": result.hessian_symmetry_error,
            "residual_translation_cm1": result.residual_translation_cm1,
            "residual_rotation_cm1": result.residual_rotation_cm1,
        },
        "modes": [
            mode | {name: _number(values[i]) for name, values in strengths.items()}
            for i, mode in enumerate(mode_list(result.modes))
        ],
    }


def symmetry_document(report: VibrationalRepresentation) -> Document:
    """Symmetry of a molecule from its geometry alone."""
    group, table = report.group, report.table
    return {
        "kind": "molecule",
        "formula": formula(report.atoms),
        "point_group": group.name,
        "order": None if group.linear else group.order,
        "linear": group.linear,
        "tolerance_A": report.tolerance_A,
        "symmetry_rms_A": group.rms_A,
        "next_higher": group.next_higher and dataclasses.asdict(group.next_higher),
        "axes": {name: axis.tolist() for name, axis in zip("xyz", group.axes.T, strict=True)},
        "character_table": table
        and {
            "classes": [members.name for members in table.classes],
            "irreps": {
                name: list(row) for name, row in zip(table.names, table.entries, strict=True)
            },
        },
        "classes": [_class_entry(column) for column in report.classes],
        "gamma_3n": report.gamma_3n,
        "gamma_trans": report.gamma_trans,
        "gamma_rot": report.gamma_rot,
        "gamma_vib": report.gamma_vib,
        "reduction": [
            {
                "irrep": step.irrep,
                "factors": [list(factors) for factors in step.factors],
                "terms": list(step.terms),
                "divisor": step.divisor,
                "multiplicity": step.multiplicity,
                "written": step.text,
            }
            for step in report.reduction
        ],
        "irreps": [_irrep_entry(irrep) for irrep in report.irreps],
        "vibrations": report.vibrations,
        "levels": report.levels,
        "ir_active": _counted(report.ir_active),
        "raman_active": _counted(report.raman_active),
        "hyper_raman_active": _counted(report.hyper_raman_active),
        "silent": _counted(report.silent),
        "selection_rules": report.selection_rules,
    }


def _number(value: float) -> float | None:
    """A number, or None for the depolarization of what scatters nothing: JSON has no nan."""
    return float(value) if np.isfinite(value) else None


def _class_entry(column: ClassCharacters) -> Document:
    matrix = column.representative
    return {
        "name": column.name,
        "size": column.size,
        "representative": None if matrix is None else matrix.tolist(),
        "unmoved_atoms": column.unmoved_atoms,
        "per_atom": column.per_atom.text,
        "gamma_3n": column.gamma_3n.text,
        "gamma_trans": column.gamma_trans.text,
        "gamma_rot": column.gamma_rot.text,
        "gamma_vib": column.gamma_vib.text,
    }


def _irrep_entry(irrep: IrrepActivity) -> Document:
    return {
        "irrep": irrep.name,
        "degeneracy": irrep.dimension,
        "in_3n": irrep.in_3n,
        "in_trans": irrep.in_trans,
        "in_rot": irrep.in_rot,
        "in_vib": irrep.in_vib,
        "ir_active": irrep.ir_active,
        "raman_active": irrep.raman_active,
        "hyper_raman_active": irrep.hyper_raman_active,
        "linear": list(irrep.components.linear),
        "rotations": list(irrep.components.rotations),
        "quadratic": list(irrep.components.quadratic),
    }


def _counted(irreps: tuple[IrrepActivity, ...]) -> Document:
    """Irreps that occur among the vibrations, and the number of their levels."""
    return {"levels": count(irreps), "irreps": [irrep.name for irrep in irreps]}
