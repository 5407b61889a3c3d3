"""The commands as a user runs them, in a process of their own."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.io import write

import engine
from engine.cli.output import print_levels
from engine.cli.phonons import relaxed


def phonoscope(*arguments: str, cwd=None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        cwd=cwd,
    )


def test_modes_of_methane_as_json():
    done = phonoscope("modes", "methane", "--json", "-")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["kind"] == "molecule"
    assert document["point_group"] == "Td"
    assert document["gamma_vib"] == "A1+E+2T2"
    assert len(document["modes"]) == 9
    assert [mode["index"] for mode in document["modes"]] == list(range(1, 10))
    for mode in document["modes"]:
        assert np.shape(mode["displacement"]) == (5, 3)
        assert np.isclose(np.linalg.norm(mode["displacement"]), 1)
        assert mode["ir_active"] == (mode["irrep"] == "T2")
        assert mode["raman_active"] is True
        assert mode["hyper_raman_active"] == (mode["irrep"] != "E")
        assert mode["irrep_certain"] is True and mode["irrep_confidence"] > 0.999
    assert (document["parent_group"], document["correlation"]) == ("Td", None)
    assert set(document["trust"]) == {
        "symmetry_rms_A", "symmetry_largest_A", "next_higher", "hessian_symmetry_error",
        "residual_translation_cm1", "residual_rotation_cm1",
    }  # fmt: skip


def test_phonons_of_silicon_as_json():
    done = phonoscope("phonons", "silicon", "--json", "-")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["space_group"], document["space_group_number"]) == ("Fd-3m", 227)
    assert document["crystal_point_group"] == "Oh"
    assert document["gamma"]["gamma_optical"] == "T2g"
    assert [mode["acoustic"] for mode in document["gamma"]["modes"]] == [True] * 3 + [False] * 3
    bands = document["bands"]
    n = len(bands["q"])
    assert len(bands["distance"]) == n == len(bands["frequencies_cm1"])
    assert bands["labels"][0] == ["Γ", 0]
    assert document["trust"]["unstable"] is False
    dos = document["dos"]
    width = dos["frequency_cm1"][1] - dos["frequency_cm1"][0]
    assert sum(dos["total"]) * width == pytest.approx(6, rel=1e-2)  # 3N states


def test_own_crystal_is_reduced_to_its_primitive_cell(tmp_path):
    write(tmp_path / "si.cif", bulk("Si", a=5.43, cubic=True))
    out = tmp_path / "out.json"
    done = phonoscope(
        "phonons", "si.cif", "--model", "stillinger-weber", "--json", str(out), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "2 atoms of 8" in done.stderr
    assert json.loads(out.read_text(encoding="utf-8"))["formula"] == "Si"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.json", "si.cif"]


def test_tables_for_people():
    done = phonoscope("modes", "methane")
    assert done.returncode == 0
    assert "A1+E+2T2" in done.stdout
    assert len(done.stdout.splitlines()) == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["modes", "nowhere.xyz"], "no structure"),
        (["modes", "silicon"], "crystal"),
        (["phonons", "methane"], "molecule"),
        (["phonons", "silicon", "--model", "psychic"], "no model"),
        (["modes", "methane", "--model", "stillinger-weber"], "the model knows Si"),
        (["modes", "methane", "--json", "/no/such/folder/x.json"], "cannot be written"),
        (["modes", "methane", "--frobnicate"], "No such option"),
        (["modes", "methane", "--isotopes", "1=2H"], "it is C"),
        (["modes", "methane", "--relax"], "cannot be relaxed"),
        (["symmetry", "nowhere.xyz"], "no structure"),
        (["symmetry", "methane", "--tolerance", "7"], "tolerance cannot be used"),
        (["symmetry", "methane", "--isotopes", "2=9H"], "is not known"),
        (["symmetry", "methane", "--json", "/no/such/folder/x.json"], "cannot be written"),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(arguments, said):
    done = phonoscope(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_isotopes_of_a_library_entry():
    done = phonoscope("modes", "methane", "--isotopes", "2=2H,3=D", "--json", "-")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["point_group"], document["derivatives"]) == ("C2v", "stored")
    assert document["formula"] == "CH4"
    assert document["parent_group"] == "Td"
    assert document["correlation"]["T2"] == "A1+B1+B2"
    frequencies = [mode["frequency_cm1"] for mode in document["modes"]]
    assert sum(2000 < f < 2500 for f in frequencies) == 2  # stretches of two deuterium atoms


def test_relaxed_molecule_of_a_file(tmp_path):
    star = [[0, 0, 0], [2.4, 0, 0], [-1.2, 2.0, 0.2]]
    write(tmp_path / "si3.xyz", Atoms("Si3", star))
    given = ["modes", "si3.xyz", "--model", "stillinger-weber", "--json", "-"]
    forces = {}
    for arguments in (given, [*given, "--relax"]):
        done = phonoscope(*arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert document["derivatives"] == "automatic"
        forces[arguments[-1]] = document["max_force_eV_A"]
    assert forces["-"] > 0.1
    assert forces["--relax"] < 1e-4


def test_large_forces_are_told(tmp_path):
    write(tmp_path / "si3.xyz", Atoms("Si3", [[0, 0, 0], [2.1, 0, 0], [-1.2, 2.0, 0.2]]))
    done = phonoscope("modes", "si3.xyz", "--model", "stillinger-weber", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not a minimum" in done.stderr
    assert "derivatives: automatic" in done.stdout


@pytest.mark.parametrize(("relax", "stressed"), [("atoms", True), ("cell", False)])
def test_relaxed_crystal(relax, stressed, tmp_path):
    write(tmp_path / "si.cif", bulk("Si", a=5.3))
    done = phonoscope(
        "phonons", "si.cif", "--model", "stillinger-weber", "--relax", relax, "--mesh", "none",
        "--json", "-", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["max_force_eV_A"] < 1e-4
    assert (document["max_stress_GPa"] > 1) is stressed
    assert (document["max_stress_GPa"] > 0.02) is stressed


@pytest.mark.parametrize("what", ["none", "atoms", "cell"])
def test_of_relaxed_cells_one_is_warned(what, stillinger_weber, monkeypatch, capsys):
    monkeypatch.setattr("engine.potentials.choice.CELL_AS_GIVEN", ("stillinger-weber",))
    relaxed(bulk("Si", a=5.4), stillinger_weber, what)
    assert ("off by some per cent" in capsys.readouterr().err) is (what == "cell")


def test_models_without_derivatives_are_refused_for_crystals():
    done = phonoscope("phonons", "silicon", "--model", "gfn2-xtb")
    assert done.returncode == 2
    assert "cannot be differentiated" in done.stderr


def test_symmetry_of_a_molecule_as_json(tmp_path):
    write(tmp_path / "co2.xyz", molecule("CO2"))
    done = phonoscope("symmetry", "co2.xyz", "--json", "-", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["kind"], document["point_group"], document["linear"]) == (
        "molecule",
        "D∞h",
        True,
    )
    assert document["order"] is None
    assert document["gamma_vib"] == "Σg++Σu++Πu"
    assert document["ir_active"] == {"levels": 2, "irreps": ["Σu+", "Πu"]}
    assert document["raman_active"] == {"levels": 1, "irreps": ["Σg+"]}
    assert document["silent"] == {"levels": 0, "irreps": []}
    assert document["character_table"]["irreps"]["Πu"][1] == "2cos φ"
    assert len(document["classes"]) == len(document["character_table"]["classes"])
    assert document["vibrations"] == 4


def test_symmetry_for_people(tmp_path):
    done = phonoscope("symmetry", "methane", "--tolerance", "0.01")
    assert done.returncode == 0, done.stderr
    assert "Td" in done.stdout and "8C3" in done.stdout
    assert "Γ(vib)    = A1+E+2T2" in done.stdout
    assert "Infrared shows 2 (2T2)" in done.stdout
    crystal = phonoscope("symmetry", "silicon")
    assert crystal.returncode == 0, crystal.stderr
    assert "Fd-3m" in crystal.stdout
    heavy = phonoscope("modes", "methane", "--isotopes", "2=2H")
    assert "T2 → A1+E" in heavy.stdout


def test_labels_that_are_not_certain_are_marked(capsys):
    result = engine.entry("methane").result()
    doubtful = replace(result.modes, irrep_certain=(False,) * 9)
    print_levels(doubtful)
    assert "T2?" in capsys.readouterr().out
