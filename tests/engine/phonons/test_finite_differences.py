"""Phonons of models that nothing differentiates, beside phonopy run by hand and exact ones."""

import json

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111
from ase.calculators.emt import EMT
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

import engine
from engine import PhonoscopeError
from engine.formats import phonons_document
from engine.phonons.force_constants import polar_matrices
from tests.engine.phonons.test_mesh import pairs

EMT_MODEL = engine.from_calculator(EMT, "emt")
Q = np.array([[0, 0, 0], [0.5, 0, 0], [0.5, 0.5, 0], [0.1, 0.2, 0.4]])


@pytest.fixture(scope="module")
def copper():
    return engine.phonons(bulk("Cu", a=3.61), EMT_MODEL, mesh=(2, 2, 2))


def by_phonopy(atoms, mesh):
    """Frequencies in cm-1 at Q."""
    cell = PhonopyAtoms(atoms.get_chemical_symbols(), cell=atoms.cell.array,
                        scaled_positions=atoms.get_scaled_positions())  # fmt: skip
    ph = Phonopy(cell, np.diag(mesh), primitive_matrix="P")
    ph.generate_displacements(distance=0.01, is_plusminus=True)
    forces = []
    for s in ph.supercells_with_displacements:
        one = Atoms(s.symbols, positions=s.positions, cell=s.cell, pbc=True, calculator=EMT())
        forces.append(one.get_forces())
    ph.forces = forces
    ph.produce_force_constants()
    return ph.run_qpoints(Q).frequencies * 33.35641


def test_frequencies_are_those_of_phonopy(copper):
    expected = by_phonopy(copper.atoms, (2, 2, 2))
    found = [copper.modes(q).frequency_cm1 for q in Q]
    assert np.allclose(np.sort(found, axis=1), expected, atol=1e-2)
    assert expected.max() > 100


def test_a_basis_with_atoms_outside_the_cell():
    """The phases belong to the atoms as given, wherever phonopy puts them."""
    atoms = bulk("CuAu", "cesiumchloride", a=3.2)
    ph = engine.phonons(atoms, EMT_MODEL, mesh=(2, 2, 1))
    atoms = atoms.copy()
    atoms.positions[1] += atoms.cell.array[0] - 2 * atoms.cell.array[1]
    moved = engine.phonons(atoms, EMT_MODEL, mesh=(2, 2, 1))
    for gauge, same in (("atom", True), ("cell", False)):
        matrices = ph.dynamical_matrix(Q, gauge), moved.dynamical_matrix(Q, gauge)
        assert np.allclose(*matrices, atol=1e-8) is same
    assert np.allclose(np.linalg.eigvalsh(ph.dynamical_matrix(Q)), np.linalg.eigvalsh(matrices[1]))


@pytest.mark.parametrize("moved", [(0, 0, 0), (1, 0, 0), (0, -1, 0), (2, -1, 1)])
def test_interpolation_knows_where_the_atoms_are_given(moved):
    """Springs between nearest neighbours fit into the supercell: nothing is lost on the way."""
    atoms = bulk("MgO", "rocksalt", a=4.21)
    atoms.positions[1] += moved @ atoms.cell.array
    ph = engine.phonons(atoms, pairs("Mg", "O", within=2.5), mesh=(2, 2, 2))
    assert ph.trust.interpolation_error_cm1 < 1e-6
    matrix = ph.dynamical_matrix(Q[3])
    assert np.allclose(polar_matrices(ph.phonopy, Q[3:])[0], matrix, atol=1e-9)


def test_on_the_mesh_they_are_exact_up_to_the_step(silicon, stillinger_weber):
    differences = engine.from_calculator(
        lambda: engine.calculator(stillinger_weber), "differences", step_A=1e-3
    )
    exact = engine.phonons(silicon, stillinger_weber, mesh=None)
    found = engine.phonons(silicon, differences, mesh=(2, 2, 1))
    on_mesh = Q[:3]
    assert np.allclose(found.dynamical_matrix(on_mesh), exact.dynamical_matrix(on_mesh), atol=1e-5)
    assert np.allclose(found.gamma.frequency_cm1, exact.gamma.frequency_cm1, atol=0.01)
    assert found.gamma.irrep == exact.gamma.irrep


def test_what_is_not_known_is_null(copper):
    document = phonons_document(copper, copper.bands(n_points=20))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["derivatives"] == copper.derivatives == "finite differences, 0.01 angstrom"
    assert document["trust"]["interpolation_error_cm1"] is None
    assert copper.trust.interpolation_error_cm1 is None
    assert document["bands"]["exact"] is False
    assert document["mesh"] == [2, 2, 2]
    dos = document["dos"]
    width = dos["frequency_cm1"][1] - dos["frequency_cm1"][0]
    assert np.sum(dos["total"]) * width == pytest.approx(3, rel=1e-2)
    assert document["trust"]["acoustic_sum_error"] < 1e-3


def test_what_it_cannot_do_is_said(copper):
    atoms = bulk("Cu", a=3.61)
    for mesh in ("auto", None):
        with pytest.raises(PhonoscopeError, match=r"cannot be differentiated: .*supercell"):
            engine.phonons(atoms, EMT_MODEL, mesh=mesh)
    with pytest.raises(PhonoscopeError, match="no exact matrices"):
        copper.bands(exact=True)
    with pytest.raises(PhonoscopeError, match="not of chains or slabs"):
        engine.phonons(fcc111("Cu", (1, 1, 1), vacuum=5), EMT_MODEL, mesh=(2, 2, 1))
    with pytest.raises(PhonoscopeError, match="gives no energy of U"):
        engine.phonons(bulk("U", "fcc", 4), EMT_MODEL, mesh=(1, 1, 1))
