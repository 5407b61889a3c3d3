import json
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine import PhonoscopeError
from engine.symmetry import character_table, point_group, representation
from engine.symmetry.activity import is_ir_active, is_raman_active

REFERENCE = Path(__file__).parents[4] / "shared/reference/symmetry/vibrational_representations.json"

EXPECTED = {
    "CH4": "Td",
    "NH3": "C3v",
    "H2O": "C2v",
    "C2H4": "D2h",
    "C6H6": "D6h",
    "C2H6": "D3d",
    "BF3": "D3h",
    "CH3OH": "Cs",
    "SiH4": "Td",
}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_point_group_in_any_orientation_and_with_noise(name, expected):
    atoms = molecule(name)
    rng = np.random.default_rng(4)
    atoms.positions = atoms.positions @ Rotation.random(rng=rng).as_matrix().T + [1, 2, 3]
    assert point_group(atoms).name == expected
    atoms.positions += rng.normal(scale=0.005, size=atoms.positions.shape)
    noisy = point_group(atoms)
    assert noisy.name == expected
    assert 1e-4 < noisy.rms_A < 0.02


def test_a_real_distortion_lowers_the_group():
    atoms = molecule("C6H6")
    atoms.positions[0] += [0.2, 0.1, 0]
    assert point_group(atoms).name == "Cs"


def test_linear_molecules_are_refused_in_words():
    with pytest.raises(PhonoscopeError, match="one line"):
        point_group(molecule("CO2"))


def vibration_characters(atoms: Atoms) -> tuple:
    """Gamma_vib by hand: Gamma_3N less translations (tr R) and rotations (det R tr R)."""
    group = point_group(atoms)
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    axial = np.linalg.det(group.rotations) * trace
    return group, group.displacement_characters() - trace - axial


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"{REFERENCE.name} is not at hand")
def test_representations_of_the_reference_molecules():
    checked = 0
    for name, expected in json.loads(REFERENCE.read_text()).items():
        atoms = Atoms(expected["symbols"], positions=expected["positions_A"])
        if expected["point_group"] in ("D∞h", "C∞v"):
            continue
        group, characters = vibration_characters(atoms)
        assert group.name == expected["point_group"], name
        found = representation(group, characters)
        if found is not None:  # otherwise a label depends on a choice of axes
            assert sorted(found.split("+")) == sorted(expected["gamma_vib"].split("+")), name
            checked += 1
        table = character_table(group)
        if table is None:
            continue
        present = np.rint(table.multiplicities(characters)).astype(int)
        ir = sum(
            n for n, chi in zip(present, table.characters, strict=True) if is_ir_active(group, chi)
        )
        raman = sum(
            n
            for n, chi in zip(present, table.characters, strict=True)
            if is_raman_active(group, chi)
        )
        assert (ir, raman) == (expected["ir_active_levels"], expected["raman_active_levels"]), name
    assert checked >= 5


@pytest.mark.parametrize(
    ("name", "heavy", "expected"),
    [
        ("CH4", {1: 2.014}, "C3v"),
        ("CH4", {1: 2.014, 2: 2.014}, "C2v"),
        ("CH4", {1: 2.014, 2: 3.016}, "Cs"),
        ("CH4", {1: 2.014, 2: 3.016, 3: 1.0}, "C1"),
        ("CH4", {1: 2.014, 2: 2.014, 3: 2.014, 4: 2.014}, "Td"),
        ("CH4", {0: 13.003}, "Td"),
        ("H2O", {1: 2.014}, "Cs"),
        ("NH3", {1: 2.014}, "Cs"),
        ("C6H6", {6: 2.014, 9: 2.014}, "D2h"),
    ],
)
def test_isotopes_lower_the_group(name, heavy, expected):
    atoms = molecule(name)
    masses = atoms.get_masses()
    masses[list(heavy)] = list(heavy.values())
    atoms.set_masses(masses)
    group = point_group(atoms)
    assert group.name == expected
    assert (masses[group.permutations] == masses).all()
    assert (atoms.numbers[group.permutations] == atoms.numbers).all()
    assert group.rms_A < 1e-3
