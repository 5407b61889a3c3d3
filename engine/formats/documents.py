"""Results as JSON documents: the shapes that scripts rely on (docs/json.md).

A field that cannot be computed yet is null, never a guess.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.modes import Modes
from engine.phonons import Bands, Phonons
from engine.units import GPA_PER_EV_A3
from engine.vibrations import Vibrations

Document = dict[str, Any]


def modes_document(result: Vibrations) -> Document:
    """Vibrations of a molecule."""
    return {
        "kind": "molecule",
        "formula": result.atoms.get_chemical_formula(),
        "model": result.model,
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
        "modes": _modes(result.modes),
    }


def phonons_document(result: Phonons, bands: Bands) -> Document:
    """Phonons of a crystal."""
    state = result.state
    lowest = float(bands.frequencies_cm1.min())
    return {
        "kind": "crystal",
        "formula": result.atoms.get_chemical_formula("metal", empirical=True),
        "model": result.potential.name,
        "space_group": result.space_group.symbol,
        "space_group_number": result.space_group.number,
        "crystal_point_group": result.space_group.point_group,
        "energy_eV": state.energy_eV,
        "max_force_eV_A": float(np.linalg.norm(state.forces_eV_A, axis=1).max()),
        "max_stress_GPa": None
        if state.stress_eV_A3 is None
        else float(np.abs(state.stress_eV_A3).max() * GPA_PER_EV_A3),
        "mesh": None,
        "gamma": {
            "modes": [
                {**mode, "acoustic": bool(acoustic)}
                for mode, acoustic in zip(_modes(result.gamma), result.gamma.acoustic, strict=True)
            ],
            "gamma_optical": result.gamma_optical,
            "nac": False,
        },
        "bands": {
            "q": bands.q.tolist(),
            "distance": bands.distance.tolist(),
            "labels": [list(label) for label in bands.labels],
            "frequencies_cm1": bands.frequencies_cm1.tolist(),
            "irreps": None,
        },
        "dos": None,
        "thermal": None,
        "trust": {
            "acoustic_sum_error": result.acoustic_sum_error,
            "interpolation_error_cm1": None,
            "unstable": bands.unstable,
            "lowest_cm1": lowest,
        },
    }


def _modes(modes: Modes) -> list[Document]:
    return [
        {
            "index": i + 1,
            "frequency_cm1": float(modes.frequency_cm1[i]),
            "irrep": modes.irrep[i],
            "degeneracy": int(modes.degeneracy[i]),
            "symmetry_purity": modes.symmetry_purity[i],
            "ir_active": modes.ir_active[i],
            "raman_active": modes.raman_active[i],
            "reduced_mass_amu": float(modes.reduced_mass_amu[i]),
            "displacement": modes.displacement[i].real.tolist(),
        }
        for i in range(len(modes))
    ]
