"""Work beside the page."""

from __future__ import annotations

from threading import Event
from typing import Any

import panel as pn
import pytest
from bokeh.document import Document
from panel.io.state import set_curdoc

from dashboard.live import MOTION_FIRST_MS, in_background, once_it_moves
from dashboard.state import State


def fails(*_: Any) -> None:
    raise ZeroDivisionError("a fault")


@pytest.mark.parametrize(("work", "then"), [(fails, print), (int, fails)])
def test_faults_beside_the_page_are_told(monkeypatch, work, then):
    told, heard = Event(), []

    def handler(error: BaseException) -> None:
        heard.append(error)
        told.set()

    monkeypatch.setattr(pn.config, "exception_handler", handler)
    monkeypatch.setattr(type(pn.state), "execute", lambda _self, do, schedule: do())
    control = pn.widgets.Select()
    with set_curdoc(Document()):
        pn.config.exception_handler = handler
        in_background(work, then, control)
        assert control.loading or told.is_set()
        assert told.wait(10)
    assert not control.loading
    assert isinstance(heard[0], ZeroDivisionError)


def test_without_a_page_it_is_done_at_once():
    found: list[int] = []
    in_background(lambda: 3, found.append)
    assert found == [3]


def test_plots_are_marked_after_the_viewer_was_told(monkeypatch):
    """With a page a moment later, without one at once; of the mode that is then selected."""
    state, marked = State(), []
    once_it_moves(state, lambda: marked.append(state.branch))
    state.select(2)
    assert marked == [2]
    document, waiting = Document(), []
    monkeypatch.setattr(Document, "session_context", object())
    monkeypatch.setattr(document, "add_timeout_callback", lambda do, ms: waiting.append((do, ms)))
    with set_curdoc(document):
        state.select(3)
        state.select(4)
    assert marked == [2] and {ms for _, ms in waiting} == {MOTION_FIRST_MS}
    for do, _ in waiting:
        do()
    assert marked == [2, 4, 4]
