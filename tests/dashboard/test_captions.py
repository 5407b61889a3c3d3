import numpy as np
import pytest

import engine
from dashboard import captions


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


def test_no_minus_before_a_zero_but_before_imaginary_frequencies():
    assert captions.number(-1e-7) == "0.0"
    assert captions.number(-12.34) == "-12.3"


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
