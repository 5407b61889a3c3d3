"""Inputs for ABINIT, with a table of pseudopotentials that holds two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ase.build import bulk

from engine.errors import PhonoscopeError
from engine.reference.abinit.crystals import REFERENCE_CRYSTALS, ZONE_BOUNDARY
from engine.reference.abinit.inputs import Mesh, Pseudopotentials, crystal_input

VALENCE = {"Mg": 10, "O": 6}
CUTOFF = {"Mg": 40.0, "O": 42.0}


@pytest.fixture
def table(tmp_path: Path) -> Pseudopotentials:
    """A folder as PseudoDojo's, its files without content."""
    entries = {}
    for element, valence in VALENCE.items():
        (tmp_path / element).mkdir()
        (tmp_path / element / f"{element}.psp8").write_text(f"title\n 12.0 {valence}.0 1 zion\n")
        hints = {"normal": {"ecut": CUTOFF[element]}}
        entries[element] = {"basename": f"{element}.psp8", "hints": hints}
    (tmp_path / "standard.djson").write_text(json.dumps({"pseudos_metadata": entries}))
    return Pseudopotentials(tmp_path)


def test_an_input_says_what_the_crystal_is(table: Pseudopotentials) -> None:
    text = crystal_input(bulk("MgO", "rocksalt", 4.2), Mesh((4, 4, 4), "fcc"), table)
    for line in ("natom 2", "znucl 12 8", "typat 1 2", "ecut 42.0", "nband 8", "nshiftk 4"):
        assert line in text.splitlines()


def test_a_missing_element_or_table_is_said(table: Pseudopotentials, tmp_path: Path) -> None:
    with pytest.raises(PhonoscopeError, match="has no Ca"):
        table.cutoff_Ha(bulk("CaO", "rocksalt", 4.8))
    with pytest.raises(PhonoscopeError, match="there is no"):
        Pseudopotentials(tmp_path / "none").file("O")


def test_a_denser_mesh_stays_even_and_in_proportion() -> None:
    assert Mesh((4, 4, 4), "fcc").denser().divisions == (6, 6, 6)
    assert Mesh((6, 6, 4), "hexagonal").denser().divisions == (8, 8, 6)


def test_there_are_enough_crystals_and_their_zone_boundary_connects_the_mesh() -> None:
    assert len({c.name for c in REFERENCE_CRYSTALS}) == len(REFERENCE_CRYSTALS) >= 12
    for crystal in REFERENCE_CRYSTALS:
        for q in ZONE_BOUNDARY[crystal.lattice].values():
            steps = [x * n for x, n in zip(q, crystal.mesh.divisions, strict=True)]
            assert all(step == round(step) for step in steps) and any(steps)
