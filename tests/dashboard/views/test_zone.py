import numpy as np
import pytest
from ase.build import bulk

from dashboard.state import State
from dashboard.subject import subject_of
from dashboard.viewer import path_of, points_of, shape_of
from dashboard.views.zone import clicked_q, wave_vector, zone_of, zone_view
from engine.errors import PhonoscopeError
from engine.formats.stored import result_from_bytes, result_to_bytes
from engine.jobs import Jobs, Store
from engine.phonons import phonons


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


def test_a_click_in_the_open_takes_a_wave_vector_whose_wave_soon_repeats(silicon):
    zone, bands = zone_of(silicon), silicon.bands
    assert np.array_equal(clicked_q(zone, bands, {"name": "X"}), zone.points["X"])
    assert np.array_equal(clicked_q(zone, bands, {"point": 7}), bands.q[7])
    seen = {"start": [0.31, 0.22, 0.1], "direction": [0.0, 0.0, 1.0]}
    q = clicked_q(zone, bands, seen)
    assert np.array_equal(q, q.round(2))
    assert np.abs(zone.cartesian(q) - seen["start"]).max() < 0.02
    assert clicked_q(zone, bands, {"start": [9.0, 0, 0], "direction": [0, 0, 1]}) is None
    for x in np.linspace(-1.2, 1.2, 41):  # through the surface, whose rounded points leave the zone
        q = clicked_q(zone, bands, {"start": [x, 0.4, 5.0], "direction": [0, 0, 1]})
        if q is not None:
            assert np.abs(zone.cartesian(zone.folded(q))[:2] - [x, 0.4]).max() < 0.02


def exact_button(view):
    (button,) = view.select(lambda part: getattr(part, "label", "") == "Exact at this q")
    return button


def words_of(view):
    (words,) = view.select(lambda part: "exact" in (getattr(part, "css_classes", None) or []))
    return words.object


def test_exact_modes_and_what_they_change_in_words():
    cubic = State(entry_name="simple-cubic")
    cubic.select(2, np.array([0.13, 0.02, 0.31]))
    view, before = zone_view(cubic), cubic.modes
    exact_button(view).clicks += 1
    after = cubic.modes
    assert after is not before
    assert f"{before.frequency_cm1[2]:.1f}" in words_of(view)
    assert f"{after.frequency_cm1[2]:.1f}" in words_of(view)
    cubic.select(2, np.zeros(3))
    exact_button(view).clicks += 1
    assert "exact already" in words_of(view)


def test_the_exact_modes_of_a_stored_result_are_a_job(stillinger_weber, tmp_path):
    computed = phonons(bulk("Si"), stillinger_weber, (2, 2, 2))
    state = State()
    state.computing._jobs = Jobs(Store(tmp_path))
    try:
        stored, _ = result_from_bytes(result_to_bytes(computed))
        state.show(subject_of("mine", stored))
        q = np.array([0.21, 0.05, 0.33])
        state.select(4, q)
        view, before = zone_view(state), state.modes.frequency_cm1
        exact_button(view).clicks += 1
        expected = computed.modes(q, exact=True).frequency_cm1
        assert np.allclose(state.modes.frequency_cm1, expected, atol=1e-3)
        assert np.abs(before - expected).max() > 0.1  # the mesh was coarse
    finally:
        state.computing.jobs.close()


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
