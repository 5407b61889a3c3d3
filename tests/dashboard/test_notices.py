import numpy as np

from dashboard.lesson import lesson
from dashboard.player import Playback
from dashboard.player.offered import offer_to_page
from dashboard.state import Notice, State
from dashboard.viewer import Viewer
from engine.errors import PhonoscopeError


def test_mistakes_are_told_with_what_to_do_and_faults_as_such():
    state = State()
    state.tell(PhonoscopeError("This is wrong", "because", "Do that."))
    assert state.notice == Notice("This is wrong: because.", "Do that.", "error")
    state.tell(ZeroDivisionError("division by zero"))
    assert "fault of the program: ZeroDivisionError" in state.notice.what
    state.tell("Done.")
    assert state.notice == Notice("Done.")


def test_the_same_words_are_told_again():
    state, told = State(), []
    state.param.watch(lambda event: told.append(event.new), "notice")
    state.tell("Done.")
    state.tell("Done.")
    assert [notice.what for notice in told if notice] == ["Done.", "Done."]


def test_keys_do_what_the_list_says():
    state, viewer = State(), Viewer()
    playback = Playback(state, viewer)
    offer_to_page(playback)
    press = state.keys.actions
    press["ArrowRight"]()
    press["u"]()
    press[" "]()
    press["a"]()
    press["p"]()
    for _ in range(30):
        press["ArrowUp"]()
    assert (state.branch, state.unit, state.projector) == (1, "THz", True)
    assert (viewer.playing, viewer.arrows, playback.amplitude_A) == (False, False, 1.0)
    names = [name for key in state.keys.all for name in key.names]
    assert len(set(names)) == len(names)


def test_a_lesson_does_not_take_along_that_this_browser_asks_for_less_motion():
    state, viewer = State(), Viewer()
    Playback(state, viewer)
    viewer.param.update(held=True, playing=False)
    assert '"playing": true' in lesson(state, viewer, {})
    viewer.playing = True
    viewer.playing = False
    assert '"playing": false' in lesson(state, viewer, {})


def test_a_lesson_holds_everything_and_asks_nobody():
    state, viewer = State({"structure": "silicon", "q": "0.5,0,0.5"}), Viewer()
    Playback(state, viewer)
    page = lesson(state, viewer, {"model": "stillinger-weber"})
    assert "stillinger-weber" in page and "Si · Fd-3m (227)" in page
    assert "$" not in page.split("<script")[0]
    assert 'src="' not in page and 'href="' not in page
    assert np.isfinite(len(page)) and len(page) > 500_000
