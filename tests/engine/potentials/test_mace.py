"""MACE: its symmetries, its derivatives, and its parts against independent formulas."""

from __future__ import annotations

import re
from dataclasses import replace

import e3nn_jax as e3nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.data import covalent_radii
from numpy.polynomial import chebyshev
from scipy.spatial.transform import Rotation

from engine import PhonoscopeError
from engine.derivatives import dynamical_matrices, energy_forces_stress, hessian
from engine.graph import Graph, neighbour_system
from engine.potentials.mace import MACEEnergies, initial_parameters, mace_potential
from engine.potentials.mace.config import SILU_NORMALISATION, MACEConfig
from engine.potentials.mace.radial import Agnesi, Soft, initial_basis, radial_functions
from engine.potentials.mace.symmetric_contraction import coupling, monomials, symmetrise
from engine.potentials.mace.zbl import Repulsion, repulsion
from tests.engine.derivatives.test_parameters import probe
from tests.helpers import dynamical_matrix_by_supercell, numerical_gradient

DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)
CONFIG = MACEConfig(
    elements=(1, 6, 8),
    cutoff_A=2.6,
    hidden_irreps="3x0e + 3x1o",
    l_max=2,
    correlation=(2, 2),
    density=(True, False),
    average_neighbours=(1.0, 3.0),
    basis_size=4,
    distance_transform=Agnesi(),
    radial_mlp=(8,),
    readout_width=4,
    atomic_energies_eV=(-1.0, -2.0, -3.0),
    scale=2.0,
    shift_eV=0.3,
    repulsion=Repulsion(),
)


def model(config=CONFIG, dtype=DOUBLE):
    parameters = initial_parameters(config, jax.random.PRNGKey(1), dtype)
    return mace_potential(config, parameters, "random MACE", "tests")


@pytest.fixture(scope="module")
def potential():
    return model()


def molecule() -> Atoms:
    return Atoms(
        "CHOHC",
        positions=[
            [0.0, 0.0, 0.0],
            [0.9, 0.3, -0.5],
            [-0.6, 1.0, 0.4],
            [-1.3, 0.7, 1.1],
            [-0.4, -1.3, 0.5],
        ],
    )


# --- the whole -----------------------------------------------------------------------------------


@pytest.mark.parametrize("inversion", [1, -1])
def test_rotation_inversion_translation_and_permutation(potential, inversion):
    atoms = molecule()
    before = energy_forces_stress(atoms, potential)
    rotation = inversion * Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    order = [3, 0, 4, 2, 1]
    moved = atoms[order]
    moved.positions = moved.positions @ rotation.T + [0.3, -2.0, 1.0]
    after = energy_forces_stress(moved, potential)
    assert after.energy_eV == pytest.approx(before.energy_eV, abs=1e-12)
    np.testing.assert_allclose(
        after.forces_eV_A, before.forces_eV_A[order] @ rotation.T, atol=1e-12
    )
    assert np.abs(before.forces_eV_A).max() > 0.01


def test_elements_are_told_apart(potential):
    atoms = molecule()
    atoms.numbers[[0, 2]] = atoms.numbers[[2, 0]]
    change = energy_forces_stress(atoms, potential).energy_eV
    assert abs(change - energy_forces_stress(molecule(), potential).energy_eV) > 1e-3


def test_forces_and_hessian_are_derivatives_of_the_energy(potential):
    atoms = molecule()

    def moved(x):
        copy = atoms.copy()
        copy.positions = x
        return energy_forces_stress(copy, potential)

    forces = -numerical_gradient(lambda x: moved(x).energy_eV, atoms.positions, 1e-3)
    np.testing.assert_allclose(moved(atoms.positions).forces_eV_A, forces, atol=1e-8)

    step = np.zeros_like(atoms.positions)
    step[2, 1] = 1e-4
    difference = (
        moved(atoms.positions + step).forces_eV_A - moved(atoms.positions - step).forces_eV_A
    )
    found = hessian(atoms, potential)
    np.testing.assert_allclose(found[:, 7], -difference.ravel() / 2e-4, atol=1e-5)
    np.testing.assert_allclose(found, found.T, atol=1e-10)


def test_two_derivatives_are_continuous_where_a_neighbour_leaves(potential):
    """Inside and outside the cutoff agree to the third order of the distance to it."""
    at = {}
    for distance in (CONFIG.cutoff_A - 2e-4, CONFIG.cutoff_A + 2e-4):
        atoms = Atoms("CHO", positions=[[0, 0, 0], [1.0, 0.2, 0.1], [0, 0, distance]])
        at[distance] = energy_forces_stress(atoms, potential), hessian(atoms, potential)
    (near, near_hessian), (far, far_hessian) = at.values()
    assert near.energy_eV == pytest.approx(far.energy_eV, abs=1e-7)
    np.testing.assert_allclose(near.forces_eV_A, far.forces_eV_A, atol=1e-5)
    np.testing.assert_allclose(near_hessian, far_hessian, atol=2e-2)


def test_edges_that_fill_up_contribute_nothing_to_any_derivative():
    """Self-edges longer than the cutoff, as the layout of edges adds them."""
    config = replace(CONFIG, layers=1, distance_transform=Soft())
    energies, parameters = MACEEnergies(config), model(config).parameters
    x = jnp.asarray(molecule().positions[:3])
    numbers = jnp.asarray([6, 1, 8])
    senders, receivers = np.array([(j, i) for i in range(3) for j in range(3) if i != j]).T

    def total(x, extra):
        vectors = x[senders] - x[receivers]
        if extra:
            filled = jnp.asarray([[0.0, 0.0, 2 * config.cutoff_A]] * extra)
            vectors = jnp.concatenate([vectors, filled])
        ends = (np.concatenate([ends, np.zeros(extra, int)]) for ends in (senders, receivers))
        graph = Graph(*(jnp.asarray(e, jnp.int32) for e in ends), n_atoms=3)
        return jnp.sum(energies(parameters, vectors, numbers, graph))

    for derivative in (total, jax.hessian(total)):
        few, many = (jax.jit(derivative, static_argnums=1)(x, extra) for extra in (0, 5))
        np.testing.assert_allclose(few, many, atol=1e-13)


def test_single_precision_reaches_every_array(potential):
    single = model(dtype=SINGLE)
    assert {leaf.dtype for leaf in jax.tree.leaves(single.parameters)} == {SINGLE}
    graph = Graph(jnp.asarray([1, 0], jnp.int32), jnp.asarray([0, 1], jnp.int32), 2)
    vectors = jnp.asarray([[0.0, 0.0, 1.2], [0.0, 0.0, -1.2]], SINGLE)
    traced = jax.make_jaxpr(
        lambda v: single.atomic_energies(single.parameters, v, jnp.asarray([6, 8]), graph)
    )(vectors)
    # Scalars may pass as weak doubles, which take the dtype of what they meet.
    assert not re.search(r"f64\[\d", str(traced))
    coarse = energy_forces_stress(molecule(), potential, SINGLE)
    fine = energy_forces_stress(molecule(), potential)
    assert coarse.energy_eV == pytest.approx(fine.energy_eV, abs=2e-5)
    np.testing.assert_allclose(coarse.forces_eV_A, fine.forces_eV_A, atol=1e-4)


def test_dynamical_matrix_is_that_of_a_supercell(potential):
    atoms = Atoms(
        "CO",
        positions=[[0.0, 0.0, 0.0], [1.1, 0.2, -0.1]],
        cell=[[2.3, 0.1, 0.0], [0.0, 2.7, 0.2], [0.3, 0.0, 2.5]],
        pbc=True,
    )
    q = np.array([0.5, 0.0, 0.0])
    (found,) = dynamical_matrices(atoms, potential, q[None])
    expected = dynamical_matrix_by_supercell(atoms, potential, q, (2, 1, 1))
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_energies_compare_equal_for_equal_configuration():
    assert MACEEnergies(CONFIG) == MACEEnergies(replace(CONFIG))
    assert hash(MACEEnergies(CONFIG)) == hash(MACEEnergies(replace(CONFIG)))
    assert MACEEnergies(CONFIG) != MACEEnergies(replace(CONFIG, scale=1.0))


@pytest.mark.parametrize(
    "changes",
    [
        {"radial_basis": "gaussian", "train_basis": True, "envelope_on_basis": False},
        {"residual": (True, True), "species_in_products": False, "readout_width": 0},
        {
            "layers": 3,
            "correlation": (2, 2, 2),
            "residual": (False, True, True),
            "density": (False, False, True),
            "average_neighbours": (2.0, 3.0, 4.0),
            "last_readout_only": True,
            "message_irreps": ("3x0e", "2x0e", "3x0e + 2x1o"),
        },
    ],
)
def test_every_parameter_of_a_new_model_can_be_trained(changes):
    potential = model(replace(CONFIG, **changes))
    graph = Graph(jnp.asarray([1, 0, 2], jnp.int32), jnp.asarray([0, 1, 0], jnp.int32), 3)
    vectors = jnp.asarray([[0.1, 0.3, 1.2], [-0.1, -0.3, -1.2], [1.0, -0.6, 0.2]])

    def energy(params):
        variables = {**potential.parameters, "params": params}
        energies = potential.atomic_energies(variables, vectors, jnp.asarray([6, 8, 1]), graph)
        return jnp.sum(energies)

    gradient = jax.jit(jax.grad(energy))(potential.parameters["params"])
    for path, leaf in jax.tree_util.tree_leaves_with_path(gradient):
        assert np.abs(leaf).max() > 0, jax.tree_util.keystr(path)


def test_an_unknown_basis_is_refused():
    with pytest.raises(PhonoscopeError, match="fourier"):
        model(replace(CONFIG, radial_basis="fourier"))


# --- its parts -----------------------------------------------------------------------------------


def test_radial_functions_are_their_formulas():
    r = np.linspace(0.3, 4.0, 9)
    for kind, expected in {
        "bessel": [np.sqrt(2 / 4.5) * np.sin(n * np.pi * r / 4.5) / r for n in (1, 2, 3)],
        "gaussian": [np.exp(-0.5 * ((r - c) / 2.25) ** 2) for c in (0.0, 2.25, 4.5)],
        "chebyshev": [chebyshev.chebval(r, np.eye(4)[n]) for n in (1, 2, 3)],
    }.items():
        start = initial_basis(kind, 3, 4.5)
        places, factor = jnp.asarray(start["places"]), jnp.asarray(start["factor"])
        found = radial_functions(kind, places, factor, jnp.asarray(r))
        np.testing.assert_allclose(found, np.transpose(expected), rtol=1e-12, atol=1e-12)


def test_soft_transform_keeps_long_distances_and_freezes_short_ones():
    r, reach = np.array([0.1, 30.0]), np.array([2.0, 2.0])
    np.testing.assert_allclose(Soft(alpha=20.0)(r, reach), [1.5, 30.0], atol=1e-6)


def test_agnesi_transform_falls_from_one_to_zero():
    x = np.asarray(Agnesi()(np.array([1e-3, 1.0, 2.0, 1e3]), np.full(4, 2.0)))
    assert (np.diff(x) < 0).all()
    assert x[0] > 0.999
    assert x[1] == pytest.approx(1 / (1 + 1.0805 / 2))  # at the mean covalent radius
    assert x[-1] < 0.01


def test_repulsion_of_two_atoms():
    z, r = np.array([14.0, 8.0]), 0.9
    reach = covalent_radii[14] + covalent_radii[8]
    graph = Graph(jnp.asarray([1, 0], jnp.int32), jnp.asarray([0, 1], jnp.int32), 2)
    found = repulsion(Repulsion(), jnp.full(2, r), jnp.asarray(z), jnp.full(2, reach), graph)

    a = 0.4543 * 0.529 / (14**0.3 + 8**0.3)
    phi = sum(
        c * np.exp(-d * r / a)
        for c, d in [(0.1818, 3.2), (0.5099, 0.9423), (0.2802, 0.4028), (0.02817, 0.2016)]
    )
    u = r / reach  # (1 - u)^3 (1 + 3 u + ... + 28 u^6 ...) for p = 6, multiplied out
    envelope = 1 - 28 * u**6 + 48 * u**7 - 21 * u**8
    np.testing.assert_allclose(found, 14.3996 * 14 * 8 / r * phi * envelope / 2, rtol=1e-12)


def test_symmetrised_couplings_give_the_same_polynomials():
    rng = np.random.default_rng(0)
    u, a = rng.normal(size=(3, 4, 4, 4, 2)), rng.normal(size=(5, 2, 4))
    expected = np.einsum("wijkp,nci,ncj,nck->ncwp", u, a, a, a)
    found = np.einsum("wmp,ncm->ncwp", symmetrise(u), monomials(jnp.asarray(a), 3))
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_couplings_are_equivariant(order):
    irreps = e3nn.Irreps("0e + 1o + 2e")
    rotation = jnp.asarray(Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix())
    a = jnp.asarray(np.random.default_rng(1).normal(size=(1, 1, irreps.dim)))
    turned = a @ irreps.D_from_matrix(rotation).T
    u = coupling(tuple(ir for _, ir in irreps), e3nn.Irrep("1o"), order, DOUBLE)
    before, after = (jnp.einsum("wmp,ncm->pw", u, monomials(x, order)) for x in (a, turned))
    expected = before @ e3nn.Irrep("1o").D_from_matrix(rotation).T
    np.testing.assert_allclose(after, expected, atol=1e-10)
    assert np.abs(before).max() > 0.01


def test_activation_factor_normalises_the_mean_square():
    x, weights = np.polynomial.hermite_e.hermegauss(120)
    mean_square = np.sum(weights * (x / (1 + np.exp(-x))) ** 2) / weights.sum()
    # The factor of e3nn, which trained models share, comes from a million random numbers.
    assert SILU_NORMALISATION**2 * mean_square == pytest.approx(1.0, abs=5e-3)


def test_a_single_wave_is_one_of_many():
    """Training goes another way than D(q), see engine.potentials.convolution.probe."""
    potential = model(replace(CONFIG, cutoff_A=4.0))
    atoms = bulk("C", "diamond", a=4.4)
    atoms.positions[1] += [0.1, 0.05, -0.07]
    system = neighbour_system(atoms, potential.cutoff_A, layout="pairs")
    both = [
        jax.jit(probe(potential.atomic_energies, system, single))(potential.parameters)
        for single in (True, False)
    ]
    for one, other in zip(*both, strict=True):
        assert np.abs(one - other).max() < 1e-10 * np.abs(other).max()
