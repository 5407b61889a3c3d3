"""Labels by PySCF: every derivative is the slope of what stands before it."""

from __future__ import annotations

import ase.build
import numpy as np
import pytest

from engine.reference.molecule import Method
from engine.training.data.molecule_list import ISOLATED_ATOMS
from engine.training.data.quantum import METHOD, Labeller, Pyscf

STEP_A = 0.002


@pytest.fixture(scope="module")
def tight() -> Labeller:
    pytest.importorskip("pyscf", reason="PySCF computes the labels")
    pytest.importorskip("geometric", reason="geomeTRIC relaxes")
    return Pyscf(Method(grid_level=3, energy_tolerance=1e-12, gradient_tolerance=1e-8))


def test_derivatives_of_hydrogen_fluoride_are_slopes(tight: Labeller) -> None:
    atoms = ase.build.molecule("HF")
    atoms.positions = atoms.positions @ np.linalg.qr(np.arange(9).reshape(3, 3) ** 2 + np.eye(3))[0]
    here = tight.label(atoms, "HF", "random", hessian=True)
    sides = []
    for sign in (1, -1):
        moved = atoms.copy()
        moved.positions[0, 1] += sign * STEP_A
        sides.append(tight.label(moved, "HF", "random", hessian=False))
    plus, minus = sides
    slope = (plus.energy_eV - minus.energy_eV) / (2 * STEP_A)
    assert here.forces_eV_A[0, 1] == pytest.approx(-slope, abs=1e-3)
    row = (plus.forces_eV_A - minus.forces_eV_A).ravel() / (2 * STEP_A)
    # The Hessian's grid does not move with the atoms.
    np.testing.assert_allclose(here.hessian_eV_A2[1], -row, atol=0.05)
    dipole = (plus.dipole_eA - minus.dipole_eA) / (2 * STEP_A)
    np.testing.assert_allclose(here.dipole_derivative_e[:, 0, 1], dipole, atol=1e-3)


def test_relaxed_hydrogen_is_at_rest_and_vibrates_as_published() -> None:
    pytest.importorskip("pyscf", reason="PySCF computes the labels")
    pytest.importorskip("geometric", reason="geomeTRIC relaxes")
    labeller = Pyscf(METHOD)
    minimum = labeller.relax(ase.build.molecule("H2"))
    label = labeller.label(minimum, "hydrogen", "equilibrium", hessian=True)
    assert np.abs(label.forces_eV_A).max() < 2e-3
    # B3LYP has 0.74 to 0.77 angstrom and 4300 to 4450 cm^-1 in any reasonable basis.
    assert 0.74 < minimum.get_distance(0, 1) < 0.77
    atoms = 2 * labeller.free_atom("H").energy_eV
    assert 4.4 < atoms - label.energy_eV < 5.0  # De; experiment 4.75 eV


def test_free_atoms_have_as_many_electrons_as_protons_allow() -> None:
    for element, unpaired in ISOLATED_ATOMS.items():
        assert (ase.Atoms(element).numbers[0] - unpaired) % 2 == 0
