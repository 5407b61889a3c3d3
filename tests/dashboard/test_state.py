from threading import Event

import numpy as np
import pytest
from ase.build import bulk

import engine
from dashboard.state import State, compute_ahead
from dashboard.subject import of_entry, subject_of
from engine import library
from engine.isotopes import isotope_mass_amu
from tests.engine.phonons.test_mesh import pairs


@pytest.mark.parametrize("name", library.names())
def test_every_entry_opens_on_a_mode_that_moves(name):
    state = State(entry_name=name)
    assert not state.modes.acoustic[state.branch]
    assert (state.bands is None) == (library.entry(name).kind == "molecule")


def test_selecting_changes_wave_vector_and_branch_together():
    state = State(entry_name="silicon")
    seen = []
    state.param.watch(
        lambda *events: seen.append((state.q.tolist(), state.branch)), ["modes", "branch"]
    )
    state.select(2, np.array([0.5, 0.0, 0.5]))
    assert seen == [([0.5, 0.0, 0.5], 2)]
    state.select(99)
    assert state.branch == 5


def test_another_mode_of_the_same_wave_is_no_change_of_modes():
    state, seen = State(entry_name="silicon"), []
    state.param.watch(lambda *events: seen.extend(event.name for event in events), "modes")
    state.select(2)
    state.select(4, state.q)
    assert not seen and state.branch == 4


def test_stepping_goes_around():
    state = State(entry_name="methane")
    state.step(-1)
    assert state.branch == 8
    state.step(1)
    assert state.branch == 0


def test_changing_the_structure_shows_nothing_of_the_old_one():
    state = State(entry_name="silicon")
    state.select(1, np.array([0.5, 0.5, 0.5]))
    consistent = []
    state.param.watch(
        lambda *_: consistent.append(
            len(state.modes) == 9 and state.bands is None and state.branch < 9
        ),
        ["result", "modes", "branch", "bands"],
    )
    state.entry_name = "methane"
    assert consistent == [True]


def test_a_link_carries_isotopes():
    state = State({"structure": "water"})
    state.show_instead(state.substituted({2: isotope_mass_amu("H", 2)}))
    assert "isotopes=2:2H" in state.address.query
    frequencies = state.modes.frequency_cm1
    other = State({"structure": "water", "isotopes": "2:2H"})
    assert other.address.complaint() is None
    assert np.allclose(other.modes.frequency_cm1, frequencies, atol=1e-6)
    assert other.result.group.name == "Cs"
    nature = other.subject.plain.result.atoms.get_masses()[1]
    other.show_instead(other.substituted({2: nature}))
    assert "isotopes" not in other.address.query
    wrong = State({"structure": "water", "isotopes": "1:2H"})
    assert "it is O" in wrong.address.complaint()


def test_a_link_carries_the_direction_in_which_the_zone_centre_is_approached(monkeypatch):
    """In a polar crystal it decides where the longitudinal mode is."""
    charges = np.array([1.9 * np.eye(3), -1.9 * np.eye(3)])
    born = charges, 3.0 * np.eye(3)
    atoms = bulk("MgO", "rocksalt", a=4.21)
    polar = subject_of("MgO", engine.phonons(atoms, pairs("Mg", "O", within=2.5), (2, 2, 2), born))
    monkeypatch.setattr("dashboard.state.of_entry", lambda name: polar)
    state = State()
    assert "towards" not in state.address.query
    state.select(5, np.zeros(3), np.array([2.0, 0.0, 1.0]))
    assert "towards=1,0,0.5" in state.address.query
    longitudinal = state.modes.frequency_cm1[5]
    other = State({"towards": "1,0,0.5", "mode": "6"})
    assert other.address.complaint() is None and other.branch == 5
    assert other.modes.frequency_cm1[5] == pytest.approx(longitudinal)
    assert other.modes.frequency_cm1[5] > 1.1 * other.modes.frequency_cm1[4]
    other.select(0, np.array([0.5, 0.0, 0.0]))
    assert "towards" not in other.address.query
    assert "are expected" in (State({"towards": "x"}).address.complaint() or "")


def test_no_direction_without_born_charges():
    told = State({"structure": "silicon", "towards": "1,0,0"}).address.complaint()
    assert "without Born charges" in told


def test_what_computes_ahead_waits_until_nobody_asks(monkeypatch):
    asked, reached = State(entry_name="methane"), Event()
    monkeypatch.setattr("dashboard.state.QUIET_S", 1.0)
    monkeypatch.setattr("dashboard.state.library.names", lambda: ("methane",))
    monkeypatch.setattr("dashboard.state.of_entry", lambda name: reached.set() or of_entry(name))
    asked.select(1)
    compute_ahead.__wrapped__()
    assert not reached.wait(0.5)
    asked.select(2)  # it begins to wait anew
    assert not reached.wait(0.7)
    assert reached.wait(10)
