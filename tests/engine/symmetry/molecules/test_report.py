"""Representations of vibrations, against references and counted independently."""

import json
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine.errors import PhonoscopeError
from engine.symmetry.molecules.report import count, molecular_representation
from engine.symmetry.molecules.text import as_text
from engine.symmetry.vibrational_representation import vibrational_representation
from tests.engine.symmetry.molecules.shapes import IDEAL, SHAPES, operations

REFERENCE = Path(__file__).parents[5] / "shared/reference/symmetry/vibrational_representations.json"


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"{REFERENCE.name} is not at hand")
def test_reference_molecules_to_the_letter():
    for name, expected in json.loads(REFERENCE.read_text(encoding="utf-8")).items():
        atoms = Atoms(expected["symbols"], positions=expected["positions_A"])
        report = molecular_representation(atoms)
        assert report.group.name == expected["point_group"], name
        assert report.gamma_vib == expected["gamma_vib"], name
        assert count(report.ir_active) == expected["ir_active_levels"], name
        assert count(report.raman_active) == expected["raman_active_levels"], name
        assert count(report.silent) == expected["silent_levels"], name
        assert {irrep.name for irrep in report.ir_active} == set(expected["ir_irreps"]), name
        assert {irrep.name for irrep in report.raman_active} == set(expected["raman_irreps"]), name


LITERATURE = {  # D. C. Harris, M. D. Bertolucci, Symmetry and Spectroscopy (1978), and others
    "H2O": "2A1+B2",
    "H2CO": "3A1+B1+2B2",
    "NH3": "2A1+2E",
    "CH3Cl": "3A1+3E",
    "CH4": "A1+E+2T2",
    "P4": "A1+E+T2",
    "BF3": "A1'+A2''+2E'",
    "PF5": "2A1'+2A2''+3E'+E''",
    "C3H6_D3h": "3A1'+A1''+A2'+2A2''+4E'+3E''",
    "C3H4_D2d": "3A1+B1+3B2+4E",
    "BrF5": "3A1+2B1+B2+3E",
    "XeF4": "A1g+B1g+B2g+A2u+B2u+2Eu",
    "SF6": "A1g+Eg+2T1u+T2g+T2u",
    "C2H6": "3A1g+A1u+2A2u+3Eg+3Eu",
    "C6H6": "2A1g+A2g+2B2g+E1g+4E2g+A2u+2B1u+2B2u+3E1u+2E2u",
    "S8": "2A1+B1+B2+2E1+3E2+2E3",
    "C60": "2Ag+3T1g+4T2g+6Gg+8Hg+Au+4T1u+5T2u+6Gu+7Hu",
    "H2O2": "4A+2B",
    "CO2": "Σg++Σu++Πu",
    "C2H2": "2Σg++Σu++Πg+Πu",
    "HCN": "2Σ++Π",
    "N2O": "2Σ++Π",
    "N2": "Σg+",
    "CO": "Σ+",
}


@pytest.mark.parametrize("name", LITERATURE)
def test_molecules_of_the_textbooks(name):
    atoms = SHAPES[name][0].copy()
    atoms.positions = atoms.positions @ Rotation.random(rng=6).as_matrix().T
    assert molecular_representation(atoms).gamma_vib == LITERATURE[name]


def by_positions(atoms, rotations):
    """Characters of the vibrations from matrices and the atoms that each leaves in place."""
    centred = atoms.positions - atoms.positions.mean(0)
    images = np.einsum("gxy,iy->gix", rotations, centred)
    unmoved = (np.linalg.norm(images - centred, axis=2) < 1e-6).sum(1)
    trace, sign = np.trace(rotations, axis1=1, axis2=2), np.linalg.det(rotations)
    return unmoved * trace - trace - sign * trace


@pytest.mark.parametrize("group", IDEAL)
def test_orbits_of_general_points_are_regular_representations(group):
    """Each irrep occurs in 3N displacements 3 × (orbits) × (dimension) times: no table needed."""
    atoms = SHAPES[f"ideal {group}"][0]
    made = operations(group)
    orbits = len(atoms) // len(made)
    report = molecular_representation(atoms)
    for irrep, step in zip(report.irreps, report.reduction, strict=True):
        pair = step.divisor == 2 * len(made)
        assert irrep.in_3n == 3 * orbits * irrep.dimension // (2 if pair else 1)
    # The number of pairs of equal irreps in Γ_vib does not depend on names or axes either.
    characters = by_positions(atoms, made)
    squares = sum(
        irrep.in_vib**2 * step.divisor / len(made)
        for irrep, step in zip(report.irreps, report.reduction, strict=True)
    )
    assert squares == pytest.approx(np.mean(characters**2))
    # And so do the numbers of levels that a vector or a tensor reaches, with their degeneracy.
    trace = np.trace(made, axis1=1, axis2=2)
    trace_of_square = np.trace(made @ made, axis1=1, axis2=2)
    tensors = {
        "linear": trace,
        "quadratic": (trace**2 + trace_of_square) / 2,
    }
    for kind, operator in tensors.items():
        reached = sum(
            irrep.in_vib * step.divisor / len(made) * len(getattr(irrep.components, kind))
            for irrep, step in zip(report.irreps, report.reduction, strict=True)
        )
        assert reached == pytest.approx(np.mean(characters * operator)), kind


@pytest.mark.parametrize("name", SHAPES)
def test_parts_add_up(name):
    report = molecular_representation(SHAPES[name][0])
    assert report.group.name == SHAPES[name][1]
    for irrep in report.irreps:
        assert irrep.in_3n == irrep.in_trans + irrep.in_rot + irrep.in_vib
        assert min(irrep.in_trans, irrep.in_rot, irrep.in_vib) >= 0
        assert irrep.in_trans == len(irrep.components.linear)
        about_line = report.group.linear and "Rz" in irrep.components.rotations
        assert irrep.in_rot == len(irrep.components.rotations) - about_line
    assert sum(irrep.in_vib * irrep.dimension for irrep in report.irreps) == report.vibrations
    shown = {*report.ir_active, *report.raman_active}
    assert shown.isdisjoint(report.silent)
    assert count((*shown, *report.silent)) == report.levels


def test_selection_rules_in_words():
    assert molecular_representation(molecule("CH4")).selection_rules == (
        "The 9 vibrations have 4 different frequencies. "
        "Infrared shows 2 (2T2), Raman 4 (A1, E, 2T2); none is silent."
    )
    assert molecular_representation(molecule("N2")).selection_rules == (
        "The one vibration is Σg+. Infrared shows none, Raman 1 (Σg+); none is silent."
    )
    assert molecular_representation(SHAPES["SF6"][0]).selection_rules.endswith(
        "silent in both: 1 (T2u), of which hyper-Raman shows 1 (T2u)."
    )


def test_text_holds_table_reduction_and_rules():
    text = as_text(molecular_representation(molecule("NH3")))
    lines = text.splitlines()
    assert lines[0] == "H3N   point group C3v, order 6"
    table = next(i for i, line in enumerate(lines) if line.startswith("C3v"))
    assert lines[table].split() == ["C3v", "E", "2C3", "3σv"]
    assert lines[table + 3].split()[:4] == ["E", "2", "-1", "0"]
    assert "(x, y)" in lines[table + 3]
    assert "Γ(vib)    = 2A1+2E" in lines
    assert lines[-1].startswith("The 6 vibrations have 4 different frequencies.")
    assert max(map(len, lines[:-1])) <= 100


def test_text_of_a_linear_molecule_shows_no_finite_group():
    text = as_text(molecular_representation(molecule("CO2")))
    assert "order ∞" in text and "2cos φ" in text and "infinitely many" in text
    assert not any(name in text for name in ("D8h", "32", "E1u", "A1g"))


def test_isotopes_and_tolerance_count():
    heavy = molecule("CH4")
    masses = heavy.get_masses()
    masses[1] = 2.014
    heavy.set_masses(masses)
    assert molecular_representation(heavy).gamma_vib == "3A1+3E"
    bent = molecule("CO2")
    bent.positions[0, 0] += 0.04
    assert vibrational_representation(bent).group.name == "D∞h"
    assert vibrational_representation(bent, 0.001).group.name == "C2v"
    text = as_text(vibrational_representation(bent, 0.001))
    assert "The next higher group is D∞h" in text


def test_groups_without_a_table_are_told():
    angle = 2 * np.pi / 13 * np.arange(13)
    ring = 3 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    report = molecular_representation(Atoms("C13", positions=ring))
    assert report.group.name == "D13h"
    assert report.table is None and report.gamma_vib is None
    assert "no character table of D13h" in as_text(report)


def test_what_does_not_vibrate_is_refused():
    with pytest.raises(PhonoscopeError):
        vibrational_representation(Atoms("He"))
    with pytest.raises(PhonoscopeError, match="crystal"):
        molecular_representation(Atoms("He", cell=[3, 3, 3], pbc=True))
