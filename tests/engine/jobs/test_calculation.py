"""The same question has the same key, another one another."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest
from ase.build import bulk, molecule

import engine
from engine.jobs import Calculation, WaveCalculation, describe
from engine.jobs.identity import model_identity

KEY = """
import pickle, sys
from engine.jobs import Calculation
print(Calculation(pickle.load(sys.stdin.buffer), "stillinger-weber").key)
"""


def test_the_key_is_the_same_in_another_process(silicon):
    command = [sys.executable, "-c", KEY]
    other = subprocess.run(command, input=pickle.dumps(silicon), capture_output=True, check=True)
    question = Calculation(silicon, "stillinger-weber")
    assert other.stdout.decode().split() == [question.key]
    assert pickle.loads(pickle.dumps(question)).key == question.key
    assert len(question.key) == 64


def test_what_does_not_matter_does_not_change_the_key(silicon):
    question = Calculation(silicon, "stillinger-weber")
    decorated = silicon.copy()
    decorated.info["name"] = "x"
    decorated.positions[0] *= -1.0  # -0
    decorated.set_masses(silicon.get_masses())
    assert Calculation(decorated, "stillinger-weber").key == question.key
    assert Calculation(silicon, "stillinger-weber", mesh=(4, 4, 4)).key == question.key
    water = molecule("H2O")
    one, other = (Calculation(water, "gfn2-xtb", mesh=mesh) for mesh in ((2, 2, 2), None))
    assert one.key == other.key


def test_what_matters_changes_the_key(silicon):
    moved, heavy, larger = silicon.copy(), silicon.copy(), silicon.copy()
    moved.positions[1, 0] += 1e-10
    heavy.set_masses([28.0855, 30.0])
    larger.set_cell(larger.cell.array * 1.01)
    model, charges = "stillinger-weber", np.zeros((2, 3, 3))
    questions = [
        Calculation(silicon, model),
        Calculation(moved, model),
        Calculation(heavy, model),
        Calculation(larger, model),
        Calculation(silicon, "gfn2-xtb"),
        Calculation(silicon, model, mesh=(2, 2, 2)),
        Calculation(silicon, model, mesh=None),
        Calculation(silicon, model, relax="atoms"),
        Calculation(silicon, model, relax="cell"),
        Calculation(silicon, model, tolerance_A=0.1),
        Calculation(silicon, model, born=(charges, 12 * np.eye(3))),
        WaveCalculation(silicon, model, (0, 0, 0)),
        WaveCalculation(silicon, model, (0, 0, 0.1)),
    ]
    assert len({question.key for question in questions}) == len(questions)


def test_a_question_does_not_change_when_its_atoms_do(silicon):
    atoms = silicon.copy()
    question = Calculation(atoms, "stillinger-weber")
    atoms.positions += 1
    assert np.array_equal(question.atoms.positions, silicon.positions)


def test_a_model_that_changes_is_another(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text("a = 1")
    before = model_identity(str(path))
    path.write_text("a = 2")
    assert model_identity(str(path)) != before
    with pytest.raises(engine.PhonoscopeError, match="no model"):
        model_identity("nothing of the kind")


def test_mistakes_are_told_before_anything_runs(silicon):
    with pytest.raises(engine.PhonoscopeError, match="mesh"):
        Calculation(silicon, "stillinger-weber", mesh=(0, 1, 1))
    with pytest.raises(engine.PhonoscopeError, match="Born"):
        Calculation(silicon, "stillinger-weber", born=(np.zeros((3, 3, 3)), np.eye(3)))


def test_what_will_be_done_is_said(silicon):
    first, second = describe(Calculation(silicon, "stillinger-weber"))
    assert first == (
        "Compute the force constants of Si2 as given, with stillinger-weber, on a mesh of "
        "4 × 4 × 4 wave vectors (8 of 64, symmetry gives the rest)."
    )
    assert "space group" in second
    relaxed = describe(Calculation(silicon, "stillinger-weber", relax="cell", mesh=None))
    assert len(relaxed) == 3 and "the cell" in relaxed[0] and "q = 0 there" in relaxed[1]
    water = describe(Calculation(molecule("H2O"), "gfn2-xtb", relax="atoms"))
    assert "H2O" in water[0] and "point group" in water[2]
    wave = describe(WaveCalculation(bulk("Al"), "/models/x.model", (0.5, 0, 0)))
    assert wave == ("Compute the dynamical matrix of Al at q = (0.5, 0, 0) exactly, with x.model.",)
