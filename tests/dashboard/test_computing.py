import time
from threading import Thread

import numpy as np
from ase.build import bulk, molecule

import dashboard.computing
from dashboard.computing import Computing, Request, origin
from dashboard.state import State
from dashboard.subject import subject_of
from engine.formats.given import Given
from engine.jobs import Calculation, Jobs, Store


def test_origin_tells_what_relaxation_did():
    silicon = bulk("Si")

    class Result:
        atoms = bulk("Si", a=5.43 * 1.01)

    given, relaxed = (Calculation(silicon, "stillinger-weber", relax=r) for r in ("none", "cell"))
    assert origin(given, Result()) == "geometry as given"
    assert origin(relaxed, Result()) == "relaxed: atoms did not move, volume +3.0 %"


def test_a_structure_is_proposed_with_its_model():
    computing = Computing(lambda subject: None, lambda: None)
    computing.propose(Given(molecule("CH4"), "methane", "test"), "gfn2-xtb")
    assert (computing.draft.group, computing.model) == ("Td", "gfn2-xtb")


def test_a_result_is_shown_unless_the_page_shows_something_else_by_then(tmp_path):
    jobs = Jobs(Store(tmp_path))
    state = State()
    computing = Computing(state.show, lambda: state.subject, jobs)
    question = Calculation(bulk("Si"), "stillinger-weber", mesh=(1, 1, 1))
    try:
        request = computing.ask("mine", question)
        request.job.wait(300)
        state.entry_name = "silicon"  # the user looks at something else meanwhile
        seen = state.subject
        for _ in range(600):  # until its bands are there, too
            if request.finished:
                break
            time.sleep(0.1)
        computing.look()
        if not request.seen:
            assert state.subject is seen
        computing.show(request)
        assert state.subject is request.subject and state.entry_name is None
        assert state.subject.key == question.key

        again = computing.ask("mine", question)  # known already, and shown at once
        assert again.job.stored and state.subject is again.subject
        assert np.allclose(again.subject.result.gamma.frequency_cm1[-3:], 594, atol=20)

        wrong = computing.ask("wrong", Calculation(bulk("Al"), "stillinger-weber", mesh=(1, 1, 1)))
        wrong.job.wait(300)
        assert "does not cover" in wrong.error.what
        computing.dismiss(wrong)
        assert wrong not in computing.requests
    finally:
        jobs.close()


def test_a_result_is_made_once_though_two_ask_for_it(tmp_path, monkeypatch):
    jobs, made = Jobs(Store(tmp_path)), []

    def slowly(title, result, **options):
        made.append(title)
        time.sleep(0.2)
        return subject_of(title, result, **options)

    try:
        question = Calculation(bulk("Si"), "stillinger-weber", mesh=(1, 1, 1))
        jobs.submit(question).wait(300)
        monkeypatch.setattr(dashboard.computing, "subject_of", slowly)
        request = Request("mine", question, jobs, None)
        first = request.subject
        request.subject = None
        threads = [Thread(target=request._changed, args=(request.job,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 2 and request.subject is not first
    finally:
        jobs.close()
