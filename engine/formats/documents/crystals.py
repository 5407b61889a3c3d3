"""Results of crystals as documents."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from engine.formats.documents.common import Document, mode_list
from engine.modes import Modes
from engine.phonons import Bands, Dos, Phonons, Thermal
from engine.phonons.gamma import symmetry_error, unlabelled_because
from engine.structure import formula
from engine.symmetry.crystals.report import CrystalIrrep, CrystalRepresentation

TEMPERATURES_K = np.arange(0.0, 1001.0, 10.0)
"""Those of thermal properties, which contain 300 K."""


def phonons_document(result: Phonons, bands: Bands) -> Document:
    """Phonons of a crystal; density of states and thermal properties where there is a mesh."""
    trust, group = result.trust, result.space_group
    return {
        "kind": "crystal",
        "formula": formula(result.atoms),
        "model": result.potential.name,
        "derivatives": result.derivatives,
        "space_group": group.symbol,
        "space_group_number": group.number,
        "crystal_point_group": group.point_group,
        "energy_eV": result.state.energy_eV,
        "max_force_eV_A": trust.max_force_eV_A,
        "max_stress_GPa": trust.max_stress_GPa,
        "mesh": None if result.mesh is None else list(result.mesh),
        "gamma": {
            "modes": _with_acoustic(result.gamma),
            "gamma_optical": result.gamma_optical,
            "symmetry_error": symmetry_error(
                result.gamma_force_constants / _mass_products(result), result.atoms, group
            ),
            "unlabelled_because": unlabelled_because(group),
            "nac": result.born is not None,
            "approached": None if result.born is None else _approached(result),
        },
        "bands": _bands(bands),
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


def _bands(bands: Bands) -> Document:
    return {
        "q": bands.q.tolist(),
        "distance": bands.distance.tolist(),
        "labels": [list(label) for label in bands.labels],
        "frequencies_cm1": bands.frequencies_cm1.tolist(),
        "exact": bands.exact,
        "irreps": None if bands.irreps is None else [list(row) for row in bands.irreps],
        "connection": None if bands.connection is None else bands.connection.tolist(),
        "symmetry_error": bands.symmetry_error,
        "segments": [
            {
                "points": [segment.first, segment.last],
                "point_group": segment.group,
                "irreps": list(segment.labels),
                "degeneracy": segment.degeneracy.tolist(),
                "convention": segment.convention,
            }
            for segment in bands.segments
        ],
        "points": [
            {
                "point": point.point,
                "name": point.name,
                "point_group": point.group,
                "convention": point.convention,
                "origin": None if point.origin is None else point.origin.tolist(),
            }
            for point in bands.points
        ],
        "compatibility": [
            {
                "point": relation.point,
                "name": relation.name,
                "segment": relation.segment,
                "relations": [
                    {
                        "irrep": label,
                        "becomes": [{"irrep": part, "times": n} for part, n in parts],
                    }
                    for label, parts in relation.relations
                ],
                "obeyed": relation.obeyed,
            }
            for relation in bands.compatibility
        ],
    }


def crystal_symmetry_document(report: CrystalRepresentation) -> Document:
    """Symmetry of a crystal and of its modes at Γ, from the structure alone."""
    found, group, table = report.space_group, report.group, report.table
    return {
        "kind": "crystal",
        "formula": formula(report.atoms),
        "space_group": found.symbol,
        "space_group_number": found.number,
        "crystal_point_group": found.point_group,
        "hermann_mauguin": found.hermann_mauguin,
        "layer_group": found.layer_group,
        "tolerance_A": found.tolerance_A,
        "symmetry_rms_A": group.rms_A,
        "primitive_atoms": len(report.atoms),
        "given_cells": report.given_cells,
        "axes": {name: axis.tolist() for name, axis in zip("xyz", group.axes.T, strict=True)},
        "character_table": table
        and {
            "classes": [members.name for members in table.classes],
            "irreps": {
                name: list(row) for name, row in zip(table.names, table.entries, strict=True)
            },
        },
        "classes": [
            {
                "name": column.name,
                "size": column.size,
                "unmoved_atoms": column.unmoved_atoms,
                "per_atom": column.per_atom.text,
                "gamma_total": column.gamma_3n.text,
            }
            for column in report.classes
        ],
        "reduction": [
            {"irrep": step.irrep, "written": step.text, "multiplicity": step.multiplicity}
            for step in report.reduction
        ],
        "sites": [
            {
                "letter": site.letter,
                "multiplicity": site.multiplicity,
                "site_symmetry": site.symmetry,
                "element": site.element,
                "mass_amu": site.mass_amu,
                "atoms": [number + 1 for number in site.atoms],
                "gamma": site.gamma,
            }
            for site in report.sites
        ],
        "gamma_total": report.gamma_total,
        "gamma_acoustic": report.gamma_acoustic,
        "gamma_optical": report.gamma_optical,
        "irreps": [
            {
                "irrep": irrep.name,
                "degeneracy": irrep.dimension,
                "levels": irrep.total,
                "acoustic": irrep.acoustic,
                "optical": irrep.optical,
                "ir_active": irrep.ir_active,
                "raman_active": irrep.raman_active,
                "hyper_raman_active": irrep.hyper_raman_active,
                "linear": list(irrep.components.linear),
                "rotations": list(irrep.components.rotations),
                "quadratic": list(irrep.components.quadratic),
            }
            for irrep in report.irreps
        ],
        "ir_active": _counted(report.ir_active),
        "raman_active": _counted(report.raman_active),
        "hyper_raman_active": _counted(report.hyper_raman_active),
        "silent": _counted(report.silent),
        "raman_tensors": [
            {
                "irrep": tensor.name,
                "partners": [
                    {"partner": partner, "tensor": [list(row) for row in rows]}
                    for partner, rows in zip(tensor.partners, tensor.written(), strict=True)
                ],
            }
            for tensor in report.raman_tensors
        ],
        "parents": [dataclasses.asdict(parent) for parent in report.parents],
    }


def _counted(irreps: tuple[CrystalIrrep, ...]) -> Document:
    """Irreps that occur among the optical modes, and the number of their levels."""
    return {
        "levels": sum(irrep.optical for irrep in irreps),
        "irreps": [irrep.name for irrep in irreps],
    }


def _with_acoustic(modes: Modes) -> list[Document]:
    return [
        {**mode, "acoustic": bool(acoustic)}
        for mode, acoustic in zip(mode_list(modes), modes.acoustic, strict=True)
    ]


def _mass_products(result: Phonons) -> Float[np.ndarray, "3*atoms 3*atoms"]:
    root_mass = np.repeat(np.sqrt(result.atoms.get_masses()), 3)
    return np.outer(root_mass, root_mass)


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
