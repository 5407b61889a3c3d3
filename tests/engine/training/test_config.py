"""Configurations: what is refused, and by what name."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine
from engine import PhonoscopeError, load_model
from engine.training.config import parsed, read_config, value_at

RECIPES = Path(engine.__file__).parent / "training" / "recipes"
GOOD = {"data": {"files": ["x"]}, "network": {"architecture": "nequip"}}


def test_what_is_left_out_has_its_default():
    config = parsed({**GOOD, "loss": {"forces": 3, "probes": [[0, 0.0], [10, 2.0]]}})
    assert config.loss.forces == ((0.0, 3.0),)
    assert config.batches.size == 8
    assert [value_at(config.loss.probes, epoch) for epoch in (0, 5, 10, 99)] == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"epoch": 3}, "epoch,"),
        ({"loss": {"force": 1.0}}, "force,"),
        ({"data": {"file": "x"}}, "file,"),
        ({"epochs": "many"}, "epochs is 'many'"),
        ({"epochs": 0}, "epochs is 0"),
        ({"data": {"files": []}}, "names no file"),
        ({"data": {"files": ["x"], "validation": 1.0}}, "validation"),
        ({"data": {"files": ["x", "y"], "repeats": [2]}}, "data.repeats"),
        ({"data": {"files": ["x"], "repeats": [0]}}, "data.repeats"),
        ({"optimiser": {"name": "sgd"}}, "optimiser.name is 'sgd'; known are adamw, amsgrad"),
        ({"loss": {"forces": -1.0}}, "loss.forces"),
        ({"loss": {"forces": [[3, 1.0], [1, 2.0]]}}, "ascend"),
        ({"network": {"start": "m", "lmax": 2}}, "lmax"),
        ({"network": {"start": "m", "skip_per_species": False}}, "only be true"),
        ({"references": "model"}, "network.start"),
        ({"network": 3}, r"\[network\]"),
    ],
)
def test_mistakes_are_named(change, told):
    with pytest.raises(ValueError, match=told):
        parsed({**GOOD, **change})


def test_files_that_are_no_configuration(tmp_path):
    (tmp_path / "a.toml").write_text("epochs = = 3")
    (tmp_path / "b.toml").write_text("epochs = 3")
    for name, told in (("a", "cannot be read"), ("b", "is not right"), ("c", "cannot be read")):
        with pytest.raises(PhonoscopeError, match=told):
            read_config(tmp_path / f"{name}.toml")


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_recipes_are_complete_configurations(path):
    config = read_config(path)
    assert config.name == path.stem
    assert config.data.reader in ("molecules", "crystals")
    if begins := config.network.get("start"):
        assert load_model(Path(engine.__file__).parents[1] / begins).elements
    else:
        assert config.network["architecture"] in ("nequip", "mace")
