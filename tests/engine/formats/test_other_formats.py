"""POSCAR and extended XYZ as they come."""

import numpy as np
import pytest
from ase.constraints import FixAtoms

import engine
from engine import PhonoscopeError

LATTICE = "0 2.7155 2.7155\n2.7155 0 2.7155\n2.7155 2.7155 0\n"
PLACES = "Direct\n0 0 0\n.25 .25 .25\n"
EXTENDED = (
    '2\nLattice="0 2.7155 2.7155 2.7155 0 2.7155 2.7155 2.7155 0" Properties=species:S:1:pos:R:3\n'
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("POSCAR", f"a title\n1.0\n{LATTICE}Si\n2\n{PLACES}"),
        ("a.vasp", f"a title\n1.0\n{LATTICE}Si_pv\n2\n{PLACES}"),
        ("CONTCAR", f"a title\n1.0\n{LATTICE}Si\n2\n{PLACES}\n0 0 0\n0 0 0\n"),
        ("POSCAR", f"Si\n1.0\n{LATTICE}2\n{PLACES}"),
        ("POSCAR", f"a title\n-40.04787\n{LATTICE}Si\n2\n{PLACES}"),
        ("POSCAR", f"a title\n1.0\n{LATTICE}Si\n2\nSelective dynamics\nDirect\n"
                   "0 0 0 T T F\n.25 .25 .25 F F F\n"),
        ("POSCAR", f"a title\n1.0\n{LATTICE}Si\n2\n{PLACES}".replace("\n", "\r\n")),
        ("a.extxyz", EXTENDED + "Si 0 0 0\nSi 1.35775 1.35775 1.35775\n"),
        ("a.xyz", (EXTENDED + "Si 0 0 0\nSi 1.35775 1.35775 1.35775\n").replace("\n", "\r\n")),
    ],
)  # fmt: skip
def test_silicon(name, content, tmp_path):
    (tmp_path / name).write_bytes(content.encode())
    atoms = engine.read(tmp_path / name)
    assert atoms.get_chemical_formula() == "Si2" and atoms.pbc.all()
    assert atoms.get_volume() == pytest.approx(40.04787, abs=1e-3)
    assert np.isclose(atoms.get_distance(0, 1, mic=True), 2.3517, atol=1e-3)
    assert not any(isinstance(c, FixAtoms) for c in atoms.constraints)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("POSCAR", f"a title\n1.0\n{LATTICE}2\n{PLACES}", "does not name the elements"),
        ("POSCAR", f"a title\n1.0\n{LATTICE}Si\n3\n{PLACES}", "cannot be read"),
        ("POSCAR", f"a title\n1.0\n{LATTICE}X\n2\n{PLACES}", "dummy atoms.*places 1, 2"),
        ("POSCAR", f"a title\n1.0\n{LATTICE}D\n2\n{PLACES}", "no symbol D"),
        ("POSCAR", f"a title\n1.0\n{LATTICE}Si\n2\nDirect\n0 0 0\n0 0 .995\n",
         r"atoms 1 \(Si\) and 2 \(Si\), counted from 1, are 0.019 angstrom apart"),
        ("POSCAR", "", "cannot be read"),
        ("a.xyz", "2\n\nH 0 0 0\nH 0 0 0.05\n", "are 0.05 angstrom apart"),
        ("a.xyz", EXTENDED.replace("0 2.7155 2.7155 2.7155 0", "2.7155 0 2.7155 2.7155 0")
         + "Si 0 0 0\nSi 1 1 1\n", "enclose no volume"),
    ],
)  # fmt: skip
def test_mistakes(name, content, said, tmp_path):
    (tmp_path / name).write_bytes(content.encode())
    with pytest.raises(PhonoscopeError, match=said) as caught:
        engine.read(tmp_path / name)
    assert len(str(caught.value).splitlines()) == 2


def test_letters_beyond_ascii_are_named_as_the_reason(tmp_path):
    (tmp_path / "POSCAR").write_bytes(
        f"Si, K\xfchn\n1.0\n{LATTICE}Si\n2\n{PLACES}".encode("latin-1")
    )
    with pytest.raises(PhonoscopeError, match="encoded as UTF-8"):
        engine.read(tmp_path / "POSCAR")
