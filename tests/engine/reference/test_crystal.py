"""Phonons of library crystals as they are stored, with Born charges where these are asked for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PhonoscopeError
from engine.formats.stored import load_result
from engine.phonons.mesh import default_mesh
from engine.potentials.checkpoints.places import bundled_models
from engine.potentials.springs import springs
from engine.reference.crystal import origin_of, run

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
    folder = run("magnesium-oxide", tmp_path, MODEL, born=True)
    result, notes = load_result(folder / "result.npz", MODEL)
    assert result.born.charges_e[0] == pytest.approx(1.986 * np.eye(3), abs=2e-3)
    assert "MgO-rocksalt" in notes["born_charges"]
    assert result.mesh == default_mesh(result.atoms)  # a fine one would lack the field next to Γ
    split = result.modes(np.zeros(3), [1, 0, 0])
    assert split.polarization[3:] == ("TO", "TO", "LO")
    assert split.frequency_cm1[5] > split.frequency_cm1[4] + 100


def test_charges_that_nobody_computed_are_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(PhonoscopeError, match="no Born charges of caesium-chloride"):
        run("caesium-chloride", tmp_path, MODEL, born=True)
    assert not (tmp_path / "caesium-chloride").exists()


def test_a_crystal_says_which_weights_it_was_computed_with(tmp_path: Path) -> None:
    known = origin_of("crystals")
    weights = (bundled_models() / "crystals" / "weights.safetensors").read_bytes()
    assert known["model"] == "crystals"
    assert known["model_weights_sha256"] == hashlib.sha256(weights).hexdigest()
    assert "nequix-oam-1-pft" in known["model_training_data"]
    assert "model_weights_sha256" not in origin_of("stillinger-weber")
    folder = run("magnesium-oxide", tmp_path, MODEL, known)
    assert json.loads((folder / "provenance.json").read_text()).items() >= known.items()


def test_without_a_model_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(PhonoscopeError, match="models fetch"):
        run("magnesium-oxide", tmp_path)
