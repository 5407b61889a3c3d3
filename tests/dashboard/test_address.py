import numpy as np
import pytest

import engine
from dashboard.address import q_of, text_of_q
from dashboard.player import Playback
from dashboard.player.offered import offer_to_page
from dashboard.state import State
from dashboard.viewer import Viewer
from engine.formats.stored import result_to_bytes
from engine.jobs.store import Store


def opened(query):
    """A page's state and player, as the address asks."""
    asked = dict(part.split("=") for part in query.lstrip("?").split("&") if part)
    state = State(asked)
    viewer = Viewer()
    playback = Playback(state, viewer)
    offer_to_page(playback)
    return state, viewer, playback


def test_what_is_as_at_the_start_is_left_out():
    state, _, _ = opened("")
    assert state.address.query == "?structure=methane&mode=1"


def test_a_link_opens_the_same_state():
    query = (
        "?structure=silicon&q=0.5,0,0.5&mode=4&unit=THz&projector=yes&playing=no&speed=1.2"
        "&style=wireframe&arrows=no&amplitude=0.15&cells=3,1,2&with=5:0.5:90"
    )
    state, viewer, playback = opened(query)
    assert state.address.query == query
    assert state.address.complaint() is None
    assert np.allclose(state.q, [0.5, 0, 0.5])
    assert (state.branch, state.unit, state.projector) == (3, "THz", True)
    assert (viewer.style, viewer.arrows, viewer.playing) == ("wireframe", False, False)
    assert (playback.a, playback.b, playback.c, playback.amplitude_A) == (3, 1, 2, 0.15)
    again, viewer_again, _ = opened(state.address.query)
    assert again.address.query == query
    for mine, theirs in zip(viewer.motion["waves"], viewer_again.motion["waves"], strict=True):
        assert np.allclose(mine["re"], theirs["re"]) and np.allclose(mine["im"], theirs["im"])


def test_it_follows_what_is_done():
    state, viewer, playback = opened("structure=silicon")
    state.select(1, np.array([0, 1 / 3, 1 / 3]))
    viewer.trace = True
    playback.amplitude_A = 0.5
    assert state.address.query == ("?structure=silicon&q=0,1/3,1/3&mode=2&trace=yes&amplitude=0.5")
    state.entry_name = "methane"
    assert "q=" not in state.address.query
    assert "structure=methane&mode=1" in state.address.query


@pytest.mark.parametrize(
    "wrong",
    [
        "structure=unobtainium",
        "mode=77",
        "mode=-1",
        "mode=x",
        "q=1,2,3",  # of methane
        "unit=furlong",
        "playing=maybe",
        "style=x",
        "amplitude=5",
        "amplitude=nan",
        "cells=0,1,1",
        "cells=1,1",
        "with=1",
        "with=99:1:0",
        "foo=bar",
    ],
)
def test_what_cannot_be_used_is_left_out_and_told(wrong):
    state, _, _ = opened(wrong)
    assert state.address.query == "?structure=methane&mode=1"
    assert wrong in state.address.complaint()


@pytest.mark.parametrize("wrong", ["q=1,2", "q=a,b,c", "q=inf,0,0", "q=1/0,0,0", "q=1e9,0,0"])
def test_wrong_wave_vectors(wrong):
    state, _, _ = opened(f"structure=silicon&{wrong}")
    assert wrong in state.address.complaint()
    assert not state.q.any()


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ((0.5, 0, 0.5), "0.5,0,0.5"),
        ((1 / 3, -2 / 3, -0.0), "1/3,-2/3,0"),
        ((13 / 50, 0.0125, 3 / 46), "0.26,0.0125,3/46"),
        ((0.1234567890123, 0, 0), "0.123456789012,0,0"),
    ],
)
def test_wave_vectors_are_short_and_exact(q, text):
    assert text_of_q(np.array(q)) == text
    assert np.allclose(q_of(text), q, atol=1e-12, rtol=0)


def test_a_result_of_ones_own_is_found_again_by_its_key(tmp_path, monkeypatch):
    monkeypatch.setenv("PHONOSCOPE_CACHE", str(tmp_path))
    key = "ab" * 32
    Store().put(key, result_to_bytes(engine.entry("diatomic-chain").result()))
    state, _, _ = opened(f"result={key}&q=0.25,0,0&mode=2")
    assert state.address.query == f"?result={key}&q=0.25,0,0&mode=2"
    assert state.subject.title == "NaCl"
    gone, _, _ = opened(f"result={'0' * 64}")
    assert "not on this server" in gone.address.complaint()
    assert "structure=methane" in gone.address.query
