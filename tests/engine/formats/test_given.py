import io

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.io import write
from pymatgen.core import Lattice, Structure

from engine import PhonoscopeError
from engine.formats.recognition import recognised, with_head
from engine.formats.structures import given_file, given_text, given_upload


def text_of(atoms, kind: str) -> str:
    if kind == "cif":
        file = io.BytesIO()
        write(file, atoms, format=kind)
        return file.getvalue().decode()
    file = io.StringIO()
    write(file, atoms, format=kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "name", "atoms"),
    [
        ("cif", "CIF", bulk("Si", cubic=True)),
        ("vasp", "POSCAR", bulk("NaCl", "rocksalt", 5.64)),
        ("xyz", "XYZ", molecule("CH3CH2OH")),
        ("extxyz", "XYZ", bulk("NaCl", "rocksalt", 5.64)),
        ("proteindatabank", "PDB", molecule("CH3CH2OH")),
    ],
)
def test_pasted_text_is_recognised_and_read(kind, name, atoms):
    text = text_of(atoms, kind)
    assert recognised(text) == name
    given = given_text(text)
    assert given.format == name
    assert sorted(given.atoms.numbers) == sorted(atoms.numbers)
    assert (given.atoms.pbc == atoms.pbc).all()
    if not atoms.pbc.any():
        assert np.allclose(given.atoms.get_all_distances(), atoms.get_all_distances(), atol=2e-3)


def test_bare_coordinates():
    text = "O 0 0 0.12\nH, 0, 0.76, -0.48\n1 0 -0.76 -0.48\n"
    assert recognised(text) == "coordinates"
    assert given_text(text).atoms.get_chemical_symbols() == ["O", "H", "H"]
    assert with_head(text).splitlines()[0] == "3"


@pytest.mark.parametrize("text", ["CCO", "c1ccccc1", "O=C=O", "[NH4+].[Cl-]"])
def test_a_word_is_a_smiles(text):
    assert recognised(text) == "SMILES"


@pytest.mark.parametrize("text", ["", "   \n", "hello world 1 2 3", "two lines\nof prose"])
def test_other_texts_are_refused_with_what_would_do(text):
    with pytest.raises(PhonoscopeError, match="SMILES such as CCO"):
        given_text(text)


def test_several_frames_leave_a_choice(tmp_path):
    write(tmp_path / "path.xyz", [molecule("H2O"), molecule("CH4"), molecule("C2H4")])
    last, first = given_file(tmp_path / "path.xyz"), given_file(tmp_path / "path.xyz", frame=0)
    assert (last.frames, last.frame, len(last.atoms)) == (3, 2, 6)
    assert (first.frame, len(first.atoms)) == (0, 3)


def test_an_upload_may_have_any_name():
    content = text_of(bulk("Si", cubic=True), "cif").encode()
    given = given_upload("../../etc/passwd.txt", content)
    assert (given.title, given.format, len(given.atoms)) == ("passwd.txt", "CIF", 8)


def test_what_pymatgen_writes(tmp_path):
    crystal = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    crystal.to(filename=str(tmp_path / "mgo.json"))
    assert len(given_file(tmp_path / "mgo.json").atoms) == 8


def test_a_protein_data_bank_cell_of_one_angstrom_is_none():
    text = "CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1           1\n"
    text += text_of(molecule("H2O"), "proteindatabank")
    assert not given_text(text).atoms.pbc.any()


def test_a_charge_in_the_file_is_kept():
    atoms = molecule("NH3")
    atoms.info["charge"] = 1
    assert given_text(text_of(atoms, "extxyz")).charge == 1


def test_constraints_are_told(tmp_path):
    from ase.constraints import FixAtoms

    atoms = bulk("NaCl", "rocksalt", 5.64)
    atoms.set_constraint(FixAtoms([0]))
    write(tmp_path / "POSCAR", atoms)
    given = given_file(tmp_path / "POSCAR")
    assert not given.atoms.constraints
    assert any("free to vibrate" in note for note in given.notes)
