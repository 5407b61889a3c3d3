"""Following an unstable mode to a structure of lower energy."""

import numpy as np
import pytest

import engine
from dashboard.player.follow import displaced, follow_button, model_of
from dashboard.player.playback import Playback
from dashboard.state import State
from dashboard.viewer import Viewer


@pytest.fixture
def playback():
    return Playback(State(entry_name="barium-titanate"), Viewer())


def test_an_unstable_mode_is_followed_to_compute(playback):
    state, button = playback.state, follow_button(playback)
    assert state.modes.frequency_cm1[0] < -50
    state.select(0)
    assert button.visible
    button.clicks += 1
    draft = state.computing.draft
    assert state.drawer == "Compute"
    assert state.computing.model == "nequix-oam-1-pft"
    assert draft.group.startswith("P4mm")  # off its centre along one axis
    assert "Displaced by up to 0.30 Å" in draft.notes[0]
    state.select(len(state.modes) - 1)
    assert not button.visible


def test_it_starts_at_the_turning_point_of_the_motion(playback):
    playback.state.select(0)
    playback.amplitude_A = 0.2
    atoms = displaced(playback).atoms
    moved = atoms.positions - playback.state.result.atoms.positions
    assert np.isclose(np.linalg.norm(moved, axis=1).max(), 0.2)


def test_a_wave_is_followed_in_the_cell_where_it_repeats():
    playback = Playback(State(entry_name="silicon"), Viewer())
    playback.state.select(0, np.array([0.5, 0.0, 0.5]))
    assert len(displaced(playback).atoms) == 4
    assert not follow_button(playback).visible


def test_the_model_is_the_one_that_computed_what_is_shown():
    molecule = Playback(State(entry_name="methane"), Viewer())
    assert model_of(molecule) == ""  # density-functional theory is not at hand
    chain = Playback(State(entry_name="diatomic-chain"), Viewer())
    assert engine.load_model(model_of(chain)).name
