"""Against the dispersions of the textbooks."""

import numpy as np
import pytest

import engine
from engine import PhonoscopeError
from engine.potentials.springs import springs
from engine.units import CM1_PER_ROOT

K, A, REST, SPACING = 4.0, 2.5, 2.0, 2.5
TENSION = 1 - REST / SPACING


def test_monatomic_chain_is_a_sine():
    ph = engine.entry("monatomic-chain").result()
    m = ph.atoms.get_masses()[0]
    for x in (0.0, 0.13, 0.25, 0.5):
        sine = CM1_PER_ROOT * 2 * np.sqrt(K / m) * abs(np.sin(np.pi * x))
        expected = np.sort([sine, *2 * [np.sqrt(TENSION) * sine]])
        assert np.allclose(ph.modes(np.array([x, 0, 0])).frequency_cm1, expected, atol=1e-4)


def test_diatomic_chain_has_the_gap_of_the_textbook():
    ph = engine.entry("diatomic-chain").result()
    light, heavy = np.sort(ph.atoms.get_masses())
    longitudinal = ph.modes(np.array([0.5, 0, 0])).frequency_cm1
    edge = CM1_PER_ROOT * np.sqrt(2 * K / np.array([heavy, light]))
    assert np.isclose(np.abs(longitudinal[:, None] - edge).min(0).max(), 0.0, atol=1e-6)
    top = CM1_PER_ROOT * np.sqrt(2 * K * (1 / light + 1 / heavy))
    assert np.isclose(ph.gamma.frequency_cm1[-1], top)


def test_simple_cubic_along_a_cube_edge():
    # Along [100]: m omega_L^2 = 4 (k1 + 2 k2) s^2, m omega_T^2 = 4 k2 s^2, s = sin(q a / 2).
    ph = engine.entry("simple-cubic").result()
    m, k1, k2 = ph.atoms.get_masses()[0], 3.0, 1.0
    for x in (0.1, 0.5):
        s = 2 * np.sin(np.pi * x) / np.sqrt(m) * CM1_PER_ROOT
        expected = [s * np.sqrt(k2), s * np.sqrt(k2), s * np.sqrt(k1 + 2 * k2)]
        assert np.allclose(ph.modes(np.array([x, 0, 0])).frequency_cm1, expected, rtol=1e-6)


def test_incomplete_springs_are_refused():
    with pytest.raises(PhonoscopeError, match="stiffness_eV_A2"):
        springs([{"between": ["Na", "Na"], "within_A": [2, 3], "rest_length_A": 2.0}])
    with pytest.raises(PhonoscopeError, match="Qq"):
        springs(
            [
                {
                    "between": ["Qq", "Na"],
                    "within_A": [2, 3],
                    "rest_length_A": 2,
                    "stiffness_eV_A2": 1,
                }
            ]
        )
