"""Results of crystals as documents."""

from __future__ import annotations

import numpy as np

from engine.formats.documents.common import Document, mode_list
from engine.modes import Modes
from engine.phonons import Bands, Dos, Phonons, Thermal

TEMPERATURES_K = np.arange(0.0, 1001.0, 10.0)
"""Those of thermal properties, which contain 300 K."""


def phonons_document(result: Phonons, bands: Bands) -> Document:
    """Phonons of a crystal; density of states and thermal properties where there is a mesh."""
    trust = result.trust
    return {
        "kind": "crystal",
        "formula": result.atoms.get_chemical_formula("metal", empirical=True),
        "model": result.potential.name,
        "derivatives": result.derivatives,
        "space_group": result.space_group.symbol,
        "space_group_number": result.space_group.number,
        "crystal_point_group": result.space_group.point_group,
        "energy_eV": result.state.energy_eV,
        "max_force_eV_A": trust.max_force_eV_A,
        "max_stress_GPa": trust.max_stress_GPa,
        "mesh": None if result.mesh is None else list(result.mesh),
        "gamma": {
            "modes": [
                {**mode, "acoustic": bool(acoustic)}
                for mode, acoustic in zip(
                    mode_list(result.gamma), result.gamma.acoustic, strict=True
                )
            ],
            "gamma_optical": result.gamma_optical,
            "nac": result.born is not None,
            "approached": None if result.born is None else _approached(result),
        },
        "bands": {
            "q": bands.q.tolist(),
            "distance": bands.distance.tolist(),
            "labels": [list(label) for label in bands.labels],
            "frequencies_cm1": bands.frequencies_cm1.tolist(),
            "exact": bands.exact,
            "irreps": None,
        },
        "dos": None if result.mesh is None else _dos(result.dos()),
        "thermal": None if result.mesh is None else _thermal(result.thermal(TEMPERATURES_K)),
        "trust": {
            "acoustic_sum_error": trust.acoustic_sum_error,
            "symmetry_error": trust.symmetry_error,
            "interpolation_error_cm1": trust.interpolation_error_cm1,
            "unstable": trust.unstable or bands.unstable,
            "lowest_cm1": min(trust.lowest_cm1, float(bands.frequencies_cm1.min())),
            "neutrality_error_e": trust.neutrality_error_e,
            "warnings": list(trust.warnings),
        },
    }


def _with_acoustic(modes: Modes) -> list[Document]:
    return [
        {**mode, "acoustic": bool(acoustic)}
        for mode, acoustic in zip(mode_list(modes), modes.acoustic, strict=True)
    ]


def _approached(result: Phonons) -> list[Document]:
    """Frequencies at q = 0 with the macroscopic field, approached along the Cartesian axes."""
    return [
        {
            "direction": axis.tolist(),
            "frequencies_cm1": result.modes(np.zeros(3), axis).frequency_cm1.tolist(),
        }
        for axis in np.eye(3)
    ]


def _dos(dos: Dos) -> Document:
    return {
        "frequency_cm1": dos.frequency_cm1.tolist(),
        "total": dos.total.tolist(),
        "by_element": {symbol: part.tolist() for symbol, part in dos.by_element.items()},
        "method": dos.method,
        "mesh": list(dos.mesh),
    }


def _thermal(thermal: Thermal) -> Document:
    return {
        "temperature_K": thermal.temperature_K.tolist(),
        "heat_capacity_J_mol_K": thermal.heat_capacity_J_mol_K.tolist(),
        "entropy_J_mol_K": thermal.entropy_J_mol_K.tolist(),
        "free_energy_kJ_mol": thermal.free_energy_kJ_mol.tolist(),
        "zero_point_kJ_mol": thermal.zero_point_kJ_mol,
        "imaginary_modes": thermal.imaginary_modes,
        "zero_modes": thermal.zero_modes,
        "left_out_weight": thermal.left_out_weight,
        "mesh": list(thermal.mesh),
    }
