"""Crystals made from the listed ones."""

import numpy as np
import pytest

from engine.training.data.crystal_list import CRYSTALS, Crystal
from engine.training.data.decoration import SIZES, akin, decorations

FOUND = decorations(CRYSTALS, 60)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Na", "K"), ("O", "Se"), ("Ga", "B"), ("Zn", "Cd"), ("Ti", "Nb"), ("La", "Y"), ("Ag", "Cu")],
)
def test_elements_of_a_group_and_neighbouring_metals_are_akin(one, other):
    assert akin(one, other) and akin(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("Na", "Mg"), ("O", "N"), ("Zn", "Ca"), ("Ti", "Mo"), ("H", "Li")]
)
def test_others_are_not(one, other):
    assert not akin(one, other)


def test_a_longer_list_begins_with_the_shorter_and_a_seed_makes_another():
    assert len(FOUND) == 60
    assert decorations(CRYSTALS, 20) == FOUND[:20]
    assert decorations(CRYSTALS, 20, seed=1) != FOUND[:20]


def test_each_is_new_and_small_and_knows_that_nobody_listed_it():
    names = {crystal.name for crystal in FOUND}
    assert len(names) == len(FOUND)
    assert not names & {crystal.name for crystal in CRYSTALS}
    for crystal in FOUND:
        assert crystal.decorated and not crystal.held_out
        assert len(crystal.build()) <= SIZES[1]


def test_larger_ones_can_be_asked_for():
    found = decorations(CRYSTALS, 20, sizes=(6, 9))
    assert {len(crystal.build()) for crystal in found} >= {6, 8}
    assert all(6 <= len(crystal.build()) <= 9 for crystal in found)
    assert decorations(CRYSTALS, 20, sizes=(1000, 1001)) == ()


def test_compounds_held_out_stay_unknown():
    listed = [
        Crystal(("Na", "Cl"), "rocksalt", (5.64,), False),
        Crystal(("K", "Cl"), "rocksalt", (6.3,), True),
        Crystal(("Cs", "Br"), "CsCl", (4.3,), False),
    ]
    found = decorations(listed, 50)
    assert found  # all there are
    assert not any({"K", "Cl"} <= set(crystal.elements) for crystal in found)
    assert {"Na", "Br"} in [set(crystal.elements) for crystal in found]


def test_they_are_about_as_large_as_they_should_be():
    """Halides of caesium and potassium from each other, against what is measured."""
    listed = [
        Crystal(("Na", "Cl"), "rocksalt", (5.64,), False),
        Crystal(("Cs", "F"), "rocksalt", (6.02,), False),
        Crystal(("K", "I"), "rocksalt", (7.07,), False),
    ]
    measured = {"NaI": 6.47, "KCl": 6.29, "KF": 5.34, "NaF": 4.63}
    found = {crystal.name.split("-")[0]: crystal.values[0] for crystal in decorations(listed, 50)}
    shared = [(found[name], a) for name, a in measured.items() if name in found]
    assert len(shared) >= 3
    assert np.allclose(*zip(*shared, strict=True), rtol=0.2)
