"""Labels by GFN2-xTB: derivatives of one another, at rest where they say so."""

from __future__ import annotations

import ase.build
import numpy as np
import pytest

from engine.errors import PhonoscopeError
from engine.training.data.molecules import lowest_frequency_cm1
from engine.training.data.semiempirical import MAX_FORCE_EV_A, Xtb

pytest.importorskip("tblite")


def test_water_at_rest_has_three_vibrations_and_no_net_force() -> None:
    labeller = Xtb()
    found = labeller.label(labeller.relax(ase.build.molecule("H2O")), "water", "equilibrium", True)
    assert np.linalg.norm(found.forces_eV_A, axis=1).max() < MAX_FORCE_EV_A
    assert lowest_frequency_cm1(found) == pytest.approx(1540, abs=60)
    assert found.hessian_eV_A2 is not None and found.dipole_derivative_e is not None
    np.testing.assert_allclose(found.hessian_eV_A2.reshape(9, 3, 3).sum(1), 0, atol=2e-2)
    np.testing.assert_allclose(found.dipole_derivative_e.sum(1), 0, atol=2e-3)


def test_the_hessian_is_the_derivative_of_the_forces() -> None:
    labeller, atoms = Xtb(), ase.build.molecule("H2CO")
    found = labeller.label(atoms, "formaldehyde", "random", True)
    step = np.zeros_like(atoms.positions)
    step[0], step[2] = (0.002, -0.001, 0.003), (0.001, 0.002, -0.002)
    ahead, back = (
        labeller.label(
            ase.Atoms(atoms.numbers, atoms.positions + sign * step), "x", "random", False
        )
        for sign in (1, -1)
    )
    assert found.hessian_eV_A2 is not None
    change = (ahead.forces_eV_A - back.forces_eV_A).ravel() / 2
    np.testing.assert_allclose(-found.hessian_eV_A2 @ step.ravel(), change, atol=5e-4)


def test_what_it_cannot_say_it_says_in_words() -> None:
    with pytest.raises(PhonoscopeError, match="polarizability"):
        Xtb().polarizability_derivative(ase.build.molecule("H2O"))
