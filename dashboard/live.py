"""Parts of the page that follow the state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any, TypeVar, cast

import panel as pn
import param
from panel.io.state import set_curdoc
from panel.viewable import Viewable

from dashboard.state import State

T = TypeVar("T")
Action = Callable[[], None]


def live_text(
    state: State, names: list[str], text: Callable[[], str], **params: Any
) -> pn.pane.HTML:
    """HTML that is written again whenever one of the named parameters of the state changes."""
    pane = pn.pane.HTML(text(), **params)
    state.param.watch(lambda *_: pane.param.update(object=text()), names)
    return pane


def made_when_first(
    owner: param.Parameterized,
    names: str,
    seen: Callable[[], bool],
    place: Any,
    parts: Callable[[], list[Any]],
) -> None:
    """Make the parts of a place when it is seen for the first time: the page opens sooner.

    Parts must be made as they are to be seen: Panel sends a change of a part's text at once, but
    the new part itself only when the callback ends, and the change, come too early, is lost.

    Parameters
    ----------
    owner, names : what changes when ``seen`` may have become true.
    """

    def fill(*_: object) -> None:
        if seen() and not place.objects:
            place.objects = parts()

    owner.param.watch(fill, names)
    fill()


def after_first_paint(make: Action) -> None:
    """Make a part of the page once the browser has drawn what it has: the motion starts sooner.

    Without a page, as in a test, at once.
    """
    pn.state.onload(make)


def on_change(parameters: param.Parameterized, names: str | list[str], act: Action) -> None:
    """Change Bokeh's models whenever a parameter changes, under the lock of their document."""
    parameters.param.watch(lambda *_: under_lock(act), names)


MOTION_FIRST_MS = 80
"""Head start of the viewer over the plots. Panel holds its messages back, in steps of 10 ms, while
Bokeh writes one of its own: marks in plots, being Bokeh's, would overtake the motion."""


def once_it_moves(state: State, mark: Action) -> None:
    """Mark the selected mode in a plot, when the viewer has been told of it.

    Without a page, as in a test, at once.
    """

    def later(*_: object) -> None:
        document = pn.state.curdoc
        if document is None or document.session_context is None:
            mark()
        else:
            document.add_timeout_callback(lambda: pn.state.execute(mark), MOTION_FIRST_MS)

    state.param.watch(later, ["modes", "branch"])


def under_lock(act: Action) -> None:
    """Change Bokeh's models in a moment, under the lock of their document.

    Panel may process an event without that lock, which its own models do not need.
    """
    pn.state.execute(act, schedule=True)


def in_background(
    work: Callable[[], T], then: Callable[[T], None], control: Viewable | None = None
) -> None:
    """Work in a thread, so that the page stays alive, and hand the result to the page.

    What goes wrong on either side is told on the page, like the exception of a callback. Without a
    page, as in a test, all is done at once.

    Parameters
    ----------
    control : is shown as busy until the end, good or bad.
    """
    document = pn.state.curdoc
    if document is None:
        then(work())
        return

    if control is not None:
        control.loading = True

    def finish(result: T | None, error: Exception | None) -> None:
        if control is not None:
            control.loading = False
        try:
            if error is not None:
                raise error
            then(cast(T, result))
        except Exception as fault:
            if pn.config.exception_handler is None:
                raise
            pn.config.exception_handler(fault)

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as fault:
            error = fault
        with set_curdoc(document):
            pn.state.execute(partial(finish, result, error), schedule=True)

    thread = Thread(target=run, name="beside the page", daemon=True)
    if document.session_context is None or pn.state.loaded:
        thread.start()
    else:  # a result that comes while the page is being made may be lost
        pn.state.onload(thread.start)
