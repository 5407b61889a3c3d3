import pytest

import engine
from dashboard.views.thermal import in_words
from engine.phonons.thermal import per_formula_unit


@pytest.fixture(scope="module")
def silicon():
    return engine.entry("silicon").result()


def test_the_words_tell_values_units_and_what_they_belong_to(silicon):
    thermal = silicon.thermal([0.0, 300.0])
    text = in_words(silicon.atoms, per_formula_unit(thermal, silicon.atoms), 300.0)
    assert "Per mole of Si at 300 K" in text
    assert f"{thermal.heat_capacity_J_mol_K[1] / 2:.2f} J/(mol K)" in text
    assert f"{thermal.free_energy_kJ_mol[1] / 2:.2f} kJ/mol" in text
    assert "unstable" not in text.lower()


def test_imaginary_modes_are_warned_of(silicon):
    from dataclasses import replace

    broken = replace(silicon.thermal([300.0]), imaginary_modes=12, left_out_weight=0.05)
    text = in_words(silicon.atoms, broken, 300.0)
    assert "Unstable" in text and "5 %" in text
