"""NequIP: symmetries, derivatives, options."""

import dataclasses

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule

from engine.checks import cutoff_jumps, invariance_errors
from engine.derivatives import dynamical_matrices, energy_forces_stress, hessian
from engine.potentials.nequip import initial_parameters
from engine.potentials.periodic_table import properties
from tests.engine.potentials.models import SMALL, small_nequip
from tests.helpers import dynamical_matrix_by_supercell, numerical_gradient

OPTIONS = {
    "standard": {},
    "species in the skip": {"skip_per_species": True},
    "elements by their properties": {"embedding": 9},
    "no layer norm": {"layer_norm": False},
    "pseudovectors and pseudoscalars": {"hidden_irreps": "4x0e + 2x0o + 3x1o + 2x1e"},
    "scalars only": {"hidden_irreps": "8x0e", "lmax": 0},
    "one layer": {"n_layers": 1},
    "deep radial network": {"radial_layers": 3, "envelope_p": 4.0},
}


@pytest.mark.parametrize("option", OPTIONS)
def test_follows_every_motion(option):
    model = small_nequip(dataclasses.replace(SMALL, **OPTIONS[option]))
    assert max(invariance_errors(model, bulk("SiC", "zincblende", a=4.4)).values()) < 1e-10


def test_follows_every_motion_of_a_molecule():
    assert max(invariance_errors(small_nequip(), molecule("CH3CH2OH")).values()) < 1e-10


def test_an_embedding_starts_from_the_periodic_table():
    first, second = (
        small_nequip_start(dataclasses.replace(SMALL, embedding=9), seed) for seed in (0, 1)
    )
    assert first.shape == (4, 9)  # H, C, O, Si
    known = properties(SMALL.atomic_numbers)
    assert np.allclose(first[:, :6], known) and np.allclose(second[:, :6], known)
    assert not np.allclose(first[:, 6:], second[:, 6:])


def small_nequip_start(config, seed):
    return np.array(initial_parameters(config, seed, np.float64)["embedding"])


def test_forces_are_the_gradient():
    atoms, model = molecule("CH3OH"), small_nequip()

    def energy(positions):
        moved = atoms.copy()
        moved.positions = positions
        return energy_forces_stress(moved, model).energy_eV

    forces = energy_forces_stress(atoms, model).forces_eV_A
    assert np.allclose(-forces, numerical_gradient(energy, atoms.positions), atol=1e-7)


@pytest.mark.parametrize(
    "option", ["standard", "species in the skip", "pseudovectors and pseudoscalars"]
)
def test_second_derivatives_of_a_molecule(option):
    model = small_nequip(dataclasses.replace(SMALL, **OPTIONS[option]))
    atoms = molecule("H2O")

    def gradient(x):
        moved = atoms.copy()
        moved.positions = x.reshape(-1, 3)
        return -energy_forces_stress(moved, model).forces_eV_A.ravel()

    x, step = atoms.positions.ravel(), 1e-4
    differences = [
        (gradient(x + step * e) - gradient(x - step * e)) / (2 * step) for e in np.eye(9)
    ]
    exact = hessian(atoms, model)
    assert np.abs(exact - exact.T).max() < 1e-9
    assert np.allclose(exact, differences, atol=1e-6)


@pytest.mark.parametrize("layout", ["pairs", "edges"])
def test_dynamical_matrix_equals_the_supercell(layout):
    """Both orders of the sums, in a crystal without symmetry."""
    atoms = bulk("SiC", "zincblende", a=4.4)
    atoms.positions[1] += [0.1, -0.05, 0.08]
    q = np.array([1, 0, 1]) / 2 if layout == "edges" else np.array([1 / 3, 0, 2 / 3])
    repeats = (2, 1, 2) if layout == "edges" else (3, 1, 3)
    model = dataclasses.replace(small_nequip(), layout=layout)
    exact = dynamical_matrices(atoms, model, q)[0]
    expected = dynamical_matrix_by_supercell(atoms, model, q, repeats)
    assert np.abs(exact - expected).max() < 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize("layout", ["edges", "roomy"])
def test_layouts_agree(layout):
    atoms = bulk("SiC", "zincblende", a=4.4)
    atoms.positions[1] += [0.1, -0.05, 0.08]
    results = []
    for model in (dataclasses.replace(small_nequip(), layout=way) for way in ("pairs", layout)):
        results.append(
            (
                energy_forces_stress(atoms, model),
                dynamical_matrices(atoms, model, [[0.1, 0.2, 0.3], [0.5, 0, 0]]),
            )
        )
    (a, d_a), (b, d_b) = results
    assert abs(a.energy_eV - b.energy_eV) < 1e-11
    assert np.abs(a.forces_eV_A - b.forces_eV_A).max() < 1e-11
    assert np.abs(a.stress_eV_A3 - b.stress_eV_A3).max() < 1e-12
    assert np.abs(d_a - d_b).max() < 1e-11


def test_parts_smoothly_at_the_cutoff():
    jumps = cutoff_jumps(small_nequip(), "CO")
    assert jumps.energy_eV < 1e-12
    assert jumps.force_eV_A < 1e-9
    assert jumps.stiffness_eV_A2 < 1e-4  # the envelope is C2: its second derivative passes zero


def test_isolated_atom_has_its_reference_energy_and_no_force():
    state = energy_forces_stress(Atoms("C"), small_nequip())
    assert np.isfinite(state.energy_eV)
    assert not state.forces_eV_A.any()
    assert not hessian(Atoms("C"), small_nequip()).any()


def test_one_atom_in_a_cell_smaller_than_the_cutoff():
    atoms = bulk("Si", "sc", a=2.6)
    q = np.array([1 / 3, 0, 0])
    exact = dynamical_matrices(atoms, small_nequip(), q)[0]
    expected = dynamical_matrix_by_supercell(atoms, small_nequip(), q, (3, 1, 1))
    assert np.abs(exact - expected).max() < 1e-9


def test_slab_and_skewed_cell():
    slab = Atoms("C2", [[0, 0, 0], [1.3, 0.8, 0.1]], cell=[[2.5, 0, 0], [-1.2, 2.2, 0], [0, 0, 0]])
    slab.pbc = [True, True, False]
    skewed = slab.copy()
    skewed.cell = [[2.5, 0, 0], [-1.2 + 3 * 2.5, 2.2, 0], [0, 0, 0]]  # the same lattice
    model = small_nequip()
    assert np.isclose(
        energy_forces_stress(slab, model).energy_eV, energy_forces_stress(skewed, model).energy_eV
    )


def test_single_precision_stays_single():
    atoms = bulk("Si")
    double = dynamical_matrices(atoms, small_nequip(), [[0.1, 0.2, 0.3]])
    single = dynamical_matrices(atoms, small_nequip(), [[0.1, 0.2, 0.3]], np.dtype(np.float32))
    assert 1e-9 < np.abs(single - double).max() / np.abs(double).max() < 1e-4
