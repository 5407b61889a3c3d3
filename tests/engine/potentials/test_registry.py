import pytest

from engine import PhonoscopeError, load_model, register_model
from engine.library import assets
from engine.potentials import model_names, registry


def test_every_name_loads():
    for name in model_names():
        assert load_model(name).name == name


def test_own_model_is_known_by_name(monkeypatch):
    monkeypatch.setattr(registry, "_MODELS", dict(registry._MODELS))
    own = load_model("stillinger-weber")
    register_model("my-own", lambda: own)
    assert load_model("my-own") is own
    with pytest.raises(PhonoscopeError, match="taken"):
        register_model("my-own", lambda: own)


def test_springs_from_a_file():
    model = load_model(assets() / "structures" / "diatomic-chain" / "entry.toml")
    assert model.elements == {11, 17}


def test_wrong_names_and_files_are_told(tmp_path):
    with pytest.raises(PhonoscopeError, match="no model 'nonsense'"):
        load_model("nonsense")
    broken = tmp_path / "broken.toml"
    broken.write_text("springs = [")
    with pytest.raises(PhonoscopeError, match="cannot be read"):
        load_model(broken)
    broken.write_text("a = 1")
    with pytest.raises(PhonoscopeError, match="no table"):
        load_model(broken)
