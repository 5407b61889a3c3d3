"""Times are estimated from runs of the same model, or of its kind, and not invented."""

from __future__ import annotations

import pytest
from ase.build import bulk, molecule

from engine.jobs import Calculation, WaveCalculation
from engine.jobs.course import Course
from engine.jobs.estimate import Estimate, estimate, record, works
from engine.progress import COMPILING, DERIVATIVES, FORCES, LABELS, LOADING, RELAXING, Progress


@pytest.fixture
def springs(tmp_path):
    path = tmp_path / "springs.toml"
    path.write_text("# a model that nobody has run")
    return str(path)


def test_nothing_is_said_of_a_model_never_run(silicon, springs):
    expected = estimate(Calculation(silicon, springs), [])
    assert (expected.seconds, expected.low, expected.high) == (None, None, None)
    assert "unknown" in expected.text
    assert RELAXING not in expected.stages and DERIVATIVES in expected.stages


def test_of_a_network_never_run_there_is_a_guess_which_says_so(silicon):
    question = Calculation(molecule("CH4"), "molecules", relax="atoms")
    expected = estimate(question, [])
    assert expected.guessed and "a first guess" in expected.text
    assert expected.low < expected.seconds < expected.high
    measured = estimate(question, [record(question, {COMPILING: 3.0, RELAXING: 1.0})])
    assert not measured.guessed and measured.text == "about 4 s"


def test_times_grow_with_the_work(silicon, springs):
    question = Calculation(silicon, springs)
    seconds = {LOADING: 1.0, FORCES: 0.5, COMPILING: 3.0, DERIVATIVES: 10.0, LABELS: 0.1}
    runs = [record(question, seconds)]
    again = estimate(question, runs)
    assert again.seconds == pytest.approx(14.6)
    assert again.low < 14.6 < again.high and again.text == "about 15 s"
    finer = Calculation(silicon, springs, mesh=(8, 8, 8))
    ratio = works(finer)[DERIVATIVES] / works(question)[DERIVATIVES]
    expected = estimate(finer, runs)
    assert expected.stages[DERIVATIVES] == pytest.approx(0.05 + 9.95 * ratio)
    assert expected.stages[COMPILING] == 3.0
    assert expected.stages[LABELS] == 0.1
    assert estimate(WaveCalculation(silicon, springs, (0, 0, 0.1)), runs).seconds is None


def test_many_runs_are_weighed_by_their_median(silicon, springs):
    question = Calculation(silicon, springs)
    runs = [record(question, {DERIVATIVES: s}) for s in (9.0, 10.0, 11.0, 10.0, 500.0)]
    assert estimate(question, runs).stages[DERIVATIVES] == pytest.approx(10.0)


def test_nonsense_in_the_memory_is_passed_over(silicon):
    question = Calculation(silicon, "stillinger-weber")
    nonsense = [{}, {"model": "stillinger-weber", "kind": "phonons"}, {"work": 1, "seconds": 2}]
    assert estimate(question, nonsense).text


@pytest.mark.parametrize(
    ("seconds", "low", "high", "text"),
    [
        (0.4, 0.3, 0.8, "less than a second"),
        (4.2, 3.0, 6.0, "about 4 s"),
        (9.8, 7.0, 14.0, "about 10 s"),
        (33.0, 5.0, 60.0, "between 5 s and 60 s"),
        (300.0, 200.0, 400.0, "about 5 min"),
        (9000.0, 6000.0, 12000.0, "about 2.5 h"),
        (2.0, 0.2, 9.0, "between 1 s and 9 s"),
    ],
)
def test_words(seconds, low, high, text):
    assert Estimate(seconds, low, high, {}).text == text


def test_more_work_for_larger_crystals():
    small, large = (
        works(Calculation(bulk("Si").repeat(n), "stillinger-weber", relax="atoms")) for n in (1, 2)
    )
    assert all(large[stage] >= small[stage] for stage in small)
    assert large[RELAXING] > small[RELAXING]


def test_a_course_never_goes_back(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("engine.jobs.course.time.monotonic", lambda: clock[0])
    course = Course()
    stages = {LOADING: 1.0, FORCES: 1.0, COMPILING: 4.0, DERIVATIVES: 4.0}
    course.expected = Estimate(10.0, 7.0, 15.0, stages)
    assert course.fraction == 0 and course.seconds_left == 10
    course.begin()
    course.go_on(Progress(LOADING, None, ""))
    clock[0] = 1.0
    course.go_on(Progress(FORCES, None, ""))
    assert course.fraction == pytest.approx(0.1) and course.seconds_left == pytest.approx(9)
    clock[0] = 1.5
    assert course.fraction == pytest.approx(0.15) and course.seconds_left == pytest.approx(8.5)
    clock[0] = 5.0  # far longer than expected
    assert course.fraction == pytest.approx(0.19) and course.seconds_left is None
    course.go_on(Progress(DERIVATIVES, 0.0, ""))
    assert course.fraction == pytest.approx(0.6)
    clock[0] = 9.0
    course.go_on(Progress(DERIVATIVES, 0.25, ""))
    assert course.fraction == pytest.approx(0.7) and course.seconds_left == pytest.approx(12)
    course.go_on(Progress(LOADING, None, ""))
    assert course.fraction == pytest.approx(0.7)
    clock[0] = 10.0
    course.end()
    clock[0] = 99.0
    assert course.elapsed_s == 10 and course.seconds[FORCES] == pytest.approx(4)
