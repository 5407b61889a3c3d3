import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT

import engine
from engine import PhonoscopeError, derivatives


def test_what_needs_differentiation_says_why_not():
    emt = engine.from_calculator(EMT, "emt")
    for derivative in (derivatives.energy_forces_stress, derivatives.hessian):
        with pytest.raises(PhonoscopeError, match="cannot be differentiated"):
            derivative(bulk("Cu"), emt)
    with pytest.raises(PhonoscopeError, match="cannot be differentiated"):
        derivatives.dynamical_matrices(bulk("Cu"), emt, np.zeros((1, 3)))


def test_it_can_be_registered_like_any_model():
    engine.register_model("emt", lambda: engine.from_calculator(EMT, "emt"))
    state = engine.energy_forces_stress(bulk("Cu"), engine.load_model("emt"))
    assert state.energy_eV == pytest.approx(EMT().get_potential_energy(bulk("Cu")))
