"""The own format: what is read is what was written, bit by bit, and mistakes are told."""

from __future__ import annotations

import hashlib
import json
import lzma
from dataclasses import dataclass, replace
from pathlib import Path

import jax
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from safetensors.numpy import load_file, save_file

from engine import PhonoscopeError, energy_forces_stress, load_model
from engine.potentials import mace
from engine.potentials.checkpoints.architectures import flattened
from engine.potentials.checkpoints.config_json import config_from_json, config_to_json
from engine.potentials.checkpoints.foreign import import_model, read_foreign
from engine.potentials.checkpoints.native import (
    Card,
    Source,
    load_folder,
    read_description,
    save_model,
)
from engine.potentials.mace.config import MACEConfig
from engine.potentials.mace.radial import Agnesi, Soft
from engine.potentials.mace.zbl import Repulsion
from engine.potentials.nequip import NequIPConfig, initial_parameters, nequip

SHARED = Path(__file__).parents[5] / "shared/reference"
MACE_FILES = Path(__file__).parent / "mace_torch"
CARD = Card("made up", "CC0", Source("x.nqx", "0" * 64, "nequix"))

NEQUIP = NequIPConfig(
    (11, 17),
    cutoff_A=4.0,
    n_layers=2,
    hidden_irreps="8x0e + 4x1o",
    lmax=1,
    radial_width=8,
    skip_per_species=True,
    scale_eV=0.1 + 0.2,
)
MACE = MACEConfig(
    elements=(17, 11),
    cutoff_A=4.0,
    hidden_irreps="4x0e + 4x1o",
    l_max=1,
    correlation=(2, 2),
    radial_mlp=(8,),
    distance_transform=Agnesi(),
    repulsion=Repulsion(),
    atomic_energies_eV=(-1 / 3, -2.0),
)


def salt() -> Atoms:
    atoms = bulk("NaCl", "rocksalt", a=5.6)
    atoms.positions[1] += [0.1, -0.2, 0.05]
    return atoms


def small(architecture: str, dtype: type = np.float32):
    if architecture == "nequip":
        parameters = initial_parameters(NEQUIP, seed=1, dtype=dtype)
        return nequip(NEQUIP, parameters, "small", "random numbers")
    parameters = mace.initial_parameters(MACE, jax.random.key(1), dtype)
    return mace.mace_potential(MACE, parameters, "small", "random numbers")


def assert_same(one, two, atoms: Atoms) -> None:
    a, b = (energy_forces_stress(atoms, potential) for potential in (one, two))
    assert a.energy_eV == b.energy_eV
    assert np.array_equal(a.forces_eV_A, b.forces_eV_A)
    assert np.abs(a.forces_eV_A).max() > 1e-3  # and the model sees the atoms
    assert one.atomic_energies == two.atomic_energies  # so that nothing is compiled again


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "small"
    save_model(small("nequip"), folder, CARD)
    return folder


@pytest.fixture
def folder(written, tmp_path) -> Path:
    """A copy to damage."""
    copy = tmp_path / "small"
    copy.mkdir()
    for file in written.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


@pytest.mark.parametrize("architecture", ["nequip", "mace"])
def test_what_is_read_is_what_was_written(architecture, tmp_path):
    potential = small(architecture)
    save_model(potential, tmp_path / "new" / "small", CARD)
    found = load_folder(tmp_path / "new" / "small")
    ours, theirs = flattened(potential.parameters), flattened(found.parameters)
    assert set(ours) == set(theirs)
    for name, leaf in ours.items():
        assert theirs[name].dtype == leaf.dtype
        assert np.asarray(leaf).tobytes() == theirs[name].tobytes()
    assert_same(potential, found, salt())
    for attribute in ("name", "cutoff_A", "elements", "reference"):
        assert getattr(found, attribute) == getattr(potential, attribute)
    assert load_model(tmp_path / "new" / "small").name == "small"


def test_the_folder_holds_two_files_and_what_the_documentation_says(written):
    assert sorted(file.name for file in written.iterdir()) == ["model.json", "weights.safetensors"]
    assert [file.name for file in written.parent.iterdir()] == ["small"]  # nothing is left over
    description = json.loads((written / "model.json").read_text())
    assert description["format"] == "phonoscope-model"
    assert (description["version"], description["architecture"]) == (1, "nequip")
    assert description["units"] == {"length": "angstrom", "energy": "eV"}
    assert (description["elements"], description["dtype"]) == (["Na", "Cl"], "float32")
    assert description["licence"] == "CC0"
    assert description["training_data"] == "made up"
    assert description["source"] == {"file": "x.nqx", "sha256": "0" * 64, "format": "nequix"}
    assert description["config"]["scale_eV"] == 0.1 + 0.2
    weights = load_file(written / "weights.safetensors")
    assert weights["reference_energies"].shape == (2,)
    assert all("/" in name for name in weights if name != "reference_energies")


def test_arrays_that_do_not_lie_in_order_are_written_as_they_are_meant(tmp_path):
    potential = small("nequip")
    turned = jax.tree.map(lambda x: np.asarray(x).T.copy().T, potential.parameters)
    save_model(replace(potential, parameters=turned), tmp_path / "m", CARD)
    found = load_folder(tmp_path / "m").parameters
    assert jax.tree.all(jax.tree.map(np.array_equal, turned, found))


def test_a_model_is_never_overwritten(written):
    before = (written / "model.json").read_bytes()
    with pytest.raises(PhonoscopeError, match=r"exists already\nRemove it"):
        save_model(small("nequip"), written, CARD)
    assert (written / "model.json").read_bytes() == before


def test_only_networks_are_stored(stillinger_weber, tmp_path):
    with pytest.raises(PhonoscopeError, match="nequip, mace"):
        save_model(stillinger_weber, tmp_path / "sw", CARD)


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PhonoscopeError, match="cannot be written"):
        save_model(small("nequip"), tmp_path / "file" / "m", CARD)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "cake"}, "its format is phonoscope-model"),
        ({"version": 2}, "version 2, this program knows 1"),
        ({"architecture": "builtins.eval"}, "known are nequip, mace"),
        ({"architecture": "mace"}, "which this version does not know"),
        ({"units": {"length": "bohr", "energy": "eV"}}, "its units"),
        ({"dtype": "int8"}, "its dtype"),
        ({"dtype": "float64"}, "is float32, model.json says float64"),
        ({"elements": ["Na"]}, "not those of its hyper-parameters"),
        ({"elements": ["Na", "Xx"]}, "not a list of chemical symbols"),
        ({"name": None}, "name is None, not text"),
        ({"licence": 7}, "licence"),
        ({"source": {"file": "x"}}, "source lacks sha256, format"),
        ({"weights_sha256": "0" * 64}, "its SHA-256 is"),
        ({"config": 3}, "config is 3, not a table"),
    ],
)
def test_wrong_descriptions_are_told(changes, said, folder):
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**description, **changes}))
    with pytest.raises(PhonoscopeError, match=said):
        load_folder(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_layers": "2"}, "n_layers is '2', not of type int"),
        ({"n_layers": True}, "not of type int"),
        ({"atomic_numbers": 11}, "not a list"),
        ({"atomic_numbers": [11, "Cl"]}, r"atomic_numbers\[1\]"),
        ({"colour": "red"}, "has colour"),
        ({"hidden_irreps": "porridge"}, "describe no model"),
        ({"radial_width": 9}, "has shape"),
        ({"n_layers": 3}, "lacks layer_"),
        ({"layer_norm": False}, "which the architecture has not"),
    ],
)
def test_wrong_hyper_parameters_are_told(changes, said, folder):
    description = json.loads((folder / "model.json").read_text())
    description["config"] |= changes
    (folder / "model.json").write_text(json.dumps(description))
    with pytest.raises(PhonoscopeError, match=said):
        load_folder(folder)


def test_a_missing_hyper_parameter_is_told_unless_it_has_a_default(folder):
    description = json.loads((folder / "model.json").read_text())
    del description["config"]["layer_norm"]
    (folder / "model.json").write_text(json.dumps(description))
    assert load_folder(folder).name == "small"
    del description["config"]["atomic_numbers"]
    (folder / "model.json").write_text(json.dumps(description))
    with pytest.raises(PhonoscopeError, match="lacks atomic_numbers"):
        load_folder(folder)


def test_damaged_and_missing_files_are_told(folder):
    weights = folder / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(PhonoscopeError, match="SHA-256"):
        load_folder(folder)
    content = b"not safetensors at all"
    weights.write_bytes(content)
    description = json.loads((folder / "model.json").read_text())
    description["weights_sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "model.json").write_text(json.dumps(description))
    with pytest.raises(PhonoscopeError, match=r"weights\.safetensors"):
        load_folder(folder)
    weights.unlink()
    with pytest.raises(PhonoscopeError, match="No such file"):
        load_folder(folder)
    (folder / "model.json").write_text("{")
    with pytest.raises(PhonoscopeError, match=r"model\.json"):
        read_description(folder)


def test_couplings_and_their_weights_go_together(tmp_path):
    """How many couplings there are is the file's choice, but one choice."""
    save_model(small("mace"), tmp_path / "m", CARD)
    path = tmp_path / "m" / "weights.safetensors"
    weights = load_file(path)
    name = "params/product_0/contraction/weights_2_0e"
    weights[name] = np.ascontiguousarray(weights[name][:, :-1])
    save_file(weights, path)
    description = json.loads((tmp_path / "m" / "model.json").read_text())
    description["weights_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "m" / "model.json").write_text(json.dumps(description))
    with pytest.raises(PhonoscopeError, match=r"contraction/\w+_2_0e has shape"):
        load_folder(tmp_path / "m")


@pytest.mark.parametrize("transform", [None, Agnesi(a=0.1), Soft(alpha=1 / 3)])
def test_hyper_parameters_survive_json(transform):
    config = replace(MACE, distance_transform=transform, scale=np.float64(1 / 7))
    text = json.dumps(config_to_json(config))
    assert config_from_json(MACEConfig, json.loads(text)) == config


def test_only_named_classes_are_built():
    table = config_to_json(MACE)
    table["distance_transform"] = {"kind": "Popen", "args": ["true"]}
    with pytest.raises(ValueError, match="known are Agnesi, Soft"):
        config_from_json(MACEConfig, table)


def test_values_without_a_type_of_json_are_refused():
    @dataclass(frozen=True)
    class Odd:
        value: object

    with pytest.raises(TypeError):
        config_to_json(Odd(object()))


@pytest.mark.parametrize(
    ("name", "head"),
    [("two_heads_agnesi", "r2scan"), ("float32_plain", None), ("soft_cutoff_on_weights_zbl", None)],
)
def test_imported_mace_models_stay_what_they_are(name, head, tmp_path):
    file = tmp_path / f"{name}.model"
    file.write_bytes(lzma.decompress((MACE_FILES / f"{name}.model.xz").read_bytes()))
    reference = json.loads((MACE_FILES / "reference.json").read_text())
    atoms = Atoms(
        reference["numbers"], positions=reference["positions_A"], cell=reference["cell_A"], pbc=True
    )
    import_model(file, tmp_path / "m", licence="CC0", head=head)
    assert_same(read_foreign(file, head), load_folder(tmp_path / "m"), atoms)
    description = read_description(tmp_path / "m")
    assert description["source"]["format"] == "mace-torch"
    assert description["source"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no reference models in {SHARED}")
def test_imported_nequix_models_stay_what_they_are(tmp_path):
    file = SHARED / "nequix/nequix-oam-1-pft.nqx"
    import_model(file, tmp_path / "m")
    assert_same(read_foreign(file), load_folder(tmp_path / "m"), salt())
    description = read_description(tmp_path / "m")
    assert (description["licence"], description["name"]) == ("MIT", "nequix-oam-1-pft")
    assert "OMat24" in description["training_data"]  # from the catalogue, known by the checksum


def test_what_cannot_be_imported_is_told(tmp_path):
    with pytest.raises(PhonoscopeError, match="no such file"):
        import_model(tmp_path / "a.nqx", tmp_path / "m")
    (tmp_path / "a.pt").write_bytes(b"")
    with pytest.raises(PhonoscopeError, match=r"ends in \.nqx or \.model"):
        import_model(tmp_path / "a.pt", tmp_path / "m")
    (tmp_path / "a.nqx").write_bytes(b"{}\n")
    with pytest.raises(PhonoscopeError, match="no heads"):
        import_model(tmp_path / "a.nqx", tmp_path / "m", head="pbe")
    assert not (tmp_path / "m").exists()
