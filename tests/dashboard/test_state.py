import numpy as np
import pytest

from dashboard.state import State
from engine import library
from engine.isotopes import isotope_mass_amu


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
    state.substitute({2: isotope_mass_amu("H", 2)})
    assert "isotopes=2:2H" in state.address.query
    frequencies = state.modes.frequency_cm1
    other = State({"structure": "water", "isotopes": "2:2H"})
    assert other.address.complaint() is None
    assert np.allclose(other.modes.frequency_cm1, frequencies, atol=1e-6)
    assert other.result.group.name == "Cs"
    nature = other.subject.plain.result.atoms.get_masses()[1]
    other.substitute({2: nature})
    assert "isotopes" not in other.address.query
    wrong = State({"structure": "water", "isotopes": "1:2H"})
    assert "it is O" in wrong.address.complaint()
