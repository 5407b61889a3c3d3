"""Phonons of library crystals as they are stored, with Born charges where these are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import PhonoscopeError
from engine.formats.stored import load_result
from engine.phonons.mesh import default_mesh
from engine.potentials.springs import springs
from engine.reference.crystal import run

MODEL = springs(
    [
        {"between": ["Mg", "O"], "within_A": [1, 2.5], "rest_length_A": 2.11, "stiffness_eV_A2": 8},
        {
            "between": ["O", "O"],
            "within_A": [2.5, 3.3],
            "rest_length_A": 2.98,
            "stiffness_eV_A2": 2,
        },
    ]
)


def test_a_polar_crystal_gets_the_charges_of_the_dft_reference(tmp_path: Path) -> None:
    teacher = tmp_path / "teacher"
    teacher.write_text("springs of this test")
    folder = run("magnesium-oxide", teacher, tmp_path, MODEL, born=True)
    result, notes = load_result(folder / "result.npz", MODEL)
    assert result.born.charges_e[0] == pytest.approx(1.986 * np.eye(3), abs=2e-3)
    assert "MgO-rocksalt" in notes["born_charges"]
    assert result.mesh == default_mesh(result.atoms)  # a fine one would lack the field next to Γ
    split = result.modes(np.zeros(3), [1, 0, 0])
    assert split.polarization[3:] == ("TO", "TO", "LO")
    assert split.frequency_cm1[5] > split.frequency_cm1[4] + 100


def test_charges_that_nobody_computed_are_not_made_up(tmp_path: Path) -> None:
    teacher = tmp_path / "teacher"
    teacher.write_text("springs of this test")
    with pytest.raises(PhonoscopeError, match="no Born charges of caesium-chloride"):
        run("caesium-chloride", teacher, tmp_path, MODEL, born=True)
    assert not (tmp_path / "caesium-chloride").exists()
