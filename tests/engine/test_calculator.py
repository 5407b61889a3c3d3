import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.stress import full_3x3_to_voigt_6_stress

import engine
from engine import PhonoscopeError
from engine.calculator import with_vacuum

TRIMER = Atoms("Si3", positions=[[0, 0, 0], [1.9, 1.4, 0], [-1.7, 1.5, 0.2]])


def silicene(pbc) -> Atoms:
    """A buckled sheet, without symmetry."""
    return Atoms(
        "Si2",
        positions=[[0, 0, 0], [0.1, 2.2, 0.5]],
        cell=[[3.4, 0, 0], [-1.7, 3.4, 0], [0, 0, 12]],
        pbc=pbc,
    )


def test_it_says_what_the_engine_says(rattled_silicon, stillinger_weber):
    atoms = rattled_silicon.copy()
    atoms.calc = engine.calculator(stillinger_weber)
    expected = engine.energy_forces_stress(rattled_silicon, stillinger_weber)
    assert atoms.get_potential_energy() == expected.energy_eV
    assert atoms.get_potential_energy(force_consistent=True) == expected.energy_eV
    assert np.array_equal(atoms.get_forces(), expected.forces_eV_A)
    assert np.allclose(atoms.get_stress(), full_3x3_to_voigt_6_stress(expected.stress_eV_A3))


def test_forces_and_stress_are_derivatives_of_the_energy(rattled_silicon, stillinger_weber):
    atoms = rattled_silicon.copy()
    atoms.calc = engine.calculator(stillinger_weber)
    assert np.abs(atoms.get_forces()).max() > 0.1
    assert np.allclose(calculate_numerical_forces(atoms, eps=1e-4), atoms.get_forces(), atol=1e-6)
    assert np.abs(atoms.get_stress()).max() > 1e-3
    assert np.allclose(calculate_numerical_stress(atoms, eps=1e-5), atoms.get_stress(), atol=1e-8)


def test_a_molecule_has_forces_but_no_stress(stillinger_weber):
    atoms = TRIMER.copy()
    atoms.calc = engine.calculator(stillinger_weber)
    assert np.allclose(calculate_numerical_forces(atoms, eps=1e-4), atoms.get_forces(), atol=1e-6)
    with pytest.raises(PropertyNotImplementedError):
        atoms.get_stress()


@pytest.mark.parametrize("pbc", [(True, True, False), (True, False, False)])
def test_stress_of_slabs_and_chains_lies_within_them(pbc, stillinger_weber):
    atoms = silicene(pbc)
    atoms.calc = engine.calculator(stillinger_weber)
    stress = atoms.get_stress(voigt=False)
    # Strain along the periodic directions, where ASE's numerical derivative is defined too.
    numerical = calculate_numerical_stress(atoms, eps=1e-5, voigt=False)
    n = sum(pbc)
    assert np.allclose(stress[:n, :n], numerical[:n, :n], atol=1e-8)
    assert np.abs(stress[:n, :n]).max() > 1e-4


def test_vacuum_keeps_what_is_periodic(stillinger_weber):
    atoms = silicene((True, True, False))
    filled = with_vacuum(atoms, 9.0)
    assert np.array_equal(filled.cell[:2], atoms.cell[:2])
    assert np.allclose(filled.cell[2], [0, 0, 9.5])
    assert np.array_equal(filled.positions, atoms.positions)
    assert np.linalg.det(with_vacuum(silicene((False, True, False)), 9.0).cell.array) > 0


def test_new_positions_are_computed_anew(stillinger_weber):
    atoms = TRIMER.copy()
    atoms.calc = engine.calculator(stillinger_weber)
    before = atoms.get_potential_energy()
    atoms.positions[0, 0] += 0.1
    assert atoms.get_potential_energy() != before
    assert atoms.get_potential_energy() == pytest.approx(
        engine.energy_forces_stress(atoms, stillinger_weber).energy_eV, abs=1e-12
    )


def test_single_precision_is_near(rattled_silicon, stillinger_weber):
    atoms = rattled_silicon.copy()
    atoms.calc = engine.calculator(stillinger_weber, dtype=np.float32)
    exact = engine.energy_forces_stress(rattled_silicon, stillinger_weber)
    assert 0 < np.abs(atoms.get_forces() - exact.forces_eV_A).max() < 1e-4


def test_foreign_elements_are_told(stillinger_weber):
    atoms = bulk("Cu")
    atoms.calc = engine.calculator(stillinger_weber)
    with pytest.raises(PhonoscopeError, match="has Cu, the model knows Si"):
        atoms.get_potential_energy()


def test_a_calculator_comes_back_as_one():
    atoms = bulk("Cu").repeat((2, 1, 1))
    atoms.positions[0] += 0.1
    reference = atoms.copy()
    reference.calc = EMT()
    atoms.calc = engine.calculator(engine.from_calculator(EMT, "emt"))
    assert np.allclose(atoms.get_forces(), reference.get_forces(), atol=1e-12)
    assert np.allclose(atoms.get_stress(), reference.get_stress(), atol=1e-12)
