"""Going through molecules: nothing is computed twice, and what fails does not stop the rest."""

from __future__ import annotations

import fcntl
from pathlib import Path

import numpy as np
import pytest

from engine.training.data.labelled import read_molecules
from engine.training.data.molecule_list import MOLECULES
from engine.training.data.molecules import DISTORTIONS, Workplace, lowest_frequency_cm1
from engine.training.data.queue import LAG, Task, run, tasks, work_on
from tests.engine.training.data.hooke import Springs

LIST = {m.name: m for m in MOLECULES}
WATER, METHANE, FURAN = LIST["water"], LIST["methane"], LIST["furan"]


def test_few_molecules_go_through_one_stage_after_the_other() -> None:
    order = [(t.stage, t.item.name, t.parts) for t in tasks([WATER, FURAN], [1, 2, 3])]
    assert order == [
        (1, "water", ["equilibrium", "distorted"]),
        (1, "furan", ["equilibrium", "distorted"]),
        (2, "water", ["distorted-more"]),
        (2, "furan", ["distorted-more"]),
        (3, "water", ["polarizability"]),  # furan is too large for it
    ]


def test_many_molecules_have_their_first_stage_before_the_first_has_its_second() -> None:
    order = tasks(MOLECULES, [1, 2, 3])
    assert len({(t.stage, t.item.name) for t in order}) == len(order)
    assert [t.stage for t in order[: LAG + 3]] == [1] * LAG + [1, 2, 1]
    place = {(t.stage, t.item.name): i for i, t in enumerate(order)}
    for stage, name in place:
        assert stage == 1 or place[stage, name] > place[stage - 1, name]


def test_all_parts_of_a_molecule_are_kept_and_can_be_read(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path, Springs())
    for stage in (1, 2, 3):
        work_on(workplace, Task(stage, WATER))
    structures = read_molecules(tmp_path)
    kinds = [kind for part in DISTORTIONS.values() for kind, _, _ in part] + ["equilibrium"]
    assert sorted(s.kind for s in structures) == sorted(kinds)
    minimum = next(s for s in structures if s.kind == "equilibrium")
    assert minimum.polarizability_derivative_A2 is not None
    assert minimum.dipole_derivative_e is not None
    hessians = sum(hessian for part in DISTORTIONS.values() for _, _, hessian in part)
    assert sum(s.hessian_eV_A2 is not None for s in structures) == 1 + hessians
    assert all(s.energy_eV > 1e-6 for s in structures if s is not minimum)


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    work_on(Workplace(tmp_path, Springs()), Task(1, WATER))
    (tmp_path / "water.distorted.h5").unlink()
    again = Springs()
    work_on(Workplace(tmp_path, again), Task(1, WATER))
    assert again.relaxed == [] and len(again.labelled) == len(DISTORTIONS["distorted"])
    idle = Springs()
    work_on(Workplace(tmp_path, idle), Task(1, WATER))
    assert idle.labelled == []


def test_distortions_are_the_same_every_time(tmp_path: Path) -> None:
    for run_number in "ab":
        work_on(Workplace(tmp_path / run_number, Springs()), Task(1, WATER))
    one, other = (read_molecules(tmp_path / n / "water.distorted.h5") for n in "ab")
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.atoms.positions, b.atoms.positions)


def test_a_failure_is_recorded_and_its_molecule_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workplace = Workplace(tmp_path, Springs(refuses="H2O"))
    work_on(workplace, Task(1, WATER))
    assert "told so" in (tmp_path / "water.equilibrium.failed").read_text()
    assert "water equilibrium FAILED" in capsys.readouterr().out
    assert not any(tmp_path.glob("*.h5"))
    work_on(workplace, Task(1, WATER))
    work_on(workplace, Task(2, WATER))
    assert workplace.labeller.relaxed == ["H2O"]  # type: ignore[attr-defined]
    assert len(list(tmp_path.glob("*.failed"))) == 1


def test_a_molecule_another_run_is_at_is_left_to_it(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path, Springs())
    (tmp_path / ".locks").mkdir()
    with (tmp_path / ".locks" / "water").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        work_on(workplace, Task(1, WATER))
    assert not any(tmp_path.glob("*.h5"))
    work_on(workplace, Task(1, WATER))
    assert len(list(tmp_path.glob("water.*.h5"))) == 2


class Saddle(Springs):
    """The first geometry it relaxes to is a saddle point."""

    def label(self, atoms, name, kind, hessian):
        structure = super().label(atoms, name, kind, hessian)
        if len(self.relaxed) == 1 and structure.hessian_eV_A2 is not None:
            structure.hessian_eV_A2[:] *= -1
        return structure


def test_a_saddle_point_is_kept_and_left_downhill(tmp_path: Path) -> None:
    work_on(Workplace(tmp_path, Saddle()), Task(1, WATER))
    saddle, minimum = read_molecules(tmp_path / "water.equilibrium.h5")
    assert (saddle.kind, minimum.kind) == ("saddle", "equilibrium")
    assert lowest_frequency_cm1(saddle) < 0 < lowest_frequency_cm1(minimum)
    assert np.abs(minimum.atoms.positions - saddle.atoms.positions).max() > 0.05


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    run(Workplace(tmp_path, Springs(hangs="CH4")), [METHANE], [1], processes=1, limit_s=1)
    assert "longer than 1 s" in (tmp_path / "methane.equilibrium.failed").read_text()


def test_a_process_that_dies_does_not_stop_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = [LIST["ammonia"], WATER]
    run(Workplace(tmp_path, Springs(dies="H3N")), two, [1], processes=2, limit_s=300)
    assert "exit code 7" in (tmp_path / "ammonia.equilibrium.failed").read_text()
    assert {s.name for s in read_molecules(tmp_path) if s.kind == "equilibrium"} == {"water"}
    assert {s.name for s in read_molecules(tmp_path) if s.kind == "atom"} >= {"H", "O"}
    summary = capsys.readouterr().out.splitlines()[-1]
    assert "1 of 2 molecules" in summary and "1 parts failed" in summary
    assert "7 geometries with forces, 2 Hessians" in summary


def test_several_in_a_row_share_a_process_and_its_death(tmp_path: Path) -> None:
    """What comes after the one that kills its process goes to the next process."""
    row = [METHANE, LIST["ammonia"], WATER, LIST["hydrogen"]]
    workplace = Workplace(tmp_path, Springs(dies="H3N"))
    run(workplace, row, [1], processes=1, limit_s=300, in_a_row=4)
    assert "exit code 7" in (tmp_path / "ammonia.equilibrium.failed").read_text()
    done = {s.name for s in read_molecules(tmp_path) if s.kind == "equilibrium"}
    assert done == {"methane", "water", "hydrogen"}


def test_in_a_row_only_the_one_that_hangs_is_ended(tmp_path: Path) -> None:
    row = [WATER, METHANE, LIST["ammonia"]]
    run(Workplace(tmp_path, Springs(hangs="CH4")), row, [1], processes=1, limit_s=15, in_a_row=3)
    assert "longer than 15 s" in (tmp_path / "methane.equilibrium.failed").read_text()
    assert len(list(tmp_path.glob("*.failed"))) == 1
    done = {s.name for s in read_molecules(tmp_path) if s.kind == "equilibrium"}
    assert done == {"water", "ammonia"}


def test_status_counts_what_was_asked_for(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path, Springs())
    for name in ("water", "ketene", "formaldehyde"):
        work_on(workplace, Task(1, LIST[name]))
    line = workplace.status([WATER, LIST["ketene"]])
    assert line.startswith("2 of 2 molecules (1 of 1 held out), 21 geometries")


def test_status_of_nothing(tmp_path: Path) -> None:
    line = Workplace(tmp_path, Springs()).status(MOLECULES)
    assert line.startswith(f"0 of {len(MOLECULES)} molecules (0 of 24 held out)")
