"""Checks of results, on structures that deserve their marks."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import engine
from engine import library
from engine.domain import Surroundings
from engine.potentials.springs import springs
from engine.trust import verdict

BOND = [{"between": ["O", "O"], "within_A": [1, 2], "rest_length_A": 1.2, "stiffness_eV_A2": 70.0}]


def of(found, name):
    return next(check for check in found.checks if check.name.startswith(name))


@pytest.mark.parametrize("name", ["methane", "silicon"])
def test_nothing_speaks_against_good_results(name):
    found = verdict(engine.entry(name).result())
    assert found.mark == "good"
    assert all(not check.advice for check in found.marked("good"))
    assert {check.name for check in found.marked("unknown")} == {
        "Distance from what the model has learnt"
    }


def test_a_molecule_off_its_minimum_is_told():
    oxygen = Atoms("O2", [[0, 0, 0], [0, 0, 1.3]])
    found = verdict(engine.vibrations(oxygen, springs(BOND)))
    assert found.mark == "bad"
    force = of(found, "Force left")
    assert np.isclose(force.value, 7.0) and force.mark == "bad" and "Relax" in force.advice
    assert of(found, "Turning").mark == "bad"  # the force turns the molecule
    assert of(found, "Drift").mark == "good"  # nothing moves it as a whole
    oxygen.positions[1, 2] = 1.2
    assert verdict(engine.vibrations(oxygen, springs(BOND))).mark == "good"


def test_an_unstable_crystal_is_told_with_its_wave_vector():
    pushed = [
        {"between": ["Na", "Cl"], "within_A": [2, 3], "rest_length_A": 3.0, "stiffness_eV_A2": 4.0}
    ]
    result = engine.phonons(engine.read("diatomic-chain"), springs(pushed))
    lowest = of(verdict(result, result.bands(n_points=10)), "Lowest frequency at q")
    assert lowest.mark == "bad" and lowest.value < -10 and "unstable" in lowest.meaning


def test_a_strained_crystal_is_told():
    strained = bulk("Si", a=5.0)
    found = verdict(engine.phonons(strained, engine.load_model("stillinger-weber"), mesh=None))
    assert of(found, "Stress").mark == "bad"
    assert of(found, "Interpolation").value == "exact"


def test_polar_crystals_lack_their_long_range_field():
    found = verdict(engine.entry("diatomic-chain").result())
    check = of(found, "Long-range field")
    assert check.mark == "look" and "without the long-range field" in check.meaning
    silicon = verdict(engine.entry("silicon").result())
    assert not any(check.name.startswith("Long-range") for check in silicon.checks)


def test_a_higher_symmetry_that_is_near_is_told():
    methane = engine.entry("methane")
    bent = methane.atoms.copy()
    bent.positions[1] *= 1.03
    found = verdict(
        engine.vibrations_from_hessian(
            bent,
            methane.reference.hessian_eV_A2,
            "stored",
            0.0,
            methane.reference.forces_eV_A,
            tolerance_A=0.005,
        )
    )
    assert of(found, "Nearest higher symmetry, Td").mark == "look"
    assert of(found, "Symmetry of the second derivatives").value >= 0


def test_strange_surroundings_are_told():
    result = engine.entry("methane").result()
    assert of(verdict(result), "Distance from what").mark == "unknown"
    far = Surroundings(np.array([0.3, 1.7, 0.2, 0.2, 0.2]), 0.12)
    check = of(verdict(result, surroundings=far), "Distance from what")
    assert check.mark == "look" and "number 2" in check.meaning and "0.12 eV/Å" in check.meaning


def test_a_model_that_is_rough_at_home_is_worth_a_look():
    result = engine.entry("methane").result()
    for error, mark in ((0.02, "good"), (0.16, "look")):
        near = Surroundings(np.full(5, 0.4), error)
        assert of(verdict(result, surroundings=near), "Distance from what").mark == mark


@pytest.mark.parametrize("name", library.names())
def test_no_stored_molecule_is_unreliable(name):
    entry = engine.entry(name)
    if entry.kind == "molecule":
        assert verdict(entry.result()).mark != "bad"
