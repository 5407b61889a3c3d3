"""``phonoscope convert``."""

import json
from dataclasses import replace

import numpy as np
import pytest
from ase.io import read
from typer.testing import CliRunner

import engine
from engine.cli import app
from engine.errors import PhonoscopeError

run = CliRunner()


def convert(*arguments):
    done = run.invoke(app, ["convert", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_structures(tmp_path):
    convert("silicon", tmp_path / "POSCAR")
    convert(tmp_path / "POSCAR", tmp_path / "si.cif")
    convert(tmp_path / "si.cif", tmp_path / "si.gen")  # a format that only ase has
    again, given = read(tmp_path / "si.gen"), engine.read("silicon")
    assert np.isclose(again.get_volume(), given.get_volume(), rtol=1e-6)
    assert np.isclose(again.get_distance(0, 1, mic=True), given.get_distance(0, 1, mic=True))


def test_motion_of_a_mode_at_a_wave_vector(tmp_path):
    out = tmp_path / "x.axsf"
    convert("diatomic-chain", out, "--q", "0.25,0,0", "--mode", 2, "--amplitude", 0.1)
    frames = read(out, ":", format="xsf")
    assert len(frames[0]) == 8
    moved = np.array([frame.positions for frame in frames]) - frames[0].positions
    assert 0.15 < np.linalg.norm(moved, axis=2).max() < 0.21


def test_results_and_back(tmp_path):
    convert("methane", tmp_path / "m.npz")
    convert(tmp_path / "m.npz", tmp_path / "m.molden")
    assert "1314.3" in (tmp_path / "m.molden").read_text()
    convert(tmp_path / "m.npz", tmp_path / "m.xyz")
    assert len(read(tmp_path / "m.xyz", ":")) == 1
    convert(tmp_path / "m.npz", tmp_path / "m2.xyz", "--mode", 9)
    assert len(read(tmp_path / "m2.xyz", ":")) == 24


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("methane", "x.axsf", "--mode", 1), "cannot be written as axsf"),
        (("methane", "x.foo"), "known format"),
        (("methane", "x.xyz", "--mode", 10), "1 to 9"),
        (("methane", "x.xyz", "--q", "0,0,0"), "molecule"),
        (("silicon", "x.xyz", "--q", "a,b"), "wave vector"),
        (("nothing", "x.cif"), "no structure"),
        (("methane", "x.xyz", "--format", "gif"), "no format"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(arguments, message, tmp_path):
    given, out, *more = arguments
    with pytest.raises(PhonoscopeError, match=message):
        convert(given, tmp_path / out, *more)
    assert not (tmp_path / out).exists()


def test_intensities_of_the_library(tmp_path):
    convert("water", tmp_path / "w_modes.csv", "--mode", 2)
    assert "infrared_km_mol,raman_A4_amu,depolarization" in (tmp_path / "w_modes.csv").read_text()
    document = json.loads(run.invoke(app, ["modes", "water", "--json", "-"]).stdout)
    known = engine.entry("water").intensities(engine.entry("water").result())
    found = [mode["infrared_km_mol"] for mode in document["modes"]]
    assert np.allclose(found, known.infrared_km_mol)  # no two modes of water make one level
    heavy = run.invoke(app, ["modes", "water", "--isotopes", "2=2H,3=2H", "--json", "-"]).stdout
    lighter = [mode["infrared_km_mol"] for mode in json.loads(heavy)["modes"]]
    assert sum(lighter) < sum(found)


def test_derivatives_serve_only_their_own_geometry_and_method():
    entry = engine.entry("water")
    result = entry.result()
    assert entry.intensities(result) is not None
    assert entry.intensities(replace(result, model="another")) is None
    moved = result.atoms.copy()
    moved.positions[0] += 0.01
    assert entry.intensities(replace(result, atoms=moved)) is None
    assert engine.entry("silicon").intensities(engine.entry("silicon").result()) is None
