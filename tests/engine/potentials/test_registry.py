import numpy as np
import pytest

from engine import PhonoscopeError, load_model, register_model
from engine.library import assets
from engine.potentials import model_names, registry
from engine.potentials.checkpoints import places
from engine.potentials.checkpoints.native import Card, save_model
from engine.potentials.nequip import NequIPConfig, initial_parameters, nequip


@pytest.fixture(autouse=True)
def own_models(tmp_path, monkeypatch):
    """No test sees the models of whoever runs it."""
    monkeypatch.setenv("PHONOSCOPE_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def store(folder, name=None):
    config = NequIPConfig((1, 8), n_layers=1, hidden_irreps="2x0e", lmax=0, radial_width=2)
    parameters = initial_parameters(config, seed=0)
    save_model(nequip(config, parameters, name or folder.name, "random"), folder, Card())


def test_every_name_loads():
    for name in model_names():
        assert load_model(name).name == name


def test_own_model_is_known_by_name():
    own = load_model("stillinger-weber")
    register_model("my-own", lambda: own)
    assert load_model("my-own") is own
    with pytest.raises(PhonoscopeError, match="taken"):
        register_model("my-own", lambda: own)


def test_stored_models_are_known_by_name(own_models, monkeypatch, tmp_path):
    assert "water" not in model_names()
    store(own_models / "water")
    assert model_names()[-1] == "water"
    assert load_model("water").elements == {1, 8}
    assert load_model(own_models / "water").name == "water"
    with pytest.raises(PhonoscopeError, match="taken"):
        registry.folder_for("water")
    with pytest.raises(PhonoscopeError, match="taken"):
        register_model("water", lambda: load_model("stillinger-weber"))
    assert registry.folder_for("ice") == own_models / "ice"

    # A bundled model of the same name comes first, and what is built in before it.
    monkeypatch.setattr(registry, "bundled_models", lambda: tmp_path / "bundled")
    store(tmp_path / "bundled" / "water", name="bundled-water")
    store(tmp_path / "bundled" / "stillinger-weber")
    assert load_model("water").name == "bundled-water"
    assert np.isclose(load_model("stillinger-weber").cutoff_A, 3.77118)


def test_stored_models_lie_where_the_environment_says(own_models, monkeypatch):
    assert places.user_models() == own_models
    monkeypatch.delenv("PHONOSCOPE_MODELS")
    assert places.user_models().parts[-2:] == ("phonoscope", "models")
    assert places.bundled_models() == assets() / "models"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "-x"])
def test_names_that_are_paths_or_options_are_refused(name):
    with pytest.raises(PhonoscopeError, match="cannot be the name"):
        registry.folder_for(name)


def test_springs_from_a_file():
    model = load_model(assets() / "structures" / "diatomic-chain" / "entry.toml")
    assert model.elements == {11, 17}


def test_wrong_names_and_files_are_told(tmp_path):
    with pytest.raises(PhonoscopeError, match="no model 'nonsense'"):
        load_model("nonsense")
    with pytest.raises(PhonoscopeError, match="did you mean stillinger-weber"):
        load_model("stilinger-weber")
    with pytest.raises(PhonoscopeError, match="phonoscope models fetch nequix-mp-1"):
        load_model("nequix-mp-1")
    broken = tmp_path / "broken.toml"
    broken.write_text("springs = [")
    with pytest.raises(PhonoscopeError, match="cannot be read"):
        load_model(broken)
    broken.write_text("a = 1")
    with pytest.raises(PhonoscopeError, match="no table"):
        load_model(broken)


@pytest.mark.parametrize("name", ["x.pt", "folder"])
def test_paths_of_other_kinds_are_told_which_are_known(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(b"") if path.suffix else path.mkdir()
    with pytest.raises(PhonoscopeError, match=r"unknown|no known kind.*\n.*\.nqx, \.model"):
        load_model(path)
