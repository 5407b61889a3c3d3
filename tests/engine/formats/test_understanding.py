import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene, molecule
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from engine import PhonoscopeError
from engine.formats.bonded import read_smiles
from engine.formats.given import Given
from engine.formats.understanding import as_molecule, understood


def look(atoms, **more):
    return understood(Given(atoms, "it", "test", **more))


def test_a_crystal_is_reduced_to_its_primitive_cell():
    found = look(bulk("Si", cubic=True))
    assert (found.kind, found.formula, found.group) == ("crystal", "Si", "Fd-3m (227)")
    assert found.reduction.startswith("8 atoms given, the primitive cell has 2")
    assert np.allclose(found.lengths_A, 5.43) and np.allclose(found.angles, 90)
    assert found.shortest_pair == ("Si", "Si") and np.isclose(found.shortest_A, 2.351, atol=1e-3)
    assert not found.notes and not found.obstacles


@settings(max_examples=15, deadline=None)
@hypothesis_given(
    st.tuples(*[st.integers(1, 2)] * 3), st.tuples(*[st.floats(0, 1)] * 3), st.integers(0, 10**6)
)
def test_supercells_shifts_and_order_do_not_matter(repeats, shift, seed):
    atoms = bulk("NaCl", "rocksalt", 5.64) * repeats
    atoms.positions += np.array(shift) @ atoms.cell.array
    atoms = atoms[np.random.default_rng(seed).permutation(len(atoms))]
    found = look(atoms)
    assert (found.group, found.formula, len(found.atoms)) == ("Fm-3m (225)", "NaCl", 2)
    assert np.isclose(found.shortest_A, 2.82, atol=1e-6)


def test_a_molecule_and_how_far_it_is_from_its_symmetry():
    methane = molecule("CH4")
    methane.positions[1] += [0.02, 0, 0]
    found = look(methane)
    assert (found.kind, found.group, found.formula) == ("molecule", "Td", "CH4")
    assert 0.005 < found.farthest_A < 0.02


def test_a_group_nearly_had_is_told():
    barium_titanate = Atoms(
        "BaTiO3",
        scaled_positions=[[0, 0, 0], [0.5, 0.5, 0.52], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]],
        cell=[4.0, 4.0, 4.0],
        pbc=True,
    )
    found = look(barium_titanate)
    assert found.group == "P4mm (99)"
    assert found.higher.startswith("Pm-3m (221)")


def test_a_layer():
    found = look(graphene(vacuum=8))
    assert (found.kind, found.group) == ("slab", "p6/mmm")


def test_a_molecule_in_a_box_can_leave_it():
    methanol = molecule("CH3OH")
    methanol.center(vacuum=6)
    methanol.pbc = True
    methanol.positions += 7
    methanol.wrap()
    found = look(methanol)
    assert found.boxed
    free = understood(as_molecule(found.given))
    assert (free.kind, free.group) == ("molecule", "Cs")
    assert np.isclose(free.shortest_A, found.shortest_A)


@pytest.mark.parametrize(
    ("more", "word"), [({"charge": 1}, "charge"), ({"charge": -2}, "charge -2")]
)
def test_charged_structures_are_not_computed_as_neutral(more, word):
    assert any(word in text for text in look(molecule("NH3"), **more).obstacles)


def test_a_single_atom_does_not_vibrate():
    assert look(Atoms("He")).obstacles


def test_oddities_are_told():
    assert any("nearer than" in note for note in look(Atoms("Si2", [[0, 0, 0], [1.2, 0, 0]])).notes)
    skeleton = molecule("CH3CH2OH")[[0, 1, 2]]
    assert set(skeleton.symbols) == {"C", "O"}
    assert any("hydrogen" in note for note in look(skeleton).notes)
    assert not any("hydrogen" in note for note in look(molecule("CO2")).notes)
    assert any("unpaired" in note for note in understood(read_smiles("[CH3]")).notes)
    assert any("1 of the 3" in note for note in look(molecule("H2O"), frames=3, frame=0).notes)


def test_too_many_atoms_are_refused_with_a_number():
    with pytest.raises(PhonoscopeError, match="at most 2000"):
        look(bulk("Si", cubic=True) * (7, 7, 7))
