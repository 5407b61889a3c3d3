"""The calculations of this session: how far they are, how to end them, and their results."""

from __future__ import annotations

from html import escape

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard import palette
from dashboard.computing import Request
from dashboard.facts import STYLE, problem
from dashboard.state import State

LINE = """
:host { font-size: 13px; line-height: 1.35; color: inherit; }
.detail { opacity: 0.75; }
"""


def jobs_view(state: State) -> Viewable:
    """A line for each job; nothing, and no space, without one."""
    computing = state.computing
    place = pn.Column(
        sizing_mode="stretch_width", visible=False, css_classes=["jobs"], margin=(0, 10)
    )
    lines: dict[int, _Line] = {}

    def show(*_: object) -> None:
        for request in computing.requests:
            if id(request) not in lines:
                lines[id(request)] = _Line(state, request)
        present = {id(request) for request in computing.requests}
        for gone in set(lines) - present:
            del lines[gone]
        for line in lines.values():
            line.update()
        objects = [lines[id(request)].row for request in computing.requests]
        if place.objects != objects:
            place.objects = objects
        place.visible = bool(objects)

    computing.param.watch(show, ["requests", "ticks"])
    return place


class _Line:
    """One job on the page; its widgets stay and change."""

    def __init__(self, state: State, request: Request) -> None:
        self.state, self.request = state, request
        computing = state.computing
        self.words = pn.pane.HTML(
            "", stylesheets=[STYLE, LINE], sizing_mode="stretch_width", margin=(2, 8)
        )
        self.bar = pmui.LinearProgress(value=0, width=150, margin=(0, 8), description="")
        self.cancel = pmui.Button(
            label="Cancel",
            size="small",
            variant="outlined",
            color="error",
            margin=(2, 4),
            on_click=lambda _: computing.cancel(request),
        )
        self.show = pmui.Button(
            label="Show",
            size="small",
            variant="contained",
            margin=(2, 4),
            on_click=lambda _: computing.show(request),
        )
        self.dismiss = pmui.IconButton(
            icon="close",
            size="small",
            description=f"Take {request.title} off the list",
            margin=0,
            on_click=lambda _: computing.dismiss(request),
        )
        self.row = pn.FlexBox(
            self.words,
            self.bar,
            self.cancel,
            self.show,
            self.dismiss,
            flex_wrap="nowrap",
            align_items="center",
            gap="0",
            sizing_mode="stretch_width",
            css_classes=["job", "job-line"],
        )

    def update(self) -> None:
        request, job = self.request, self.request.job
        running = not request.finished
        on_page = request.subject is not None and self.state.subject is request.subject
        self.words.object = self._words()
        self.bar.visible = self.cancel.visible = running
        if running:
            fraction = job.fraction
            self.bar.param.update(
                value=0 if fraction is None else round(100 * fraction),
                variant="indeterminate" if fraction is None else "determinate",
            )
        self.show.visible = request.subject is not None and not on_page
        self.dismiss.visible = not running

    def _words(self) -> str:
        request, job = self.request, self.request.job
        head = f"<b>{escape(request.title)}</b> · {escape(_short(request.calculation.model))}"
        if request.error is not None:
            return head + problem(request.error)
        if request.status == "cancelled":
            return f"{head} · cancelled"
        if request.subject is not None:
            how = "known already" if job.stored else f"{_time(job.elapsed_s)}"
            return (
                f'{head} · <span style="color: {palette.BRANCH}">✓</span> done ({how}) '
                f'<span class="detail">· {request.subject.origin}</span>'
            )
        stage = {"waiting": "waiting for a free place", "done": "preparing the picture"}
        parts = [stage.get(job.status, job.stage), job.detail]
        if job.elapsed_s >= 1:
            parts.append(_time(job.elapsed_s))
        if job.seconds_left is not None:
            parts.append(f"about {_time(max(job.seconds_left, 1))} left")
        return f'{head} <span class="detail">· {" · ".join(p for p in parts if p)}</span>'


def _short(model: str) -> str:
    return "its springs" if model.endswith(".toml") else model


def _time(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds < 1 else f"{seconds:.0f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
