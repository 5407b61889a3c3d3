import numpy as np
import pytest

from dashboard.state import State
from dashboard.viewer import path_of, points_of, shape_of
from dashboard.views.zone import comparison, exact_modes, wave_vector, zone_of, zone_view
from engine.errors import PhonoscopeError


@pytest.fixture
def silicon():
    return State(entry_name="silicon")


def test_a_wave_vector_is_a_name_or_three_numbers(silicon):
    zone = zone_of(silicon)
    assert np.array_equal(wave_vector("G", zone), [0, 0, 0])
    assert np.array_equal(wave_vector(" X", zone), zone.points["X"])
    assert np.allclose(wave_vector("1/3, 0 -0.25", zone), [1 / 3, 0, -0.25])
    for wrong in ("", "Y7", "0.1, 0.2", "1/0, 0, 0", "nan, 0, 0"):
        with pytest.raises(PhonoscopeError, match="no wave vector"):
            wave_vector(wrong, zone)


def test_the_drawing_is_plain_data(silicon):
    zone = zone_of(silicon)
    shape = shape_of(zone)
    assert (len(shape["vertices"]), len(shape["edges"]), len(shape["faces"])) == (24, 36, 14)
    assert {point["name"] for point in points_of(zone)} >= {"Γ", "X", "L", "K"}
    pieces = path_of(zone, silicon.bands)
    assert [piece["first"] for piece in pieces] == [s.first for s in silicon.bands.segments]


def test_exact_modes_and_what_they_change_in_words():
    cubic = State(entry_name="simple-cubic")
    cubic.select(2, np.array([0.13, 0.02, 0.31]))
    before, after = cubic.modes, exact_modes(cubic)
    text = comparison(before, after, 2, "cm⁻¹")
    assert f"{before.frequency_cm1[2]:.1f}" in text and f"{after.frequency_cm1[2]:.1f}" in text
    cubic.select(2, np.zeros(3))
    assert "exact already" in comparison(cubic.modes, exact_modes(cubic), 2, "cm⁻¹")


def test_another_path_and_back(silicon):
    standard = silicon.bands
    silicon.follow("L-G,K-X")
    assert [name for name, _ in silicon.bands.labels] == ["L", "Γ", "K", "X"]
    with pytest.raises(PhonoscopeError, match="labelled points"):
        silicon.follow("Γ-Q")
    assert silicon.path == "L-G,K-X"
    silicon.follow("auto")
    assert silicon.bands is standard
    silicon.follow("Γ-L")
    silicon.entry_name = "diatomic-chain"
    assert silicon.path == "auto"


def test_it_is_made_for_molecules_chains_and_crystals():
    state = State(entry_name="methane")
    zone_view(state)
    for name in ("monatomic-chain", "simple-cubic", "methane"):
        state.entry_name = name
