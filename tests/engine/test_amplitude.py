import numpy as np
import pytest
from scipy import constants

import engine
from engine import PhonoscopeError
from engine.amplitude import ellipse, mean_square_coordinate, rms_displacement_A

AMU_A2 = constants.atomic_mass * 1e-20


def omega(frequency_cm1):
    return 2 * np.pi * 100 * constants.c * frequency_cm1


def test_zero_point_motion():
    expected = constants.hbar / (2 * omega(1000.0)) / AMU_A2
    assert np.isclose(mean_square_coordinate(1000.0, 0.0), expected)
    assert np.isclose(expected, 0.016858, atol=1e-6)  # amu angstrom^2: 16.858 / wavenumber
    assert np.isclose(mean_square_coordinate(1000.0, 5.0), expected)


def test_classical_limit():
    expected = constants.k * 2000.0 / omega(10.0) ** 2 / AMU_A2
    assert np.isclose(mean_square_coordinate(10.0, 2000.0), expected, rtol=1e-5)


def test_energy_is_that_of_the_oscillator():
    """Half of hbar omega (n + 1/2), n of Bose and Einstein, is potential energy."""
    f, T = 300.0, 400.0
    n = 1 / np.expm1(constants.hbar * omega(f) / (constants.k * T))
    potential = 0.5 * omega(f) ** 2 * mean_square_coordinate(f, T) * AMU_A2
    assert np.isclose(potential, 0.5 * constants.hbar * omega(f) * (n + 0.5))


@pytest.mark.parametrize("frequency_cm1", [-200.0, 0.0, 0.3])
def test_what_nothing_holds_has_none(frequency_cm1):
    with pytest.raises(PhonoscopeError, match="no thermal amplitude"):
        mean_square_coordinate(frequency_cm1, 300.0)


def test_negative_temperature():
    with pytest.raises(PhonoscopeError, match="absolute zero"):
        mean_square_coordinate(100.0, -1.0)


def test_a_diatomic_molecule_moves_as_its_reduced_mass_says():
    """sum_j m_j <u_j^2> = <Q^2>, and the centre of mass stays."""
    vib = engine.entry("methane").result()
    masses = vib.atoms.get_masses()
    for branch in range(9):
        rms = rms_displacement_A(vib.modes, branch, 300.0)
        q2 = mean_square_coordinate(vib.modes.frequency_cm1[branch], 300.0)
        assert np.isclose(masses @ rms**2, q2)


def test_a_wave_has_the_same_per_cell():
    ph = engine.entry("silicon").result()
    modes = ph.modes(np.array([0.3, 0.1, 0.2]))
    masses = ph.atoms.get_masses()
    for branch in range(6):
        rms = rms_displacement_A(modes, branch, 300.0)
        q2 = mean_square_coordinate(modes.frequency_cm1[branch], 300.0)
        assert np.isclose(masses @ rms**2, q2)


def test_ellipse():
    rng = np.random.default_rng(0)
    u = rng.normal(size=3) + 1j * rng.normal(size=3)
    major, minor = ellipse(u)
    assert abs(major @ minor) < 1e-12
    path = (u * np.exp(-1j * np.linspace(0, 2 * np.pi, 2001))[:, None]).real
    radius = np.linalg.norm(path, axis=1)
    assert np.isclose(radius.max(), np.linalg.norm(major), rtol=1e-5)
    assert np.isclose(radius.min(), np.linalg.norm(minor), rtol=1e-5)
    line, point = ellipse(np.array([0.0, -0.5, 0.5]))
    assert np.allclose(np.abs(line), [0, 0.5, 0.5]) and np.allclose(point, 0)
