"""What a session wants computed: the structure it has in mind, and the jobs it has asked for.

A finished job never takes the page away from what a person is looking at: its result is shown at
once only if the page still shows what it showed when the job began.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import Any

import panel as pn
import param

from dashboard.subject import Subject, subject_of
from engine.errors import PhonoscopeError
from engine.formats.given import Given
from engine.formats.understanding import Understanding, understood
from engine.jobs import Calculation, Job, Jobs, default_jobs
from engine.movement import movement
from engine.phonons import Phonons
from engine.vibrations import Vibrations

SEEN_A = 5e-5
"""Less is noise."""

POLLED_MS = 250
"""How often the jobs of a session are looked at while one runs."""

log = logging.getLogger(__name__)


class Request:
    """A calculation that was asked for.

    Attributes
    ----------
    title : what its structure is called.
    calculation : what was asked.
    job : how it fares.
    subject : its result, once it is there.
    seen : whether the page has shown it.
    error : why there is no result.
    """

    def __init__(self, title: str, calculation: Calculation, jobs: Jobs, looking_at: object):
        self.title, self.calculation, self.looking_at = title, calculation, looking_at
        self.subject: Subject | None = None
        self.seen = False
        self.error: PhonoscopeError | None = None
        self._making = Lock()  # a job may end, in its thread, just when it is looked at here
        self.job = jobs.submit(calculation, self._changed)
        if self.job.finished and self.subject is None and self.error is None:
            self._changed(self.job)

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen: the result can be shown, or there will be none."""
        return self.subject is not None or self.error is not None or self.status == "cancelled"

    @property
    def status(self) -> str:
        """As of the job."""
        return self.job.status

    def _changed(self, job: Job) -> None:
        """Make the result ready to be shown; in the background, where bands may take a while."""
        with self._making:
            if self.subject is None and self.error is None:
                self._make(job)

    def _make(self, job: Job) -> None:
        if job.status == "failed":
            self.error = job.error
        elif job.status == "done":
            try:
                self.subject = subject_of(
                    self.title,
                    job.result(),
                    key=self.calculation.key,
                    origin=origin(self.calculation, job.result()),
                )
            except PhonoscopeError as error:
                self.error = error
            except Exception as error:  # in a thread of the pool nobody would hear of it
                log.exception("The result of %s cannot be shown", self.title)
                self.error = PhonoscopeError(
                    f"The result of {self.title} cannot be shown",
                    f"{type(error).__name__}: {error}",
                    "This is a fault of the program; its log says more.",
                )


class Computing(param.Parameterized):
    """The structure to be computed and the jobs of one session.

    Parameters
    ----------
    show : shows a subject on the page.
    looking_at : what the page shows.
    jobs : None: those of the server.
    """

    draft = param.Parameter(doc="Understanding of the structure that would be computed, or None.")
    model = param.String(default="", doc="The model that goes with it; empty: the best there is.")
    requests = param.List(default=[], doc="Requests, the newest first.")
    ticks = param.Integer(default=0, doc="Rises whenever a request has changed.")

    def __init__(
        self,
        show: Callable[[Subject], None],
        looking_at: Callable[[], Any],
        jobs: Jobs | None = None,
    ) -> None:
        super().__init__()
        self._show, self._looking_at = show, looking_at
        self._jobs = jobs
        self._polling: Any = None
        if pn.state.curdoc and pn.state.curdoc.session_context:
            pn.state.on_session_destroyed(lambda _: self.cancel_all())

    @property
    def jobs(self) -> Jobs:
        """Where calculations go."""
        return self._jobs or default_jobs()

    def propose(self, given: Given, model: str = "") -> Understanding:
        """Take a structure for the one to be computed.

        Parameters
        ----------
        model : name or path of the model that goes with it; empty: the best there is.

        Raises
        ------
        PhonoscopeError
            if it cannot be handled.
        """
        found = understood(given)
        self.param.update(draft=found, model=model)
        return found

    def ask(self, title: str, calculation: Calculation) -> Request:
        """Have something computed; what is known already is shown at once."""
        request = Request(title, calculation, self.jobs, self._looking_at())
        self.requests = [request, *self.requests]
        self.look()
        if not request.finished and self._polling is None and pn.state.curdoc:
            self._polling = pn.state.add_periodic_callback(self.look, POLLED_MS)
        return request

    def look(self) -> None:
        """See what has become of the requests."""
        over = all(request.finished for request in self.requests)  # first: one may end meanwhile
        for request in self.requests:
            waiting = request.subject is not None and not request.seen
            if waiting and request.looking_at is self._looking_at():
                self.show(request)
        if self._polling is not None and over:
            self._polling.stop()
            self._polling = None
        self.ticks += 1

    def show(self, request: Request) -> None:
        """Show a result; others that wait do not replace it."""
        request.seen = True
        assert request.subject is not None
        self._show(request.subject)
        self.ticks += 1

    def cancel(self, request: Request) -> None:
        """Give up a request."""
        request.job.cancel()
        self.look()

    def dismiss(self, request: Request) -> None:
        """Take a request that is over off the list."""
        self.requests = [other for other in self.requests if other is not request]
        self.ticks += 1

    def cancel_all(self) -> None:
        """Give up everything, when the session ends."""
        for request in self.requests:
            request.job.cancel()


def origin(calculation: Calculation, result: Vibrations | Phonons) -> str:
    """How the structure of a result came about, in words."""
    if calculation.relax == "none":
        return "geometry as given"
    moved = movement(calculation.atoms, result.atoms)
    told = f"moved by {moved.rms_A:.2g} Å (rms)" if moved.rms_A > SEEN_A else "did not move"
    words = f"relaxed: atoms {told}"
    if calculation.relax == "cell" and moved.volume_change is not None:
        words += f", volume {100 * moved.volume_change:+.1f} %"
    return words
