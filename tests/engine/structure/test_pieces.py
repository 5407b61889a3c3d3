import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule

import engine
from engine.structure import conventional_vectors, piece, primitive_cell


def test_primitive_cell_keeps_the_orientation():
    cubic = bulk("Si", cubic=True)
    cubic.rotate(20, "z", rotate_cell=True)
    primitive = primitive_cell(cubic)
    assert len(primitive) == 2
    within = cubic.cell.array @ np.linalg.inv(primitive.cell.array)
    assert np.allclose(within, np.rint(within), atol=1e-6)
    assert primitive_cell(primitive) is primitive


@pytest.mark.parametrize("name", ["Si", "NaCl", "Po"])
def test_conventional_cell_is_cubic(name):
    atoms = {
        "Si": bulk("Si"),
        "NaCl": bulk("NaCl", "rocksalt", 5.64),
        "Po": bulk("Po", "sc", 3.36),
    }[name]
    box = conventional_vectors(atoms) @ atoms.cell.array
    gram = box @ box.T
    assert np.allclose(gram, gram[0, 0] * np.eye(3), atol=1e-6)


def test_every_atom_of_a_piece_is_the_image_it_says():
    silicon = engine.read("silicon")
    drawn = piece(silicon, (2, 1, 1))
    expected = silicon.positions[drawn.source] + drawn.lattice @ silicon.cell.array
    assert np.allclose(drawn.positions, expected)
    # 16 atoms of the boxes, and the faces a second time: corners, face centres, edges.
    inside = (drawn.positions < np.diag(drawn.box) * [2, 1, 1] - 1e-6).all(1)
    assert inside.sum() == 16
    bonds = drawn.positions[drawn.bonds[:, 0]] - drawn.positions[drawn.bonds[:, 1]]
    assert np.allclose(
        np.linalg.norm(bonds, axis=1),
        np.sqrt(3) / 2 * silicon.cell.array.max(),
        atol=1e-4,
    )


def test_chain_is_repeated_along_its_axis_only():
    chain = engine.read("monatomic-chain")
    drawn = piece(chain, (5, 5, 5))
    assert len(drawn.numbers) == 6
    assert np.ptp(drawn.positions, axis=0).tolist() == [12.5, 0, 0]
    assert len(drawn.bonds) == 5


def test_molecule_is_drawn_whole():
    drawn = piece(molecule("CH4"))
    assert drawn.box is None
    assert sorted(drawn.bonds.tolist()) == [[0, 1], [0, 2], [0, 3], [0, 4]]


def test_atoms_outside_the_cell_are_found_all_the_same():
    atoms = Atoms("CsCl", scaled_positions=[[2.0, -1, 0], [0.5, 3.5, 0.5]], cell=[4] * 3, pbc=True)
    assert len(piece(atoms).numbers) == 9


def test_every_bond_of_the_crystal_is_drawn_or_leads_out():
    silicon = engine.read("silicon")
    drawn = piece(silicon, (2, 1, 1))
    ends = np.bincount(drawn.bonds.ravel(), minlength=len(drawn.numbers))
    ends += np.bincount(drawn.open_bonds.atom, minlength=len(drawn.numbers))
    assert (ends == 4).all()
    out = drawn.open_bonds
    length = np.linalg.norm(out.positions - drawn.positions[out.atom], axis=1)
    assert np.allclose(length, np.sqrt(3) / 2 * silicon.cell.array.max(), atol=1e-4)
    expected = silicon.positions[out.source] + out.lattice @ silicon.cell.array
    assert np.allclose(out.positions, expected)


@pytest.mark.parametrize("name", ["NaCl", "MgO"])
def test_cations_are_not_joined_to_each_other(name):
    atoms = bulk(name, "rocksalt", 5.64 if name == "NaCl" else 4.21)
    drawn = piece(atoms)
    assert len(drawn.bonds)
    assert (drawn.numbers[drawn.bonds[:, 0]] != drawn.numbers[drawn.bonds[:, 1]]).all()


def test_metals_are_joined_where_there_is_nothing_else():
    drawn = piece(bulk("Al"))
    ends = np.bincount(drawn.bonds.ravel()) + np.bincount(drawn.open_bonds.atom)
    assert (ends == 12).all()


def test_an_empty_set_of_bonds():
    drawn = piece(Atoms("He2", positions=[[0, 0, 0], [9, 0, 0]]))
    assert drawn.bonds.shape == (0, 2)
    assert len(drawn.open_bonds.atom) == 0
