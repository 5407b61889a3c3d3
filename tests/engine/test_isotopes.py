import numpy as np
import pytest
from ase.build import molecule

from engine import PhonoscopeError
from engine.isotopes import (
    isotope_mass_amu,
    isotopes_of,
    isotopes_text,
    parse_isotopes,
    with_isotopes,
)


def test_text_is_understood():
    assert parse_isotopes("2=2H, 3=D,1=18O") == {2: ("H", 2), 3: ("H", 2), 1: ("O", 18)}
    assert parse_isotopes("7=T") == {7: ("H", 3)}
    assert parse_isotopes("") == {}


@pytest.mark.parametrize(
    ("isotope", "mass_amu"),  # AME2020, M. Wang et al., Chinese Phys. C 45, 030003 (2021)
    [
        (("H", 1), 1.00782503190),
        (("H", 2), 2.01410177784),
        (("H", 3), 3.01604928132),
        (("Li", 6), 6.01512288741),
        (("B", 10), 10.01293686),
        (("C", 13), 13.00335483534),
        (("C", 14), 14.00324198862),
        (("N", 15), 15.00010889827),
        (("O", 18), 17.99915961214),
        (("Si", 30), 29.97377013700),
        (("S", 34), 33.96786701),
        (("Cl", 37), 36.96590257),
        (("U", 235), 235.04392819),
    ],
)
def test_masses_are_those_of_the_tables(isotope, mass_amu):
    assert isotope_mass_amu(*isotope) == pytest.approx(mass_amu, abs=1e-5)


def test_only_the_atoms_named_change():
    water = molecule("H2O")
    heavy = with_isotopes(water, "2=2H")
    assert heavy.get_masses()[1] == pytest.approx(2.0141, abs=1e-4)
    assert np.array_equal(heavy.get_masses()[[0, 2]], water.get_masses()[[0, 2]])
    assert np.array_equal(heavy.positions, water.positions)
    assert water.get_masses()[1] == pytest.approx(1.008)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4=2H", "no atom 4"),
        ("0=2H", "no atom 0"),
        ("1=2H", "it is O"),
        ("2=9H", "known are 1H, 2H, 3H"),
        ("1=1Xy", "Atom 1 cannot be"),
        ("2", "cannot be understood"),
        ("2=H", "cannot be understood"),
        ("two=2H", "cannot be understood"),
        ("²=2H", "cannot be understood"),
        ("2=2H,2=3H", "two isotopes"),
    ],
)
def test_mistakes_are_told(text, said):
    with pytest.raises(PhonoscopeError, match=said):
        with_isotopes(molecule("H2O"), text)


def test_unknown_elements_have_no_isotopes():
    with pytest.raises(PhonoscopeError, match="no element 'Xy'"):
        isotope_mass_amu("Xy", 1)
    with pytest.raises(PhonoscopeError, match="known are none"):
        isotope_mass_amu("Tc", 99)


def test_isotopes_of_an_element():
    assert list(isotopes_of("H")) == [1, 2, 3]
    assert list(isotopes_of("C")) == [12, 13, 14]
    assert isotopes_of("C")[12] == 12
    assert list(isotopes_of("Cl")) == [35, 37]
    with pytest.raises(PhonoscopeError, match="no element"):
        isotopes_of("Q")


def test_the_text_of_isotopes_gives_them_back():
    methanol = molecule("CH3OH")
    assert isotopes_text(methanol, methanol) == ""
    text = "1=13C,2=18O,4=3H"
    heavy = with_isotopes(methanol, text)
    assert isotopes_text(heavy, methanol) == text
    assert np.array_equal(with_isotopes(methanol, text).get_masses(), heavy.get_masses())
    assert isotopes_text(methanol, heavy) == ""  # the mean of nature is no isotope
