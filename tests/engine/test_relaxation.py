import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from ase.constraints import FixAtoms
from ase.lattice.hexagonal import Graphene
from scipy.spatial.transform import Rotation

import engine
from engine import PhonoscopeError
from engine.relaxation import force_warning
from engine.symmetry import point_group, space_group
from tests.helpers import message_passing_potential

EMT_MODEL = engine.from_calculator(EMT, "emt")


def largest_force(atoms, model) -> float:
    state = engine.energy_forces_stress(atoms, model)
    return float(np.linalg.norm(state.forces_eV_A, axis=1).max())


def from_symmetry(atoms, group) -> float:
    """Largest distance in angstrom of an atom from its place under a group known beforehand."""
    centred = atoms.positions - atoms.get_center_of_mass()
    return float(np.abs(group.symmetrize_positions(centred) - centred).max())


@pytest.mark.parametrize("name", ["H2O", "NH3", "C2H4", "CH3OH"])
def test_point_group_is_kept(name):
    start = molecule(name)
    group = point_group(start)
    start.positions = group.symmetrize_positions(start.positions - start.get_center_of_mass())
    rng = np.random.default_rng(3)
    # Rattled, but symmetric: what the group leaves of random displacements.
    start.positions += group.symmetrize_positions(0.05 * rng.normal(size=start.positions.shape))
    relaxed = engine.relax(start, EMT_MODEL)
    assert largest_force(start, EMT_MODEL) > 0.1
    assert largest_force(relaxed, EMT_MODEL) < 1e-4
    assert point_group(relaxed).name == group.name
    assert from_symmetry(relaxed, group) < 1e-6


def test_noise_of_the_start_is_taken_off():
    start = molecule("CH4")
    start.positions += np.random.default_rng(0).normal(scale=0.004, size=(5, 3))
    relaxed = engine.relax(start, EMT_MODEL)
    assert point_group(start).rms_A > 1e-3
    assert (point_group(relaxed).name, point_group(relaxed).rms_A < 1e-6) == ("Td", True)


def test_a_saddle_point_keeps_its_symmetry(stillinger_weber):
    """A flat star wants to be a pyramid, but within D3h it is relaxed flat."""
    turn = 2 * np.pi / 3 * np.arange(3)
    arms = 2.3 * np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    star = Atoms("Si4", positions=[[0, 0, 0], *arms])
    relaxed = engine.relax(star, stillinger_weber)
    assert point_group(relaxed).name == "D3h"
    assert engine.vibrations(relaxed, stillinger_weber).modes.frequency_cm1[0] < -10


def test_linear_molecules_stay_linear():
    rotation = Rotation.random(rng=5).as_matrix()
    start = molecule("CO2")
    start.positions = (start.positions * 1.05) @ rotation.T
    relaxed = engine.relax(start, EMT_MODEL)
    assert largest_force(relaxed, EMT_MODEL) < 1e-4
    arms = relaxed.positions[1:] - relaxed.positions[0]
    assert np.allclose(arms[0], -arms[1], atol=1e-6)
    assert largest_force(engine.relax(molecule("N2"), EMT_MODEL), EMT_MODEL) < 1e-4
    assert len(engine.relax(Atoms("C"), EMT_MODEL)) == 1


def test_isotopes_do_not_lower_the_symmetry_of_the_geometry():
    start = engine.with_isotopes(molecule("H2O"), "2=2H")
    relaxed = engine.relax(start, EMT_MODEL)
    assert np.array_equal(relaxed.get_masses(), start.get_masses())
    bonds = np.linalg.norm(relaxed.positions[1:] - relaxed.positions[0], axis=1)
    assert bonds[0] == pytest.approx(bonds[1], abs=1e-8)


def test_what_the_atoms_carry_is_kept():
    start = molecule("H2O")
    start.info["note"] = "mine"
    start.set_array("site", np.array([7, 8, 9]))
    start.set_constraint(FixAtoms([0]))
    start.calc = EMT()
    before = start.positions.copy()
    relaxed = engine.relax(start, EMT_MODEL)
    assert relaxed.calc is None
    assert not relaxed.constraints
    assert relaxed.info == {"note": "mine"}
    assert relaxed.arrays["site"].tolist() == [7, 8, 9]
    assert np.array_equal(start.positions, before)
    assert start.constraints  # and the start is left alone


def test_cell_of_silicon_has_the_known_lattice_constant(stillinger_weber):
    for start in (bulk("Si", a=5.2), bulk("Si", a=5.6, cubic=True)):
        relaxed = engine.relax(start, stillinger_weber, cell=True)
        a = (8 * relaxed.get_volume() / len(relaxed)) ** (1 / 3)
        assert a == pytest.approx(5.431, abs=5e-4)
        assert space_group(relaxed, 1e-6).number == 227
        assert np.allclose(relaxed.cell.angles(), start.cell.angles(), atol=1e-6)


def test_atoms_of_a_crystal_move_within_its_space_group():
    """Also where the energy leads far away, as that of a random network may."""
    model = message_passing_potential()
    start = bulk("NaCl", "rocksalt", a=5.0).repeat((2, 1, 1))
    start.positions[0] += 0.05 * start.cell[0] / np.linalg.norm(start.cell[0])
    group = space_group(start).number
    relaxed = engine.relax(start, model, max_force_eV_A=1e-3)
    assert space_group(relaxed, 1e-5).number == group
    assert np.allclose(relaxed.cell.array, start.cell.array, atol=1e-12)


def test_a_slab_is_strained_only_within_its_plane(stillinger_weber):
    rotation = Rotation.random(rng=3).as_matrix()
    flat = Graphene("Si", latticeconstant={"a": 3.9, "c": 8.0})
    flat.pbc = (True, True, False)
    turned = flat.copy()
    turned.set_cell(flat.cell.array @ rotation.T)
    turned.positions = flat.positions @ rotation.T
    for start in (flat, turned):
        relaxed = engine.relax(start, stillinger_weber, cell=True)
        assert relaxed.cell.cellpar()[0] == pytest.approx(4.104, abs=1e-3)
        assert np.allclose(relaxed.cell.cellpar()[[0, 3, 4, 5]][1:], [90, 90, 120], atol=1e-6)
        assert np.array_equal(relaxed.cell[2], start.cell[2])
        assert relaxed.pbc.tolist() == [True, True, False]
        relaxed.calc = engine.calculator(stillinger_weber)
        assert np.abs(relaxed.get_stress()).max() < 1e-5


def test_finite_difference_models_relax_cells_too():
    relaxed = engine.relax(bulk("Cu", a=3.8), EMT_MODEL, cell=True)
    assert relaxed.get_volume() ** (1 / 3) * 4 ** (1 / 3) == pytest.approx(3.59, abs=0.01)


def test_what_cannot_be_done_is_told(stillinger_weber):
    with pytest.raises(PhonoscopeError, match=r"after 1 steps the largest force is .* 0.0001 were"):
        engine.relax(molecule("C2H6"), EMT_MODEL, steps=1)
    with pytest.raises(PhonoscopeError, match="no cell"):
        engine.relax(molecule("H2O"), EMT_MODEL, cell=True)
    with pytest.raises(PhonoscopeError, match="the model knows Si"):
        engine.relax(bulk("Cu"), stillinger_weber)
    twice = bulk("Si")
    twice.positions[1] = twice.positions[0]
    with pytest.raises(PhonoscopeError, match="symmetry"):
        engine.relax(twice, stillinger_weber)


def test_large_forces_are_told():
    assert force_warning(1e-4) is None
    assert "0.5 eV/angstrom" in force_warning(0.5)
