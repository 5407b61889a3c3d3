"""Errors of a model: none of the teacher's own, and those of another as they are."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk

from engine import PhonoscopeError, load_model
from engine.training.evaluation import evaluate
from engine.training.evaluation.report import draw_parity
from tests.engine.training.teacher import MORSE, labelled, molecules, silicon


def test_a_teacher_has_no_errors():
    result = evaluate(MORSE, molecules())
    assert list(result.quantities) == [
        "energy", "energy_aligned", "forces", "frequencies_at_reference", "frequencies_relaxed",
    ]  # fmt: skip
    for name, pairs in result.quantities.items():
        assert pairs.summary()["largest"] < 1e-3, name
    assert len(result.quantities["frequencies_relaxed"].reference) == 3 + 9
    assert result.not_relaxed == [] and result.imaginary == {}


def test_errors_of_another_model(tmp_path):
    samples = molecules()
    stiffer = replace(MORSE, name="stiffer", parameters={"depth": np.array(2.0 * 1.21)})
    result = evaluate(stiffer, samples)
    document = json.loads(json.dumps(result.document()))
    frequencies = result.quantities["frequencies_relaxed"]
    np.testing.assert_allclose(frequencies.model, 1.1 * frequencies.reference, rtol=1e-4)
    energies = np.array([1e3 * s.energy_eV / len(s.atoms) for s in samples])
    assert document["energy"]["mean_absolute"] == pytest.approx(0.21 * np.abs(energies).mean())
    assert document["energy_aligned"]["mean_absolute"] < document["energy"]["mean_absolute"]
    forces = np.concatenate([s.forces_eV_A[s.atoms.numbers == 1].ravel() for s in samples])
    assert document["forces"]["mean_absolute_by_element"]["H"] == pytest.approx(
        210 * np.abs(forces).mean()
    )
    row = document["by_structure"][0]
    assert row["name"] == "H2O" and row["kind"] == "equilibrium"
    assert row["frequencies_relaxed"] == pytest.approx(0.1 * frequencies.reference[:3].mean())
    assert document["by_structure"][1]["frequencies_relaxed"] is None
    assert "frequencies relaxed" in result.text()
    files = draw_parity(result, tmp_path / "plots")
    assert {f.name for f in files} >= {"forces.png", "frequencies_relaxed.png"}
    assert all(f.stat().st_size > 3000 for f in files)


def test_crystals_at_several_wave_vectors():
    model = load_model("stillinger-weber")
    sample = labelled(silicon(), model, q=[[0, 0, 0], [0.5, 0, 0], [0.1, 0.2, 0.3]])
    result = evaluate(model, [sample])
    assert len(result.quantities["frequencies_at_reference"].reference) == 3 * 6
    for name, pairs in result.quantities.items():
        assert pairs.summary()["largest"] < 1e-3, name
    assert result.quantities["stress"].summary()["values"] == 6


def test_lattice_constants_are_those_the_model_relaxes_to():
    model = load_model("stillinger-weber")
    samples = []
    for factor in (1.0, 1.02, 0.99):
        atoms = bulk("Si", a=factor * 5.431)  # at rest in this potential at 1
        samples.append(labelled(atoms, model, f"silicon {factor}", "equilibrium"))
    result = evaluate(model, samples, cells=True)
    found = result.quantities["lattice_constants"]
    np.testing.assert_allclose(found.model, [100, 100 / 1.02, 100 / 0.99], atol=0.05)
    assert (found.reference == 100).all() and found.unit == "%"
    assert "lattice constants" in result.text() and result.not_relaxed == []
    assert "lattice_constants" not in evaluate(model, samples).quantities


def test_nothing_to_compare():
    with pytest.raises(PhonoscopeError, match="nothing to compare"):
        evaluate(MORSE, [])
