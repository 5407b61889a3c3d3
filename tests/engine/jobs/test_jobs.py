"""Real jobs in real worker processes."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest
from ase.build import molecule

import engine
from engine import library
from engine.jobs import Calculation, Jobs, Pool, Store, WaveCalculation
from engine.progress import DERIVATIVES, RELAXING


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def jobs(folder):
    made = Jobs(Store(folder), Pool(1))
    yield made
    made.close()


@pytest.fixture
def silicon_question(silicon):
    return Calculation(silicon, "stillinger-weber", mesh=(2, 2, 2))


def long_question(atoms):
    """A crystal without symmetry on a mesh so fine that nobody waits for it."""
    return Calculation(atoms, "stillinger-weber", mesh=(24, 24, 24))


def test_an_answer_is_that_of_a_direct_call(jobs, silicon_question, silicon, stillinger_weber):
    seen = []
    job = jobs.submit(silicon_question, seen.append)
    ph = job.result(120)
    assert (job.status, job.stage, job.fraction, job.error) == ("done", "done", 1.0, None)
    assert job.elapsed_s > 0 and not job.stored
    direct = engine.phonons(silicon, stillinger_weber, mesh=(2, 2, 2))
    np.testing.assert_allclose(ph.sample.force_constants, direct.sample.force_constants, atol=1e-10)
    assert ph.gamma.irrep == direct.gamma.irrep
    q = [0.1, 0.2, 0.3]
    np.testing.assert_allclose(ph.dynamical_matrix(q), direct.dynamical_matrix(q), atol=1e-10)
    assert set(seen) == {job} and len(seen) > 2


def test_asked_again_it_is_there_at_once_also_after_a_restart(jobs, folder, silicon_question):
    first = jobs.submit(silicon_question).result(120)
    again = jobs.submit(silicon_question)
    assert again.status == "done" and again.stored and again.result() is first
    told = threading.Event()
    restarted = Jobs(Store(folder), Pool(1))
    job = restarted.submit(silicon_question, lambda job: told.set())
    back = job.result(10)
    assert told.wait(10)
    assert job.stored and job.elapsed_s == 0 and restarted.pool.process_ids == []
    assert back.trust.warnings == first.trust.warnings
    np.testing.assert_allclose(back.bands().frequencies_cm1, first.bands().frequencies_cm1)
    restarted.close()


def test_a_damaged_answer_is_computed_again(jobs, folder, silicon):
    question = Calculation(silicon, "stillinger-weber", mesh=(1, 1, 1))
    jobs.submit(question).result(120)
    (path,) = folder.glob(f"results/*/{question.key}.npz")
    path.write_bytes(path.read_bytes()[:-100])
    other = Jobs(Store(folder), jobs.pool)
    job = other.submit(question)
    assert job.result(120).gamma_optical == "T2g"
    assert not job.stored
    assert Jobs(Store(folder), jobs.pool).submit(question).stored


def test_progress_rises_and_cancel_works_at_once(jobs, rattled_silicon):
    seen, derivatives = [], threading.Event()

    def watch(job):
        seen.append((job.status, job.stage, job.fraction, job.seconds_left, job.detail))
        if job.finished or len({detail for *_, detail in seen if "wave vectors" in detail}) > 1:
            derivatives.set()

    job = jobs.submit(long_question(rattled_silicon), watch)
    assert derivatives.wait(300), seen[-3:]
    process = jobs.pool.process_ids
    start = time.monotonic()
    job.cancel()
    while process[0] in jobs.pool.process_ids and time.monotonic() - start < 5:
        time.sleep(0.01)
    assert time.monotonic() - start < 1  # the process that computed is gone
    assert job.status == "cancelled" and job.wait(0)
    with pytest.raises(engine.PhonoscopeError, match="cancelled"):
        job.result()
    fractions = [fraction for _, _, fraction, _, _ in seen if fraction is not None]
    assert fractions == sorted(fractions) and len(set(fractions)) > 1
    assert any("wave vectors" in detail for *_, detail in seen)
    assert any(left is not None and left > 0 for *_, left, _ in seen)
    assert seen[-1][0] == "cancelled"


def test_the_next_job_works_after_a_cancelled_one(jobs, silicon):
    question = Calculation(silicon, "stillinger-weber", mesh=(2, 2, 1))
    assert jobs.submit(question).result(120).mesh == (2, 2, 1)


def test_one_computation_for_all_who_ask_until_the_last_leaves(jobs, rattled_silicon):
    question, same = long_question(rattled_silicon), long_question(rattled_silicon.copy())
    one, other = jobs.submit(question), jobs.submit(same)
    assert one.question is other.question
    one.cancel()
    assert one.status == "cancelled"
    time.sleep(0.2)
    assert other.status in ("waiting", "running")
    other.cancel()
    assert other.status == "cancelled"
    third = jobs.submit(question)  # a new computation: the old one is not taken up
    assert third.status in ("waiting", "running")
    third.cancel()


def test_a_cancelled_job_that_waited_is_never_computed(jobs, rattled_silicon, silicon):
    running = jobs.submit(long_question(rattled_silicon))
    waiting = jobs.submit(Calculation(silicon, "stillinger-weber", mesh=(1, 1, 2)))
    assert waiting.status == "waiting" and waiting.fraction is None
    waiting.cancel()
    running.cancel()
    assert jobs.submit(Calculation(silicon, "stillinger-weber", mesh=(2, 1, 1))).result(120)
    assert jobs.store.get(waiting.question.key) is None


def test_a_killed_worker_fails_its_job_in_words_and_no_other(jobs, rattled_silicon, silicon):
    started = threading.Event()
    job = jobs.submit(
        long_question(rattled_silicon), lambda job: job.stage == DERIVATIVES and started.set()
    )
    assert started.wait(300)
    os.kill(jobs.pool.process_ids[0], signal.SIGKILL)
    assert job.wait(10) and job.status == "failed"
    assert "SIGKILL" in job.error.why and "memory" in job.error.why
    assert jobs.submit(Calculation(silicon, "stillinger-weber", mesh=(1, 2, 1))).result(120)


def test_a_worker_that_died_idle_is_not_noticed(jobs, silicon):
    assert jobs.submit(WaveCalculation(silicon, "stillinger-weber", (0, 0.1, 0))).result(120).any()
    os.kill(jobs.pool.process_ids[0], signal.SIGKILL)
    assert jobs.submit(WaveCalculation(silicon, "stillinger-weber", (0, 0.2, 0))).result(120).any()


def test_mistakes_of_the_user_fail_the_job(jobs):
    job = jobs.submit(Calculation(molecule("H2O"), "stillinger-weber"))
    with pytest.raises(engine.PhonoscopeError, match="does not cover"):
        job.result(120)
    assert job.status == "failed" and "H, O" in job.error.why
    told = threading.Event()
    job = jobs.submit(Calculation(molecule("H2O"), "no such model"), lambda job: told.set())
    assert job.wait(5) and job.status == "failed" and told.wait(5)
    assert "no model 'no such model'" in job.error.what


def test_a_wave(jobs, silicon, stillinger_weber):
    q = (0.1, 0.2, 0.3)
    matrix = jobs.submit(WaveCalculation(silicon, "stillinger-weber", q)).result(120)
    ph = engine.phonons(silicon, stillinger_weber, mesh=None)
    np.testing.assert_allclose(matrix, ph.dynamical_matrix(q), atol=1e-12)
    modes, expected = ph.modes(q, matrix=matrix), ph.modes(q)
    np.testing.assert_allclose(modes.frequency_cm1, expected.frequency_cm1, rtol=1e-9)
    assert jobs.submit(WaveCalculation(silicon, "stillinger-weber", q)).stored


def test_relaxed_first(jobs, silicon):
    stretched = silicon.copy()
    stretched.set_cell(silicon.cell.array * 1.02, scale_atoms=True)
    stages = []
    job = jobs.submit(
        Calculation(stretched, "stillinger-weber", relax="cell", mesh=(1, 1, 1)),
        lambda job: stages.append((job.stage, job.detail)),
    )
    ph = job.result(120)
    assert ph.trust.max_stress_GPa < 0.1
    assert ph.atoms.get_volume() == pytest.approx(silicon.get_volume(), rel=1e-3)
    assert any(stage == RELAXING and "largest force" in detail for stage, detail in stages)


def test_springs_from_a_file(jobs):
    entry = library.entry("diatomic-chain")
    model = library.assets() / "structures" / "diatomic-chain" / "entry.toml"
    ph = jobs.submit(Calculation(entry.atoms, str(model))).result(120)
    np.testing.assert_allclose(
        ph.bands().frequencies_cm1, entry.result().bands().frequencies_cm1, atol=1e-4
    )
    assert ph.dynamical_matrix([0.3, 0, 0]).shape == (6, 6)  # of the model in that file


def test_a_molecule_by_finite_differences(jobs):
    pytest.importorskip("tblite")
    water = molecule("H2O")
    details = []
    job = jobs.submit(
        Calculation(water, "gfn2-xtb", relax="atoms"), lambda job: details.append(job.detail)
    )
    vib = job.result(120)
    assert vib.group.name == "C2v" and vib.max_force_eV_A < 1e-3
    assert vib.derivatives == "finite differences, 0.01 angstrom"
    assert vib.modes.irrep == ("A1", "A1", "B2")
    assert any("of 9 displacements" in detail for detail in details)


def test_past_runs_tell_the_time_of_the_next(jobs, silicon, silicon_question):
    jobs.submit(silicon_question).result(120)
    deadline = time.monotonic() + 10  # the run is remembered just after it is told
    while not jobs.store.runs() and time.monotonic() < deadline:
        time.sleep(0.01)
    expected = jobs.estimate(Calculation(silicon, "stillinger-weber", mesh=(3, 3, 3)))
    assert expected.low <= expected.seconds <= expected.high
    assert "s" in expected.text
