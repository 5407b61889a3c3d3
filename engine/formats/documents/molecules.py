"""Results of molecules as documents."""

from __future__ import annotations

from engine.formats.documents.common import Document, mode_list
from engine.vibrations import Vibrations


def modes_document(result: Vibrations) -> Document:
    """Vibrations of a molecule."""
    return {
        "kind": "molecule",
        "formula": result.atoms.get_chemical_formula(),
        "model": result.model,
        "derivatives": result.derivatives,
        "point_group": result.group.name,
        "linear": False,
        "energy_eV": result.energy_eV,
        "max_force_eV_A": result.max_force_eV_A,
        "gamma_vib": result.gamma_vib,
        "trust": {
            "symmetry_rms_A": result.group.rms_A,
            "hessian_symmetry_error": result.hessian_symmetry_error,
            "residual_translation_cm1": result.residual_translation_cm1,
            "residual_rotation_cm1": result.residual_rotation_cm1,
        },
        "modes": mode_list(result.modes),
    }
