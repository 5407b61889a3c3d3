import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.io import write

import engine
from engine import PhonoscopeError


@pytest.mark.parametrize("ending", ["cif", "vasp", "xyz", "extxyz", "json"])
def test_files_come_back_as_written(tmp_path, ending):
    atoms = bulk("NaCl", "rocksalt", 5.64)
    path = tmp_path / f"salt.{ending}"
    write(path, atoms)
    back = engine.read(path)
    assert sorted(back.get_chemical_symbols()) == ["Cl", "Na"]
    if ending not in ("xyz",):
        assert np.isclose(back.get_volume(), atoms.get_volume(), rtol=1e-4)


def test_the_last_of_several_frames_is_read(tmp_path):
    write(tmp_path / "path.xyz", [molecule("H2O"), molecule("CH4")])
    assert len(engine.read(tmp_path / "path.xyz")) == 5


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.cif", "this is no crystal", "cannot be read|no usable"),
        ("a.xyz", "2\n\nH 0 0 0\n", "cannot be read"),
        ("a.xyz", "1\n\nH nan 0 0\n", "no usable"),
        ("a.unknown", "???", "not known|cannot be read"),
    ],
)
def test_damaged_files_are_told_in_words(tmp_path, name, content, what):
    (tmp_path / name).write_text(content)
    with pytest.raises(PhonoscopeError, match=what):
        engine.read(tmp_path / name)


def test_missing_files_are_told():
    with pytest.raises(PhonoscopeError, match=r"no structure 'nowhere\.cif'"):
        engine.read("nowhere.cif")
