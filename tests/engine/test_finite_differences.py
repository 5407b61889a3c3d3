import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT
from ase.constraints import FixAtoms

import engine
from engine import PhonoscopeError
from engine.finite_differences import derivatives_of

TRIMER = Atoms("Si3", positions=[[0, 0, 0], [1.9, 1.4, 0], [-1.7, 1.5, 0.2]])


def by_differences(model, step_A=0.01):
    return engine.from_calculator(lambda: engine.calculator(model), "differences", step_A=step_A)


class EnergyOnly(Calculator):
    """EMT that has forgotten its derivatives."""

    implemented_properties = ["energy"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.results = {"energy": EMT().get_potential_energy(atoms)}


def test_hessian_agrees_with_automatic_differentiation(stillinger_weber):
    exact = engine.hessian(TRIMER, stillinger_weber)
    errors = [
        np.abs(engine.hessian(TRIMER, by_differences(stillinger_weber, step_A)) - exact).max()
        for step_A in (0.01, 0.005)
    ]
    assert errors[1] < 5e-3 * np.abs(exact).max()
    assert 3.5 < errors[0] / errors[1] < 4.5  # second order: central differences


def test_hessian_of_a_cell_agrees_too(rattled_silicon, stillinger_weber):
    exact = engine.hessian(rattled_silicon, stillinger_weber)
    found = engine.hessian(rattled_silicon, by_differences(stillinger_weber, 1e-3))
    assert np.allclose(found, exact, atol=1e-4 * np.abs(exact).max())


def test_vibrations_carry_the_mark(stillinger_weber):
    exact = engine.vibrations(TRIMER, stillinger_weber)
    marked = engine.vibrations(TRIMER, by_differences(stillinger_weber))
    assert exact.derivatives == "automatic"
    assert marked.derivatives == "finite differences, 0.01 angstrom"
    assert derivatives_of(by_differences(stillinger_weber, 0.002)).endswith("0.002 angstrom")
    assert np.allclose(marked.modes.frequency_cm1, exact.modes.frequency_cm1, atol=1)


def test_what_a_calculator_lacks_is_made_up_for():
    atoms = bulk("Cu", a=3.5).repeat((2, 1, 1))
    atoms.positions[0] += 0.1
    full = engine.energy_forces_stress(atoms, engine.from_calculator(EMT, "emt"))
    poor = engine.energy_forces_stress(atoms, engine.from_calculator(EnergyOnly, "x", step_A=1e-3))
    assert poor.energy_eV == pytest.approx(full.energy_eV, abs=1e-12)
    assert np.allclose(poor.forces_eV_A, full.forces_eV_A, atol=1e-5)
    assert np.allclose(poor.stress_eV_A3, full.stress_eV_A3, atol=1e-5)


def test_constraints_of_the_user_do_not_touch_a_result():
    water = molecule("H2O")
    emt = engine.from_calculator(EMT, "emt")
    free = engine.hessian(water, emt)
    water.set_constraint(FixAtoms([0]))
    assert np.array_equal(engine.hessian(water, emt), free)


def test_failures_are_told():
    emt = engine.from_calculator(EMT, "emt", elements=frozenset({29}))
    with pytest.raises(PhonoscopeError, match="the model knows Cu"):
        engine.hessian(molecule("H2O"), emt)
    with pytest.raises(PhonoscopeError, match="gives no energy of U"):
        engine.energy_forces_stress(Atoms("U"), engine.from_calculator(EMT, "emt"))
    with pytest.raises(PhonoscopeError, match="not a positive length"):
        engine.from_calculator(EMT, "emt", step_A=0.0)


def test_force_constants_by_displacements_against_exact_phonons(silicon, stillinger_weber):
    """At a q that the supercell holds, folding back changes nothing."""
    phonon = engine.force_constants_by_displacements(
        silicon, engine.calculator(stillinger_weber), (2, 2, 2), distance_A=1e-3
    )
    exact = engine.phonons(silicon, stillinger_weber)
    for q in ([0.5, 0, 0], [0.5, 0.5, 0]):
        phonon.dynamical_matrix.run(q)
        expected = exact.dynamical_matrix(np.array(q), gauge="atom")
        assert np.allclose(phonon.dynamical_matrix.dynamical_matrix, expected, atol=1e-5)
        assert np.abs(expected).max() > 0.1
