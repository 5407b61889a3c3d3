"""``phonoscope phonons FILE.cif`` from the file to the document, in this process to be quick."""

import json
import sys

import pytest

import engine
from engine import cli
from tests.engine.formats.cifs import CUBE, FCC, SILICON, cif
from tests.engine.potentials.models import small_nequip

QUARTZ = cif(
    "Si1 Si4+ .4697 0 .6667 1.\nO1 O2- .4135 .2669 .7858 1.",
    "4.9137(5) 4.9137(5) 5.4047 90 90 120",
    "'P 32 2 1'",
    extra="_chemical_formula_sum 'O2 Si1'\n_cell_formula_units_Z 3",
)


@pytest.fixture
def phonons(tmp_path, monkeypatch, capsys):
    """Run the command on the text of a CIF: its exit code, stdout and stderr."""

    def run(text, model="stillinger-weber", mesh="2,2,2"):
        (tmp_path / "a.cif").write_text(text)
        given = ["phonons", str(tmp_path / "a.cif"), "--model", model, "--mesh", mesh]
        monkeypatch.setattr(sys, "argv", ["phonoscope", *given, "--json", "-"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    "text",
    [
        cif(operations=FCC),
        cif("Si1 Si0+ 0.003 0.004 -0.005 .9999", group="'F d -3 m S'"),
        cif("\n".join(f"Si{i} Si {x} {y} {z} 1." for i, (x, y, z) in enumerate(
            [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0), (.25, .25, .25), (.25, .75, .75),
             (.75, .25, .75), (.75, .75, .25)])), CUBE, "'P 1'"),
    ],
)  # fmt: skip
def test_silicon(text, phonons):
    code, out, err = phonons(text)
    assert code == 0, err
    assert "2 atoms of 8" in err
    document = json.loads(out)
    assert document["space_group"] == "Fd-3m"
    assert document["gamma"]["gamma_optical"] == "T2g"
    assert len(document["gamma"]["modes"]) == 6


def test_quartz_under_a_network(phonons):
    engine.register_model("small-nequip", small_nequip)
    code, out, err = phonons(QUARTZ, "small-nequip", "1,1,1")
    assert code == 0, err
    document = json.loads(out)
    assert document["space_group"] == "P3_221"
    assert len(document["gamma"]["modes"]) == 27


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (cif(SILICON.replace("1.", "0.5"), operations=FCC), "Si1 (Si 0.5), Si2 (Si 0.5)"),
        (cif("X1 X 0 0 0 1"), "is a dummy"),
        (cif(operations=FCC) + cif(operations=FCC, name="b"), "2 structures"),
        (cif(rows=""), "no usable structure"),
        (cif("Si1 Si 0 0 0 1", group="'F d -3 m'"), "origin"),
        ("nonsense", "no data block"),
        (cif("Ge1 Ge 0 0 0 1"), "the model knows Si"),
    ],
)
def test_mistakes_end_with_2_and_two_lines(text, said, phonons):
    code, out, err = phonons(text)
    assert code == 2 and out == ""
    assert said in err and "Traceback" not in err
    assert len(err.strip().splitlines()) == 2
