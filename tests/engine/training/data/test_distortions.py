"""Geometries around a minimum: widths from statistical mechanics, bonds as long as asked."""

from __future__ import annotations

import ase.build
import numpy as np
import pytest
from ase.units import invcm, kB

from engine.training.data.distortions import (
    FARTHEST_A,
    SOFTEST_CM1,
    WIDEST,
    normal_modes,
    random,
    starting_geometry,
    stretched,
    thermal,
    thermal_spread_A,
)
from engine.training.data.molecule_list import MOLECULES
from engine.units import CM1_PER_ROOT
from tests.engine.training.data.hooke import Springs


def at_rest(name: str, stiffness: float = 30.0):
    atoms = ase.build.molecule(name)
    hessian = Springs(stiffness).label(atoms, name, "equilibrium", hessian=True).hessian_eV_A2
    assert hessian is not None
    return atoms, hessian, normal_modes(atoms, hessian)


@pytest.mark.parametrize(("name", "number"), [("H2", 1), ("CO2", 4), ("H2O", 3), ("CH4", 9)])
def test_rigid_motions_are_left_out(name: str, number: int) -> None:
    assert len(at_rest(name)[2]) == number


def energies_eV(modes, spread_A):
    """Mean potential energy of each mode, 1/2 m omega^2 <x^2>, from its frequency."""
    stiffness = modes.reduced_mass_amu * (modes.frequency_cm1 / CM1_PER_ROOT) ** 2
    return stiffness * spread_A**2 / 2


def test_cold_oscillators_have_half_of_their_zero_point_energy_as_potential() -> None:
    modes = at_rest("H2O")[2]
    potential = energies_eV(modes, thermal_spread_A(modes, 1.0))
    np.testing.assert_allclose(potential, modes.frequency_cm1 * invcm / 4, rtol=1e-6)


def test_classical_oscillators_have_half_kT_and_hot_quantum_ones_too() -> None:
    modes = at_rest("H2O")[2]
    classical = energies_eV(modes, thermal_spread_A(modes, 700.0, quantum=False))
    np.testing.assert_allclose(classical, kB * 700 / 2, rtol=1e-6)
    hot = [thermal_spread_A(modes, 1e5, quantum) for quantum in (True, False)]
    np.testing.assert_allclose(hot[0], hot[1], rtol=1e-3)


def test_soft_modes_go_no_farther_than_the_softest_allowed() -> None:
    _, _, modes = at_rest("H2O", stiffness=1e-4)
    assert (modes.frequency_cm1 < SOFTEST_CM1).all()
    _, _, harder = at_rest("H2O", stiffness=1e-4 * (SOFTEST_CM1 / modes.frequency_cm1[0]) ** 2)
    soft, hard = (thermal_spread_A(m, 300.0)[0] for m in (modes, harder))
    np.testing.assert_allclose(soft, hard, rtol=1e-6)


def test_draws_are_as_wide_as_they_should_be_and_along_the_modes() -> None:
    atoms, _, modes = at_rest("H2")
    rng = np.random.default_rng(0)
    moved = [thermal(atoms, modes, 300, rng).positions - atoms.positions for _ in range(2000)]
    along = np.einsum("tac,ac->t", moved, modes.displacement[0])
    spread = thermal_spread_A(modes, 300)[0]
    assert np.abs(along).max() <= WIDEST * spread * (1 + 1e-9)
    assert 0.88 * spread < along.std() < 1.0 * spread  # clipping at 2 sigma leaves 0.96
    rest = moved - along[:, None, None] * modes.displacement[0].real
    np.testing.assert_allclose(rest, 0, atol=1e-12)


def test_no_atom_goes_too_far() -> None:
    atoms = ase.build.molecule("CH3CHO")
    moved = random(atoms, 5.0, np.random.default_rng(1))
    farthest = np.linalg.norm(moved.positions - atoms.positions, axis=1).max()
    assert farthest == pytest.approx(FARTHEST_A)


@pytest.mark.parametrize("seed", range(6))
def test_a_stretched_bond_is_as_long_as_asked_and_both_sides_keep_their_shape(seed: int) -> None:
    atoms = ase.build.molecule("CH3CH2OH")
    moved = stretched(atoms, atoms, 1.3, np.random.default_rng(seed))
    before, after = atoms.get_all_distances(), moved.get_all_distances()
    shift = np.linalg.norm(moved.positions - atoms.positions, axis=1)
    sides = shift > 1e-9
    assert 0 < atoms.get_masses()[sides].sum() <= atoms.get_masses().sum() / 2
    for side in (sides, ~sides):
        np.testing.assert_allclose(after[side][:, side], before[side][:, side], atol=1e-9)
    ratio = after[sides][:, ~sides] / before[sides][:, ~sides]
    shortest = np.unravel_index(before[sides][:, ~sides].argmin(), ratio.shape)
    assert ratio[shortest] == pytest.approx(1.3)


def test_one_atom_of_a_ring_moves() -> None:
    atoms = ase.build.molecule("C3H6_D3h")
    carbons = atoms[atoms.symbols == "C"]
    moved = stretched(carbons, carbons, 1.2, np.random.default_rng(0))
    assert (np.abs(moved.positions - carbons.positions).max(axis=1) > 1e-9).sum() == 1


def test_diatomics_have_a_bond_to_stretch() -> None:
    for name in ("H2", "F2", "N2", "HF"):
        atoms = ase.build.molecule(name)
        moved = stretched(atoms, atoms, 1.15, np.random.default_rng(0))
        assert moved.get_distance(0, 1) == pytest.approx(1.15 * atoms.get_distance(0, 1))


def test_smiles_become_geometries_with_distances_of_bonds() -> None:
    pytest.importorskip("rdkit", reason="RDKit embeds SMILES")
    for molecule in [m for m in MOLECULES if not m.g2 and m.heavy_atoms <= 3]:
        atoms = starting_geometry(molecule)
        apart = atoms.get_all_distances() + 9 * np.eye(len(atoms))
        assert apart.min() > 0.85 and apart.min(axis=1).max() < 1.7, molecule
