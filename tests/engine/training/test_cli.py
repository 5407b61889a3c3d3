"""``phonoscope train`` and ``phonoscope evaluate``, as a user runs them."""

from __future__ import annotations

import json

import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write

from engine import cli
from tests.engine.training.teacher import labelled, silicon


@pytest.fixture
def phonoscope(monkeypatch, capsys):
    """Arguments -> exit code, stdout, stderr."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["phonoscope", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    return run


@pytest.fixture
def dataset(tmp_path, stillinger_weber):
    atoms = silicon()
    sample = labelled(atoms, stillinger_weber)
    results = {"energy": sample.energy_eV, "forces": sample.forces_eV_A}
    atoms.calc = SinglePointCalculator(atoms, **results)
    write(tmp_path / "silicon.xyz", atoms)
    return tmp_path / "silicon.xyz"


def test_evaluate_writes_errors(phonoscope, dataset, tmp_path):
    code, out, _ = phonoscope("evaluate", "--model", "stillinger-weber", dataset, "--json", "-")
    assert code == 0
    document = json.loads(out)
    assert document["forces"]["mean_absolute"] < 1e-3
    assert document["forces"]["unit"] == "meV/angstrom"
    code, out, _ = phonoscope("evaluate", "--model", "stillinger-weber", dataset)
    assert code == 0 and "meV/angstrom" in out


def test_what_the_model_does_not_cover_is_left_out_and_told(phonoscope, dataset):
    brass = bulk("CuZn", "cesiumchloride", a=2.95)
    brass.calc = SinglePointCalculator(brass, energy=0.0, forces=[[0.0, 0.0, 0.0]] * 2)
    write(dataset, brass, append=True)
    arguments = "evaluate", "--model", "stillinger-weber", dataset
    code, out, err = phonoscope(*arguments)
    assert code == 0 and "meV/angstrom" in out
    assert "1 of 2 structures are left out: stillinger-weber does not cover Cu, Zn" in err
    write(dataset, brass)
    code, _, err = phonoscope(*arguments)
    assert code == 2 and "does not cover" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["train", "{tmp}/none.toml", "--out", "{tmp}/run"], "cannot be read"),
        (["train", "{tmp}/bad.toml", "--out", "{tmp}/run"], "epohcs"),
        (["train", "{tmp}/no-data.toml", "--out", "{tmp}/run"], "no .h5 file"),
        (["train", "{tmp}/bad.toml"], "--out"),
        (["evaluate", "--model", "no-such", "{data}"], "no model"),
        (["evaluate", "--model", "stillinger-weber", "{tmp}/none.xyz"], "no such file"),
        (["evaluate", "--model", "stillinger-weber", "{tmp}/bad.toml"], "cannot read"),
        (["evaluate", "--model", "stillinger-weber", "{data}", "--only", "Ge"], "Ge is not in"),
        (["evaluate", "--model", "stillinger-weber", "{data}", "--only", "held-out"], "nothing"),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(phonoscope, dataset, tmp_path, arguments, told):
    (tmp_path / "bad.toml").write_text("epohcs = 3\n[data]\nfiles=['x']\n[network]\n")
    (tmp_path / "no-data.toml").write_text("[data]\nfiles=['x']\n[network]\n")
    given = [a.format(tmp=tmp_path, data=dataset) for a in arguments]
    code, _, err = phonoscope(*given)
    assert code == 2
    assert told in err and "Traceback" not in err
