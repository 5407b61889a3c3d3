"""Parts of the page that follow the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Thread
from typing import Any, TypeVar

import numpy as np
import panel as pn
import param
from bokeh.events import Tap
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from panel.io.state import set_curdoc

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


def on_change(parameters: param.Parameterized, names: str | list[str], act: Action) -> None:
    """Change Bokeh's models whenever a parameter changes, under the lock of their document."""
    parameters.param.watch(lambda *_: pn.state.execute(act), names)


def live_plot(
    state: State,
    plot: Callable[[], Any | None],
    marked: Callable[[], Mapping[str, Any]],
    draw_marker: Callable[[figure, ColumnDataSource], object],
    tapped: Callable[[float, float], None],
    **params: Any,
) -> pn.Column:
    """A HoloViews plot of the result, made once for each, on which only a marker moves.

    Moving the marker sends a few numbers to the browser; the plot itself is not drawn again.

    Parameters
    ----------
    plot : what HoloViews shall draw of the present result; None: nothing, and no space is taken.
    marked : data of the marker for the present selection.
    draw_marker : adds the marker's glyph to the figure.
    tapped : what a click at (x, y), in the units of the axes, does.
    """
    place = pn.Column(sizing_mode="stretch_both", **params)
    marker = ColumnDataSource()

    def prepare(drawn: Any, _element: object) -> None:
        draw_marker(drawn.state, marker)
        drawn.state.on_event(Tap, lambda event: tapped(event.x, event.y))

    def show(*_: object) -> None:
        nonlocal marker
        marker = ColumnDataSource(dict(marked()))  # it leaves the page with its plot
        made = plot()
        if made is not None:
            made = made.opts(hooks=[prepare])
        panes = [] if made is None else [pn.pane.HoloViews(made, sizing_mode="stretch_both")]
        place.param.update(objects=panes, visible=bool(panes))

    def move_marker(*_: object) -> None:
        data = dict(marked())
        if any(not np.array_equal(data[name], np.asarray(marker.data[name])) for name in data):
            pn.state.execute(partial(marker.update, data=data))  # takes the lock of the document

    state.param.watch(show, "result")
    state.param.watch(move_marker, ["modes", "branch"])
    show()
    return place


def in_background(work: Callable[[], T], then: Callable[[T], None]) -> None:
    """Work in a thread, so that the page stays alive, and hand the result to the page.

    Without a page, as in a test, all is done at once.
    """
    document = pn.state.curdoc
    if document is None:
        then(work())
        return

    def run() -> None:
        result = work()
        with set_curdoc(document):
            pn.state.execute(partial(then, result), schedule=True)

    Thread(target=run, name="beside the page", daemon=True).start()
