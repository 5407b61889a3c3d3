"""``phonoscope phonons`` with its options, as a user runs it."""

import json

import pytest

from tests.engine.test_cli import phonoscope

BORN = """MgO
3 0 0 0 3 0 0 0 3
1.9 0 0 0 1.9 0 0 0 1.9
-1.9 0 0 0 -1.9 0 0 0 -1.9
"""


def test_mesh_and_path_as_json():
    done = phonoscope(
        *("phonons", "silicon", "--model", "stillinger-weber"),
        *("--mesh", "1,1,1", "--path", "G-X", "--json", "-"),
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["mesh"] == [1, 1, 1]
    assert [name for name, _ in document["bands"]["labels"]] == ["Γ", "X"]
    assert len(document["dos"]["total"]) == len(document["dos"]["frequency_cm1"])
    assert "finer mesh" in done.stderr  # the trust report, beside the document
    assert any("finer mesh" in text for text in document["trust"]["warnings"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["silicon", "--mesh", "4,4"], "three positive whole numbers"),
        (["silicon", "--mesh", "4,0,4"], "three positive whole numbers"),
        (["silicon", "--mesh", "4,4,-4"], "three positive whole numbers"),
        (["diatomic-chain", "--mesh", "4,4,4"], "no lattice"),
        (["silicon", "--mesh", "2,2,2"], "models fetch nequix-oam-1-pft"),
        (["silicon", "--path", "G-Q"], "labelled points are"),
        (["silicon", "--born", "nowhere"], "cannot be read"),
    ],
)
def test_mistakes_end_with_2_and_two_lines(arguments, said):
    done = phonoscope("phonons", *arguments)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    assert done.stdout == ""


def test_born_file_of_another_crystal(tmp_path):
    (tmp_path / "BORN").write_text(BORN)
    done = phonoscope("phonons", "silicon", "--born", str(tmp_path / "BORN"))
    assert done.returncode == 2
    assert "symmetry" in done.stderr
