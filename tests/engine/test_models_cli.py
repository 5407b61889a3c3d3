"""``phonoscope models``, as a user runs it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import load_model
from engine.potentials import cards
from tests.engine.potentials.checkpoints.serving import serving, tiny_nequix, write_catalogue

CONTENT = tiny_nequix()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def phonoscope(tmp_path):
    """The command, with models of its own and a catalogue of one model on this machine."""
    with serving(CONTENT) as server:
        address = f"{server.address}/tiny.nqx"
        path = write_catalogue(tmp_path / "catalogue.toml", address, SHA256, len(CONTENT))
        environment = {
            **os.environ,
            "PHONOSCOPE_MODELS": str(tmp_path / "models"),
            "PHONOSCOPE_CATALOGUE": str(path),
        }

        def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "engine", "models", *map(str, arguments)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=300,
                env=environment,
            )

        yield run


def test_fetch_list_and_card(phonoscope, tmp_path):
    rows = phonoscope("list").stdout.splitlines()
    assert [row.split()[0] for row in rows] == [
        "stillinger-weber",
        "gfn2-xtb",
        "crystals",
        "molecules",
        "tiny",
    ]
    assert rows[0].split()[1:5] == ["built", "in", "1", "element"]
    assert rows[2].split()[1:4] == ["bundled", "45", "elements"]
    assert rows[3].split()[1:4] == ["bundled", "7", "elements"]
    assert rows[4].split()[1:5] == ["to", "fetch", "2", "elements"]
    assert len({row.index("element") for row in rows}) == 1  # aligned

    done = phonoscope("fetch", "tiny")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"Fetched tiny in {tmp_path / 'models' / 'tiny'}",
        "Licence: CC0",
        "Use it with --model tiny",
    ]
    assert "Already there: tiny" in phonoscope("fetch", "tiny").stdout
    assert "tiny              stored" in phonoscope("list").stdout

    done = phonoscope("card", "tiny", "--json", "-")
    card = json.loads(done.stdout)
    assert (card["architecture"], card["elements"], card["cutoff_A"]) == (
        "nequip",
        ["Na", "Cl"],
        4.0,
    )
    assert card["parameters"] == 2 + 16 + 8 + 4 + 8 + 8 + 4 + 4
    assert card["config"]["n_layers"] == 1
    assert (card["licence"], card["training_data"]) == ("CC0", "made up")
    assert card["source"]["sha256"] == SHA256
    assert card["reference"] == "nobody (2026)"


def test_import(phonoscope, tmp_path):
    file = tmp_path / "mine.nqx"
    file.write_bytes(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))  # not the file of the catalogue
    out = tmp_path / "out"
    done = phonoscope(
        "import", file, "--out", out, "--licence", "MIT", "--training-data", "salt", "--name", "own"
    )
    assert done.returncode == 0, done.stderr
    assert f"Use it with --model {out}" in done.stdout
    text = phonoscope("card", out).stdout
    for said in ("own", "nequip", "2: Na Cl", "4 angstrom", "MIT", "salt", "1 layer of 4x0e"):
        assert said in text
    again = phonoscope("import", file, "--out", out)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert phonoscope("import", file).returncode == 0
    assert (tmp_path / "models" / "mine" / "model.json").is_file()
    file.write_bytes(CONTENT)
    assert "--model tiny" in phonoscope("import", file).stdout  # known by the checksum
    again = phonoscope("import", file)
    assert again.returncode == 2
    assert "taken" in again.stderr


def test_cards_of_files_and_built_in_models(phonoscope, tmp_path):
    text = phonoscope("card", "stillinger-weber").stdout
    assert text.startswith("stillinger-weber\n")
    assert "Phys. Rev. B 31, 5262" in text
    assert "1: Si" in text
    file = tmp_path / "some.nqx"
    file.write_bytes(CONTENT)
    text = phonoscope("card", file).stdout
    assert f"some.nqx (nequix), SHA-256 {SHA256}" in text
    assert "CC0" in text  # known by the checksum


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch", "tinny"], "did you mean tiny"),
        (["card", "tinny"], "did you mean tiny"),
        (["card", "tiny"], "phonoscope models fetch tiny"),
        (["import", "nowhere.nqx", "--out", "x"], "no such file"),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(phonoscope, arguments, said):
    done = phonoscope(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_missing_extra_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PHONOSCOPE_MODELS", str(tmp_path))
    monkeypatch.setattr(cards, "EXTRAS", {"gfn2-xtb": ("no_such_module", "xtb")})
    (line,) = [line for line in cards.model_lines() if line.startswith("gfn2-xtb")]
    assert "needs pip install phonoscope[xtb]" in line
    card = cards.model_card("gfn2-xtb")
    assert (card["needs"], card["cutoff_A"]) == ("pip install phonoscope[xtb]", None)
    assert "pip install" in cards.card_text(card)


def test_damaged_models_are_listed_as_such(monkeypatch, tmp_path):
    monkeypatch.setenv("PHONOSCOPE_MODELS", str(tmp_path))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.json").write_text("{")
    (line,) = [line for line in cards.model_lines() if line.startswith("broken")]
    assert "damaged" in line
    assert load_model("stillinger-weber").name == "stillinger-weber"
