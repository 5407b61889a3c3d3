"""Isotopes from force constants at hand are those of a fresh computation."""

import numpy as np
import pytest
from ase.build import molecule

import engine
from engine import library


def test_a_molecule():
    entry = library.entry("methane")
    heavy = engine.with_isotopes(entry.atoms, "2=D,3=D")
    changed = engine.isotopologue(entry.result(), heavy)
    reference = entry.reference
    fresh = engine.vibrations_from_hessian(
        heavy, reference.hessian_eV_A2, reference.method, reference.energy_eV, reference.forces_eV_A
    )
    assert np.array_equal(changed.modes.frequency_cm1, fresh.modes.frequency_cm1)
    assert changed.modes.irrep == fresh.modes.irrep
    assert changed.group.name == "C2v" and changed.correlation == fresh.correlation
    back = engine.isotopologue(changed, entry.atoms)
    assert np.array_equal(back.modes.frequency_cm1, entry.result().modes.frequency_cm1)


@pytest.mark.parametrize("mesh", [(2, 2, 2), None])
def test_a_crystal(silicon, stillinger_weber, mesh):
    heavy = engine.with_isotopes(silicon, "2=30Si")
    ph = engine.phonons(silicon, stillinger_weber, mesh=mesh)
    changed = engine.isotopologue(ph, heavy)
    fresh = engine.phonons(heavy, stillinger_weber, mesh=mesh)
    optical = ~fresh.gamma.acoustic
    np.testing.assert_allclose(
        changed.gamma.frequency_cm1[optical], fresh.gamma.frequency_cm1[optical], rtol=1e-10
    )
    assert changed.gamma.irrep == fresh.gamma.irrep
    assert changed.gamma_optical == fresh.gamma_optical == "T2"
    assert changed.space_group.number == fresh.space_group.number == 216
    q = np.array([0.2, 0.1, 0.3])
    np.testing.assert_allclose(
        changed.modes(q).frequency_cm1, fresh.modes(q).frequency_cm1, rtol=1e-9
    )


def test_anything_but_masses_is_refused():
    result = library.entry("methane").result()
    moved = result.atoms.copy()
    moved.positions[0, 0] += 0.01
    for other in (moved, molecule("CH3Cl"), molecule("H2O")):
        with pytest.raises(engine.PhonoscopeError, match="not an isotopologue"):
            engine.isotopologue(result, other)
