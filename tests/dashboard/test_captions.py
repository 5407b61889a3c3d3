import numpy as np
import pytest

import engine
from dashboard import captions
from engine.symmetry.tables import POINT_GROUPS, standard_table


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("A1", "A<sub>1</sub>"),
        ("T2g", "T<sub>2g</sub>"),
        ("E", "E"),
        ("A2''", "A<sub>2</sub>″"),
        ("E'", "E′"),
        ("Σu-", "Σ<sub>u</sub><sup>−</sup>"),
        ("B1+B2", "B<sub>1</sub> + B<sub>2</sub>"),
        ("2E", "<sup>2</sup>E"),
        ("a(2)", "a(2)"),
        (None, "–"),
    ],
)
def test_mulliken_symbols(label, shown):
    assert captions.irrep(label) == shown


def test_representations():
    assert captions.representation("A1+E+2T2") == "A<sub>1</sub> + E + 2T<sub>2</sub>"
    assert captions.representation("") == "none"
    assert "axes" in captions.representation(None)
    assert captions.representation("2Σg++Πu") == "2Σ<sub>g</sub><sup>+</sup> + Π<sub>u</sub>"


def test_imaginary_frequencies_carry_an_i_and_the_word():
    assert captions.number(-1e-7) == "0.0"
    assert captions.number(-12.34) == "12.3i"
    assert captions.number(-12.34, "THz") == "0.370i"
    assert captions.frequency(-12.34) == "12.3i cm⁻¹  (unstable)"
    assert captions.frequency(-0.4) == "0.4i cm⁻¹"  # rounding, or tiny forces
    assert captions.frequency(1306.04, "meV") == "161.93 meV"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"),
        (6.5e-29, "0"),
        (-3e-13, "0"),
        (0.0312, "0.0312"),
        (1.2e-7, "1.2 × 10⁻⁷"),
        (-0.5, "−0.5"),
        (2e5, "2.0 × 10⁵"),
    ],
)
def test_amounts_have_few_digits(value, told):
    assert captions.amount(value) == told


@pytest.mark.parametrize(
    ("name", "shown", "words"),
    [
        ("E", "<i>E</i>", "identity"),
        ("8C3", "8<i>C</i><sub>3</sub>", "rotation by 120°"),
        ("6C2'", "6<i>C</i><sub>2</sub>′", "rotation by 180°"),
        ("12C5²", "12<i>C</i><sub>5</sub>²", "rotation by 144°"),
        ("6S4", "6<i>S</i><sub>4</sub>", "rotation by 90°, then a mirror"),
        ("6σd", "6<i>σ</i><sub>d</sub>", "mirror plane"),
        ("σv'(yz)", "<i>σ</i><sub>v</sub>′(yz)", "mirror plane"),
        ("2C∞(φ)", "2<i>C</i><sub>∞</sub>(φ)", "any angle φ"),
        ("i", "<i>i</i>", "inversion"),
    ],
)
def test_operations(name, shown, words):
    assert captions.operations(name) == shown
    assert words in captions.operations_in_words(name)


def test_every_class_of_every_table_is_known():
    for group in POINT_GROUPS:
        for conjugates in standard_table(group).classes:
            assert captions.OPERATION.fullmatch(conjugates.name), conjugates.name


def test_sums_of_irreps():
    assert captions.sum_of([(1, "A1"), (2, "E")]) == "A<sub>1</sub> + 2E"
    assert captions.sum_of([(2, "B1+B2")]) == "2(B<sub>1</sub> + B<sub>2</sub>)"


def test_formula_and_group():
    assert captions.formula(engine.entry("methane").result()) == "CH₄"
    silicon = engine.entry("silicon").result()
    assert captions.group(silicon) == "Fd-3m (227)"
    assert captions.group(engine.entry("diatomic-chain").result()) == "chain, D4h"


def test_selection_rules_in_a_sentence():
    methane = engine.entry("methane").result()
    assert captions.selection_rules(methane) == "4 frequencies: 2 IR active, 4 Raman active."
    chain = engine.entry("monatomic-chain").result()
    assert "translations" in captions.selection_rules(chain)


def test_wave_vectors_have_their_names():
    silicon = engine.entry("silicon").result()
    bands = silicon.bands(n_points=20)
    assert captions.wave_vector(np.zeros(3), bands) == "Γ"
    assert captions.wave_vector(np.array([0.5, 0, 0.5]), bands) == "X"
    assert captions.wave_vector(np.array([0.1, -0.0, 0.25]), bands) == "(0.1, 0, 0.25)"
