import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import AllChem

from engine import PhonoscopeError
from engine.formats.bonded import read_molfile, read_smiles
from engine.symmetry import point_group

GROUPS = {"C": "Td", "O": "C2v", "O=C=O": "D∞h", "C#N": "C∞v", "c1ccccc1": "D6h", "C=C": "D2h"}
PIECES = ("C", "CC", "C(C)", "C=C", "C(F)", "C(=O)", "N", "O", "C#C", "C1CC1", "c1ccccc1")


def block(smiles: str, hydrogens: bool, flat: bool = False) -> str:
    molecule = Chem.AddHs(Chem.MolFromSmiles(smiles))
    AllChem.EmbedMolecule(molecule, randomSeed=1)
    if not hydrogens:
        molecule = Chem.RemoveHs(molecule)
    if flat:
        AllChem.Compute2DCoords(molecule)
    return Chem.MolToMolBlock(molecule)


@pytest.mark.parametrize(("smiles", "group"), GROUPS.items())
def test_embedding_gives_the_symmetry_of_the_molecule(smiles, group):
    assert point_group(read_smiles(smiles).atoms).name == group


def test_ethanol_has_its_hydrogens_and_the_lowest_conformer():
    given = read_smiles("CCO ethanol")
    assert given.atoms.get_chemical_formula() == "C2H6O"
    assert point_group(given.atoms).name == "Cs"  # anti, not gauche


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3))
def test_the_same_text_gives_the_same_molecule(pieces):
    # Each link of a chain binds to the next; ring numbers are closed within a piece.
    smiles = "".join(pieces)
    first, second = read_smiles(smiles).atoms, read_smiles(smiles).atoms
    assert np.array_equal(first.positions, second.positions)
    expected = Chem.AddHs(Chem.MolFromSmiles(smiles)).GetNumAtoms()
    assert len(first) == expected
    apart = first.get_all_distances() + 10 * np.eye(len(first))
    assert apart.min() > 0.7


@pytest.mark.parametrize(
    ("smiles", "why"),
    [
        ("C(C", r"bracket \( has no counterpart"),
        ("C1CC", "ring 1 is opened"),
        ("CX", "'X' has no meaning"),
        ("C(C)(C)(C)(C)C", r"atom 1 \(C\) has 5 bonds"),
        ("c1cccc1", "aromatic"),
        ("*C", "placeholder"),
        ("", "empty"),
    ],
)
def test_what_is_wrong_with_a_smiles_is_told(smiles, why):
    with pytest.raises(PhonoscopeError, match=why):
        read_smiles(smiles)


def test_charges_radicals_and_isotopes():
    assert read_smiles("[NH4+]").charge == 1
    assert read_smiles("[CH3]").unpaired == 1
    masses = read_smiles("[2H]C").atoms.get_masses()
    assert np.isclose(masses, 2.014, atol=1e-3).sum() == 1


def test_two_molecules_do_not_stand_in_one_place():
    given = read_smiles("[Na+].[Cl-]")
    assert given.atoms.get_distance(0, 1) > 2
    assert any("arbitrary" in note for note in given.notes)


def test_molecules_that_are_too_large_are_refused_with_a_number():
    with pytest.raises(PhonoscopeError, match="at most 300"):
        read_smiles("C" * 120)


def test_missing_hydrogens_are_told_and_added():
    bare = read_molfile(block("CCO", hydrogens=False), "ethanol.mol")
    assert (len(bare.atoms), bare.missing_hydrogens) == (3, 6)
    full = read_molfile(block("CCO", hydrogens=False), "ethanol.mol", add_hydrogens=True)
    assert (full.atoms.get_chemical_formula(), full.missing_hydrogens) == ("C2H6O", 0)
    assert np.allclose(full.atoms.positions[:3], bare.atoms.positions)


def test_positions_with_hydrogens_are_kept():
    text = block("CCO", hydrogens=True)
    given = read_molfile(text, "ethanol.mol")
    written = Chem.MolFromMolBlock(text, removeHs=False).GetConformer().GetPositions()
    assert np.array_equal(given.atoms.positions, written)
    assert given.notes == ()


def test_a_drawing_is_put_into_space():
    given = read_molfile(block("CCO", hydrogens=False, flat=True), "drawing.mol")
    assert given.atoms.get_chemical_formula() == "C2H6O"
    assert np.ptp(given.atoms.positions, axis=0).min() > 0.5
    assert any("drawing" in note for note in given.notes)


def test_one_of_several_records():
    text = "\n$$$$\n".join([block("O", True), block("C", True)]) + "\n$$$$\n"
    last, first = read_molfile(text, "two.sdf"), read_molfile(text, "two.sdf", frame=0)
    assert (last.frames, last.frame, len(last.atoms)) == (2, 1, 5)
    assert (first.frame, len(first.atoms)) == (0, 3)


def test_a_damaged_table_is_told():
    with pytest.raises(PhonoscopeError, match="no complete table"):
        read_molfile("nothing of the kind", "a.mol")
