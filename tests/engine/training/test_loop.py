"""Training runs: they learn, and a run that was killed ends as if nothing had happened."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

import engine
from engine import PhonoscopeError, load_model
from engine.potentials.checkpoints.native import read_description
from engine.training import readers
from engine.training.config import parsed
from engine.training.loop import train
from tests.engine.training.teacher import TINY, molecules

TABLE = {
    "name": "tiny",
    "epochs": 3,
    "data": {"files": ["nowhere"], "reader": "teacher", "validation": 0.0},
    "network": TINY,
    "loss": {"energy": 1.0, "forces": 1.0, "probes": 0.1},
    "batches": {"size": 2, "shapes": 1},
    "optimiser": {"learning_rate": 0.01, "warm_up_epochs": 0.0, "average": 0.9},
    "checkpoint_minutes": 0.0,
}


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def data():
    return molecules()


@pytest.fixture(autouse=True)
def reader(monkeypatch, data):
    monkeypatch.setitem(readers._READERS, "teacher", lambda path: data)


def quiet(line):
    pass


def metrics(folder):
    with (folder / "metrics.csv").open() as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def test_a_killed_run_ends_with_the_very_same_bits(tmp_path):
    config = parsed(TABLE)
    whole = train(config, tmp_path / "whole", quiet)

    def kill_in_the_second_epoch(step):
        if step == 6:
            raise Killed

    with pytest.raises(Killed):
        train(config, tmp_path / "killed", quiet, kill_in_the_second_epoch)
    said = []
    resumed = train(config, tmp_path / "killed", said.append)
    assert said[0] == "going on at epoch 2, step 6"
    assert metrics(tmp_path / "killed") == metrics(tmp_path / "whole")
    weights = [(tmp_path / run / "model" / "weights.safetensors") for run in ("whole", "killed")]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    water = molecules(["H2O"], distorted=0)[0].atoms
    energies = [engine.energy_forces_stress(water, m).energy_eV for m in (whole, resumed)]
    assert energies[0] == energies[1]

    with pytest.raises(PhonoscopeError, match="cannot be gone on with"):
        train(replace(config, seed=1), tmp_path / "killed", quiet)


def test_a_tiny_network_learns_two_molecules_and_serves_the_engine(tmp_path, data):
    table = {**TABLE, "epochs": 150, "checkpoint_minutes": 9.0}
    said = []
    model = train(parsed(table), tmp_path, said.append)
    rows = metrics(tmp_path)
    assert len(rows) == 150
    assert float(rows[-1]["training_forces_meV_A"]) < 0.1 * float(rows[0]["training_forces_meV_A"])
    assert float(rows[-1]["training_probes"]) < 0.2 * float(rows[0]["training_probes"])
    assert (tmp_path / "learning_curve.png").stat().st_size > 5000
    assert "forces" in said[-2]

    water = data[0]
    kept = load_model(tmp_path / "model")
    state = engine.energy_forces_stress(water.atoms, kept)
    assert state.energy_eV == pytest.approx(water.energy_eV, abs=0.1)
    assert np.abs(state.forces_eV_A).max() < 0.3
    assert len(engine.vibrations(engine.relax(water.atoms, model), model).modes) == 3
    description = read_description(tmp_path / "model")
    assert "8 geometries of 2 teacher" in description["training_data"]

    # A network that knows the data already starts where the other ended.
    table = {**table, "epochs": 1, "network": {"start": str(tmp_path / "model")}}
    table["optimiser"] = {**TABLE["optimiser"], "learning_rate": 1e-5}
    train(parsed(table), tmp_path / "tuned", quiet)
    (row,) = metrics(tmp_path / "tuned")
    assert float(row["training_loss"]) < 3 * float(rows[-1]["training_loss"])


@pytest.mark.parametrize("keep", ["best", "last"])
def test_the_best_model_is_kept_or_the_last(tmp_path, keep):
    dearer = {"forces": [[0, 0.1], [2, 50.0]]}  # so that every epoch's loss is above the one before
    train(parsed({**TABLE, "loss": dearer, "keep": keep}), tmp_path, quiet)
    losses = [float(row["training_loss"]) for row in metrics(tmp_path)]
    best = losses.index(min(losses)) + 1
    assert best < len(losses)
    told = read_description(tmp_path / "model")["errors"]
    assert f"after epoch {best if keep == 'best' else len(losses)}:" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"data": {**TABLE["data"], "reader": "unheard"}}, "no data sets of kind"),
        ({"data": {**TABLE["data"], "kinds": ["thermic"]}}, "no structures of kind thermic"),
        ({"data": {**TABLE["data"], "elements": ["H", "Xx"]}}, "no elements Xx"),
        ({"data": {**TABLE["data"], "elements": ["Si"]}}, "nothing to train on"),
        ({"network": {**TINY, "architecture": "schnet"}}, "no known architecture"),
        ({"network": {**TINY, "widht": 3}}, "widht"),
        ({"network": {**TINY, "hidden_irreps": "8xq"}}, "cannot be made"),
        ({"network": {**TINY, "atomic_numbers": [1, 8]}}, "does not cover C"),
        ({"network": {"start": "stillinger-weber"}}, "cannot be trained"),
        ({"references": "isolated-atoms"}, "no free atom of H, C, O"),
    ],
)
def test_what_cannot_be_trained_is_told(change, told, tmp_path):
    with pytest.raises(PhonoscopeError, match=told):
        train(parsed({**TABLE, **change}), tmp_path / "run", quiet)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(PhonoscopeError, match="not empty"):
        train(parsed(TABLE), tmp_path, quiet)
