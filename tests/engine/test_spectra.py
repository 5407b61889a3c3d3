"""Intensities: what symmetry forbids, published numbers, rotations, isotopes; broadening."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import engine
from engine import PhonoscopeError, library, vibrations_from_hessian
from engine.spectra import (
    KM_MOL,
    broadened,
    infrared_intensities,
    intensities,
    raman_activities,
    raman_cross_section,
    spectrum,
)


def of(name, atoms=None):
    entry = library.entry(name)
    entry = entry if atoms is None else replace(entry, atoms=atoms)
    reference = entry.reference
    return intensities(
        entry.result(), reference.dipole_derivative_e, reference.polarizability_derivative_A2
    )


def test_the_unit_of_infrared_intensity():
    # 42.2561 km/mol for 1 (debye/angstrom)^2/amu, as every program has it; 1 e = 4.80320 D/angstrom
    assert pytest.approx(42.2561 * 4.80320471**2, rel=1e-5) == KM_MOL


@pytest.mark.parametrize("name", ["carbon-dioxide", "water", "methane", "buckminsterfullerene"])
def test_what_symmetry_forbids_is_exactly_zero(name):
    found, modes = of(name), library.entry(name).result().modes
    for i, level in enumerate(found.modes):
        assert (found.infrared_km_mol[i] > 0) == modes.ir_active[level[0]]
        if found.raman_A4_amu is not None:
            assert (found.raman_A4_amu[i] > 0) == modes.raman_active[level[0]]


def test_numbers_of_gases_within_the_error_of_the_method():
    """Measured absolute intensities in km/mol, and B3LYP in small bases against them.

    D. Bishop, L. Cheung, J. Phys. Chem. Ref. Data 11, 119 (1982): CO2 48 and 548; water 63.9, 2.24
    and 44.6; CH4 33 and 70. B3LYP/def2-SVP has no diffuse functions and is off by up to 20 km/mol.
    """
    for name, measured in {
        "carbon-dioxide": [48.0, 0.0, 548.0],
        "water": [63.9, 2.2, 44.6],
        "methane": [33.0, 0.0, 0.0, 70.0],
    }.items():
        found = of(name).infrared_km_mol
        assert np.abs(found - measured).max() < 0.15 * max(measured) + 20


def test_only_breathing_keeps_polarization():
    found = of("methane")  # T2, E, A1, T2
    np.testing.assert_allclose(found.depolarization, [0.75, 0.75, 0, 0.75], atol=1e-6)
    # Measured for the breathing of methane: about 230 angstrom^4/amu.
    assert 120 < found.raman_A4_amu[2] < 260


def test_nitrogen_scatters_as_much_as_measured():
    found = of("nitrogen")
    at = raman_cross_section(found.frequency_cm1, found.raman_A4_amu, laser_nm=488.0)
    # 5.5e-35 m^2/sr (H. Schroetter, H. Kloeckner, in Raman Spectroscopy of Gases and Liquids, 1979)
    assert 25 < at[0] < 75


def test_hotter_gases_scatter_more_at_low_wavenumbers():
    f, s = np.array([100.0, 3000.0, -50.0]), np.ones(3)
    cold, hot = (raman_cross_section(f, s, temperature_K=t) for t in (0.0, 300.0))
    assert hot[0] > 2 * cold[0] and hot[1] == pytest.approx(cold[1], rel=1e-5) and hot[2] == 0
    assert raman_cross_section(f, s, laser_nm=4000.0)[1] == 0  # 2500 cm-1 is not enough
    with pytest.raises(PhonoscopeError, match="experiment"):
        raman_cross_section(f, s, laser_nm=-1)


def test_turning_a_molecule_changes_nothing():
    entry = library.entry("water")
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    reference, n = entry.reference, len(entry.atoms)
    atoms = entry.atoms.copy()
    atoms.positions = atoms.positions @ turn.T
    whole = np.kron(np.eye(n), turn)
    turned = vibrations_from_hessian(
        atoms, whole @ reference.hessian_eV_A2 @ whole.T, "turned", 0.0, reference.forces_eV_A
    )
    found = intensities(
        turned,
        np.einsum("ac,ciy,xy->aix", turn, reference.dipole_derivative_e, turn),
        np.einsum("ac,bd,cdiy,xy->abix", turn, turn, reference.polarizability_derivative_A2, turn),
    )
    np.testing.assert_allclose(found.infrared_km_mol, of("water").infrared_km_mol, rtol=1e-8)
    np.testing.assert_allclose(found.raman_A4_amu, of("water").raman_A4_amu, rtol=1e-8)


def test_isotopes():
    """Of a diatomic the intensity goes with the inverse reduced mass, in infrared and in Raman."""
    atoms = library.entry("hydrogen-chloride").atoms
    hydrogen = 1 + int(np.argmin(atoms.numbers))
    heavy = engine.with_isotopes(atoms, f"{hydrogen}=2H")
    mass = [a.get_masses().prod() / a.get_masses().sum() for a in (atoms, heavy)]
    ratio = mass[0] / mass[1]
    light, deuterated = of("hydrogen-chloride"), of("hydrogen-chloride", heavy)
    assert deuterated.infrared_km_mol[0] == pytest.approx(light.infrared_km_mol[0] * ratio)
    assert deuterated.raman_A4_amu[0] == pytest.approx(light.raman_A4_amu[0] * ratio)
    # CH3D has three levels A1 and three E, and infrared light drives them all.
    one = engine.with_isotopes(library.entry("methane").atoms, "2=2H")
    assert (of("methane", one).infrared_km_mol > 1e-3).sum() == 6


def test_without_a_polarizability_there_is_no_raman_intensity():
    found = of("ferrocene")
    assert found.raman_A4_amu is None and found.depolarization is None
    assert len(found.infrared_km_mol) == len(found.modes)


def test_derivatives_of_another_molecule_are_refused():
    with pytest.raises(PhonoscopeError, match="do not belong"):
        intensities(library.entry("water").result(), np.zeros((3, 5, 3)))


@pytest.mark.parametrize("shape", ["Lorentzian", "Gaussian"])
@pytest.mark.parametrize("width", [0.1, 8.0])
def test_broadening_keeps_the_area(shape, width):
    grid = np.arange(0, 4000, 2.0)
    drawn = spectrum(grid, np.array([800.0, 1601.3]), np.array([3.0, 5.0]), width, shape)
    assert drawn.sum() * 2 == pytest.approx(8.0, rel=6e-3 if shape == "Lorentzian" else 1e-9)
    half = spectrum(np.arange(0, 100, 0.01), np.array([50.0]), np.array([1.0]), 8.0, shape)
    above = np.flatnonzero(half > half.max() / 2)
    assert 0.01 * len(above) == pytest.approx(8.0, abs=0.03)  # full width at half maximum
    with pytest.raises(PhonoscopeError, match="narrow"):
        spectrum(grid, grid, grid, 0.0)
    with pytest.raises(PhonoscopeError, match="line shape"):
        spectrum(grid, grid[:1], grid[:1], 1.0, "square")


def test_methane_absorbs_and_scatters_as_symmetry_allows():
    entry = engine.entry("methane")
    modes = entry.result().modes
    infrared = infrared_intensities(modes, entry.reference.dipole_derivative_e)
    raman = raman_activities(modes, entry.reference.polarizability_derivative_A2)
    for values, active in ((infrared, modes.ir_active), (raman, modes.raman_active)):
        assert (values[~np.array(active, bool)] < 1e-6 * values.max()).all()
        assert (values[np.array(active, bool)] > 1e-3 * values.max()).all()
    # Breathing scatters most (experiment and theory alike), 145 angstrom^4/amu with this method.
    breathing = raman[modes.irrep.index("A1")]
    assert 120 < breathing < 170 and breathing == raman.max()
    for level in modes.levels():
        assert np.allclose(infrared[level], infrared[level[0]], atol=1e-4)


def test_the_sum_over_all_modes_is_that_over_the_atoms():
    """Sum rule of B. Crawford, J. Chem. Phys. 20, 977 (1952).

    sum_Q |d mu/dQ|^2 = sum_a |d mu/dx_a|^2 / m_a,
    less what translations and rotations take, which is nothing for a neutral tetrahedron.
    """
    entry = engine.entry("methane")
    derivative, masses = entry.reference.dipole_derivative_e, entry.atoms.get_masses()
    derivative = derivative - derivative.mean(1, keepdims=True)
    modes = entry.result().modes
    total = infrared_intensities(modes, derivative).sum()
    weighted = (derivative**2 / masses[:, None]).sum()
    along = derivative.sum(1)
    assert np.isclose(total, KM_MOL * (weighted - (along**2).sum() / masses.sum()), rtol=1e-3)


def test_lines_are_as_high_as_they_are_given_and_as_wide():
    at = np.array([990.0, 1000.0, 1010.0])
    for shape in ("Lorentzian", "Gaussian"):
        curve = broadened(at, np.array([1000.0]), np.array([3.0]), 20.0, shape)
        assert np.allclose(curve, [1.5, 3.0, 1.5])
