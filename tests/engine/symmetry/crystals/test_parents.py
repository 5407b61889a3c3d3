import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from engine.structure import primitive_cell
from engine.symmetry import space_group
from engine.symmetry.crystals.parents import from_symmetric, parent_groups
from engine.symmetry.crystals.space_group import cell_operations
from tests.engine.symmetry.crystals.crystal_classes import made


def parents(atoms):
    return parent_groups(atoms, space_group(atoms))


def perovskite(shift=0.0, strain=0.0):
    """BaTiO3 with its titanium moved along c by so many angstrom."""
    places = [(0, 0, 0), (0.5, 0.5, 0.5), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)]
    atoms = Atoms("BaTiO3", cell=[4, 4, 4 * (1 + strain)], scaled_positions=places, pbc=True)
    atoms.positions[1, 2] += shift
    return atoms


def test_ferroelectric_shows_the_cubic_parent():
    atoms = perovskite(0.08, 0.01)
    assert space_group(atoms).symbol == "P4mm"
    assert parents(atoms)[-1].symbol == "Pm-3m"


def test_distances_are_those_of_the_distortion():
    """One of five atoms moved by 0.1: it is 0.08 from its place, the others 0.02."""
    (parent,) = parents(perovskite(0.1))
    assert parent.number == 221
    assert parent.largest_A == pytest.approx(0.08)
    assert parent.rms_A == pytest.approx(np.sqrt((0.08**2 + 4 * 0.02**2) / 5))
    assert parent.strain == pytest.approx(0, abs=1e-12)


def test_strain_is_that_of_the_lattice():
    parent = parents(perovskite(0.0, 0.012))[-1]
    assert parent.number == 221
    # The symmetric metric is the mean of squares: a0^2 = (2 + 1.012^2)/3 * 4^2.
    mean = np.sqrt((2 + 1.012**2) / 3)
    assert parent.strain == pytest.approx(1.012 / mean - 1)
    assert parent.largest_A == pytest.approx(0, abs=1e-12)


def test_rattled_rock_salt():
    atoms = bulk("NaCl", "rocksalt", 5.64, cubic=True)
    atoms.rattle(0.01, seed=1)
    found = parents(atoms)
    assert space_group(atoms).number == 1
    assert found[-1].symbol == "Fm-3m"
    assert found[-1].largest_A < 0.03
    orders = [cell_operations(atoms, p.tolerance_A).rotations.shape[0] for p in found]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("number", [62, 136, 152, 186, 225])
def test_rattled_crystals_are_found_again_within_the_noise(number):
    atoms = primitive_cell(made(number))
    noise = np.random.default_rng(number).normal(scale=0.005, size=(len(atoms), 3))
    noise -= noise.mean(0)
    atoms.positions += noise
    found = {parent.number: parent for parent in parents(atoms)}
    assert number in found
    # The nearest symmetric structure is no farther than the one before the noise.
    assert found[number].rms_A <= np.sqrt(np.mean(np.sum(noise**2, 1))) + 1e-9


def test_a_symmetric_crystal_is_at_its_symmetric_places():
    atoms = made(70)
    displacements, strain = from_symmetric(atoms, cell_operations(atoms, 1e-3))
    assert np.abs(displacements).max() < 1e-9
    assert abs(strain) < 1e-12


def test_no_parent_of_a_crystal_at_the_top():
    assert parents(bulk("NaCl", "rocksalt", 5.64)) == ()
