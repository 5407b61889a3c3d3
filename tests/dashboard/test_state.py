import numpy as np
import pytest

from dashboard.state import State
from engine import library


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
