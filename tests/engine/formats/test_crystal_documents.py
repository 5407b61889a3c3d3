"""Symmetry of crystals as JSON."""

import json

import pytest
from ase import Atoms
from ase.build import bulk

from engine.formats.documents import crystal_symmetry_document
from engine.symmetry.crystals.report import crystal_representation

PEROVSKITE = Atoms(
    "SrTiO3", cell=[3.9, 3.9, 3.96], pbc=True,
    scaled_positions=[(0, 0, 0), (0.5, 0.5, 0.51), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)],
)  # fmt: skip


@pytest.fixture(scope="module")
def document():
    return json.loads(json.dumps(crystal_symmetry_document(crystal_representation(PEROVSKITE))))


def test_groups(document):
    assert document["kind"] == "crystal"
    assert (document["space_group"], document["space_group_number"]) == ("P4mm", 99)
    assert (document["crystal_point_group"], document["hermann_mauguin"]) == ("C4v", "4mm")
    assert document["layer_group"] is None
    assert document["axes"]["z"] == pytest.approx([0, 0, 1])


def test_representations(document):
    assert document["gamma_optical"] == "3A1+B1+4E"
    assert document["gamma_acoustic"] == "A1+E"
    levels = {irrep["irrep"]: irrep["levels"] for irrep in document["irreps"]}
    assert levels == {"A1": 4, "A2": 0, "B1": 1, "B2": 0, "E": 5}
    assert document["ir_active"] == {"levels": 7, "irreps": ["A1", "E"]}
    assert document["raman_active"] == {"levels": 8, "irreps": ["A1", "B1", "E"]}
    assert document["silent"] == {"levels": 0, "irreps": []}


def test_atoms_of_the_sites_count_from_one(document):
    atoms = [number for site in document["sites"] for number in site["atoms"]]
    assert sorted(atoms) == [1, 2, 3, 4, 5]
    oxygens = next(site for site in document["sites"] if site["multiplicity"] == 2)
    assert oxygens["element"] == "O"
    assert oxygens["gamma"] == "A1+B1+2E"


def test_table_and_reduction(document):
    table = document["character_table"]
    assert table["irreps"]["B1"][: len(table["classes"])] == ["1", "-1", "1", "1", "-1"]
    assert [column["unmoved_atoms"] for column in document["classes"]] == [5, 3, 5, 5, 3]
    assert document["reduction"][0]["multiplicity"] == 4


def test_raman_tensors(document):
    tensors = {tensor["irrep"]: tensor["partners"] for tensor in document["raman_tensors"]}
    assert set(tensors) == {"A1", "B1", "B2", "E"}
    assert [entry["partner"] for entry in tensors["E"]] == ["x", "y"]
    assert tensors["E"][0]["tensor"] == [["0", "0", "e"], ["0", "0", "0"], ["e", "0", "0"]]


def test_parents(document):
    parent = document["parents"][-1]
    assert (parent["symbol"], parent["number"]) == ("Pm-3m", 221)
    assert 0 < parent["rms_A"] < parent["largest_A"] < 0.05
    assert crystal_symmetry_document(crystal_representation(bulk("Si")))["parents"] == []
