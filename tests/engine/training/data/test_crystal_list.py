"""The chemistry of the list: every crystal has the symmetry of its type and sensible distances."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
import spglib
from ase.data import covalent_radii
from ase.formula import Formula
from vesin import NeighborList

from engine.errors import PhonoscopeError
from engine.prototypes import PROTOTYPES
from engine.structure import primitive_cell
from engine.training.data.crystal_list import CRYSTALS, HELD_OUT_CRYSTALS, Crystal, made_of


@pytest.mark.parametrize("prototype", sorted(PROTOTYPES))
def test_crystals_have_the_symmetry_and_the_distances_of_their_type(prototype: str) -> None:
    crystals = [c for c in CRYSTALS if c.prototype.name == prototype]
    assert crystals
    for crystal in crystals:
        atoms = crystal.build()
        cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        dataset = spglib.get_symmetry_dataset(cell, symprec=1e-3)
        assert dataset is not None and dataset.number == crystal.prototype.space_group
        assert len(primitive_cell(atoms)) == len(atoms) <= 14
        reduced, _ = atoms.symbols.formula.reduce()
        assert str(reduced.convert("hill")) == str(Formula(_formula(crystal)).convert("hill"))
        search = NeighborList(cutoff=6.0, full_list=True)
        i, j, d = search.compute(atoms.positions, atoms.cell.array, True, "ijd")
        radii = covalent_radii[atoms.numbers]
        ratio = d / (radii[i.astype(int)] + radii[j.astype(int)])
        nearest = [ratio[i == atom].min() for atom in range(len(atoms))]
        assert min(nearest) > 0.62 and max(nearest) < 1.6, crystal.name


def _formula(crystal: Crystal) -> str:
    return crystal.name.removesuffix(f"-{crystal.prototype.name}")


def test_names_are_unique_and_elements_many() -> None:
    assert len({c.name for c in CRYSTALS}) == len(CRYSTALS) > 250
    assert len({e for c in CRYSTALS for e in c.elements}) >= 45
    assert {"MgO-rocksalt", "SrTiO3-perovskite", "MgAl2O4-spinel"} <= {c.name for c in CRYSTALS}


def test_crystals_can_be_sent_to_another_process() -> None:
    assert tuple(pickle.loads(pickle.dumps(CRYSTALS))) == CRYSTALS


def test_every_first_part_of_the_list_is_varied() -> None:
    assert {c.prototype.name for c in CRYSTALS[: len(PROTOTYPES)]} == set(PROTOTYPES)


def test_held_out_crystals_are_apart() -> None:
    """Their elements are known from training, but for some crystals not in each other's company."""
    training = [c for c in CRYSTALS if c.name not in HELD_OUT_CRYSTALS]
    held_out = [c for c in CRYSTALS if c.held_out]
    assert {c.name for c in held_out} == HELD_OUT_CRYSTALS and len(held_out) >= 40
    assert {e for c in held_out for e in c.elements} <= {e for c in training for e in c.elements}
    met = {pair for c in training for pair in _pairs(c.elements)}
    strangers = [c for c in held_out if not _pairs(c.elements) <= met]
    assert 20 <= len(strangers) < len(held_out)


def _pairs(elements: tuple[str, ...]) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in itertools.combinations(set(elements), 2)}


def test_a_structure_type_takes_its_coordinates_from_the_crystal() -> None:
    rutile = PROTOTYPES["rutile"]
    near, far = (rutile.build(["Ti", "O"], [4.594, 2.959, u]) for u in (0.305, 0.31))
    assert np.abs(near.get_scaled_positions() - far.get_scaled_positions()).max() > 0.004
    default = rutile.build(["Ti", "O"], [4.594, 2.959])
    np.testing.assert_allclose(default.positions, near.positions)


def test_crystals_of_some_elements() -> None:
    found = made_of(CRYSTALS, ["Mg", "O", "S"])
    assert {c.name for c in found} == {"Mg-hcp", "MgO-rocksalt", "MgS-rocksalt"}
    assert made_of(CRYSTALS, []) == CRYSTALS
    with pytest.raises(PhonoscopeError, match="no crystals of Xx"):
        made_of(CRYSTALS, ["Mg", "Xx"])
