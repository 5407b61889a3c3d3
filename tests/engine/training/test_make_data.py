"""The command: a mistake is said in words, status and pack work on what is there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import h5py
import pytest

from engine.training.data.labelled import read_molecules
from engine.training.data.labelled_crystals import read_crystals
from engine.training.data.molecule_list import MOLECULES
from engine.training.data.molecules import Workplace
from engine.training.data.parts import pack
from engine.training.data.queue import Task, work_on
from engine.training.make_data import main
from engine.training.make_data.options import named
from tests.engine.training.data.hooke import Springs
from tests.engine.training.data.test_crystals import SILICON, Quick

WATER = next(m for m in MOLECULES if m.name == "water")
KETENE = next(m for m in MOLECULES if m.name == "ketene")


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["make_data", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


@pytest.mark.parametrize(
    "words",
    [
        ("molecules", "--only", "unobtainium"),
        ("molecules", "--stages", "4"),
        ("pack",),
        ("crystals", "--teacher", "none.nqx"),
        ("crystals", "--teacher", "none.nqx", "--only", "unobtainium"),
        ("drifted", "unobtainium", "--teacher", "none.nqx"),
        ("drifted", "stillinger-weber", "--teacher", "none.nqx"),
        ("crystals-dft", "--pseudopotentials", "none"),
        ("dft-labels", "--teacher", "none.nqx", "none.h5"),
    ],
)
def test_a_mistake_ends_with_code_2_and_no_traceback(words, monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, *words, "--out", tmp_path / "none") == 2
    said = capsys.readouterr().err
    assert said and "Traceback" not in said and not any(tmp_path.iterdir())


def test_molecules_are_chosen_by_names_that_may_have_commas() -> None:
    chosen = named(MOLECULES, "1,1-difluoroethene water")
    assert {m.name for m in chosen} == {"water", "1,1-difluoroethene"}


def test_status_is_one_line(monkeypatch, tmp_path, capsys) -> None:
    work_on(Workplace(tmp_path, Springs()), Task(1, WATER))
    capsys.readouterr()
    assert call(monkeypatch, "status", "--out", tmp_path) == 0
    assert "7 geometries with forces, 2 Hessians" in capsys.readouterr().out


def test_pack_says_where_its_numbers_come_from(monkeypatch, tmp_path, capsys) -> None:
    pytest.importorskip("pyscf", reason="its version stands in the file")
    pytest.importorskip("geometric", reason="its version stands in the file")
    for molecule in (WATER, KETENE):
        work_on(Workplace(tmp_path, Springs()), Task(1, molecule))
    assert call(monkeypatch, "pack", tmp_path / "out" / "m.h5", "--out", tmp_path) == 0
    assert "2 molecules" in capsys.readouterr().out
    with h5py.File(tmp_path / "out" / "m.h5") as file:
        assert json.loads(file.attrs["method"])["basis"] == "def2-svp"
        assert json.loads(file.attrs["held_out"]) == ["ketene"]
        assert set(file) == {"water", "ketene"}


def test_work_goes_on_from_what_was_packed(monkeypatch, tmp_path, capsys) -> None:
    for molecule in (WATER, KETENE):
        work_on(Workplace(tmp_path / "old", Springs()), Task(1, molecule))
    pack((tmp_path / "old").glob("*.h5"), tmp_path / "m.h5", {})
    new = tmp_path / "new"
    assert call(monkeypatch, "unpack", tmp_path / "m.h5", "--out", new) == 0
    assert "4 parts laid" in capsys.readouterr().out
    idle = Springs()
    work_on(Workplace(new, idle), Task(1, WATER))
    assert idle.labelled == []
    for one, other in zip(read_molecules(tmp_path / "old"), read_molecules(new), strict=True):
        assert (one.name, one.kind, one.energy_eV) == (other.name, other.kind, other.energy_eV)
    assert call(monkeypatch, "unpack", tmp_path / "m.h5", "--out", new) == 0
    assert "0 parts laid" in capsys.readouterr().out
    (tmp_path / "x.h5").write_text("text")
    assert call(monkeypatch, "unpack", tmp_path / "x.h5", "--out", new) == 2


def test_crystals_are_packed_with_what_labelled_them(monkeypatch, tmp_path, capsys) -> None:
    work_on(Quick(tmp_path), Task(1, SILICON))
    teacher = tmp_path / "teacher"
    teacher.write_text("a model")
    out = tmp_path / "out" / "c.h5"
    assert call(monkeypatch, "pack-crystals", out, "--teacher", teacher, "--out", tmp_path) == 0
    assert ", 1 in number" in capsys.readouterr().out
    with h5py.File(out) as file:
        assert json.loads(file.attrs["crystals"]) == ["Si-diamond"]
        assert len(file.attrs["teacher_sha256"]) == 64
    assert len(read_crystals(out)) == len(read_crystals(tmp_path))


def test_what_cannot_be_packed_is_told(monkeypatch, tmp_path, capsys) -> None:
    work_on(Quick(tmp_path / "parts"), Task(1, SILICON))
    for path in (tmp_path / "parts").glob("*.h5"):
        with h5py.File(path, "a") as file:
            for part in file["Si-diamond"].values():
                part.attrs["largest_strain"] = 0.01
    teacher, file = tmp_path / "teacher", tmp_path / "c.h5"
    asked = ("pack-crystals", file, "--teacher", teacher, "--out", tmp_path / "parts")
    assert call(monkeypatch, *asked) == 2
    assert "does not exist" in capsys.readouterr().err
    teacher.write_text("a model")
    for wrong in (
        (*asked, "--least-strain", "0.02"),
        (*asked[:-1], tmp_path / "nowhere"),
    ):
        assert call(monkeypatch, *wrong) == 2
        assert "nothing to collect" in capsys.readouterr().err
        assert not file.exists()
    assert call(monkeypatch, *asked, "--least-strain", "0.005") == 0
    assert {c.name for c in read_crystals(file)} == {"Si-diamond"}


def test_displaced_molecules_want_minima_and_known_stages(monkeypatch, tmp_path, capsys) -> None:
    assert call(monkeypatch, "displaced", "--stages", "9") == 2
    assert "no stages '9'" in capsys.readouterr().err
    pytest.importorskip("pyscf", reason="it is asked for before the folder")
    asked = ("displaced", "--minima", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert call(monkeypatch, *asked) == 2
    assert "no labelled molecules" in capsys.readouterr().err
