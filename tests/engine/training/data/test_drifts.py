"""Relaxations by a model that is wrong, labelled by one that knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk

from engine.potentials.stillinger_weber import stillinger_weber
from engine.training.data.drifts import (
    ON_THE_WAY,
    Drifts,
    Rest,
    between,
    far,
    largest_strain,
)
from engine.training.data.labelled_crystals import notes_of, read_crystals, write_crystals
from engine.training.data.queue import Task, work_on
from tests.engine.training.data.test_crystals import Quick

REST_A = 5.431


def of_other_size(factor: float):
    """Silicon whose lengths are another's by a factor."""
    right = stillinger_weber()

    def energies(parameters, vectors, species, graph):
        return right.atomic_energies(parameters, vectors / factor, species, graph)

    return replace(right, name="wrong", atomic_energies=energies, cutoff_A=right.cutoff_A * factor)


@pytest.mark.parametrize(("factor", "shares"), [(1.03, ON_THE_WAY), (0.995, (1.0,))])
def test_the_way_to_a_wrong_rest_is_labelled_by_the_teacher(
    tmp_path: Path, factor: float, shares: tuple[float, ...]
) -> None:
    teacher = Quick(tmp_path)
    rest = teacher.label(bulk("Si", "diamond", a=REST_A), "Si-diamond", "equilibrium")
    drifts = Drifts(tmp_path / "drifted", teacher, of_other_size(factor))
    work_on(drifts, Task(1, Rest(rest)))
    assert drifts.status([Rest(rest)]) == "1 of 1 crystals, 0 failed"
    found = read_crystals(tmp_path / "drifted")
    assert [c.kind for c in found] == ["drifted"] * len(shares)
    for crystal, share in zip(found, shares, strict=True):
        lengths = (crystal.atoms.get_volume() * 4) ** (1 / 3) / REST_A
        assert lengths == pytest.approx(1 + share * (factor - 1), abs=2e-4)
        # Stretched, the teacher pulls back; the wrong model feels nothing at the end of the way.
        assert np.sign(np.trace(crystal.stress_eV_A3)) == np.sign(factor - 1)
    notes = notes_of(tmp_path / "drifted/Si-diamond.drifted.h5", "drifted")
    assert notes["model"] == "wrong"
    assert notes["largest_strain"] == pytest.approx(abs(factor - 1), abs=2e-4)


def test_those_that_drift_far_are_told_from_the_others(tmp_path: Path) -> None:
    rest = Quick(tmp_path).label(bulk("Si", "diamond", a=REST_A), "Si-diamond", "drifted")
    drifted, other = tmp_path / "d.h5", tmp_path / "o.h5"
    write_crystals(drifted, "drifted", [rest], {"largest_strain": 0.01})
    write_crystals(other, "labelled", [rest], {})
    assert far(drifted, 0.009)
    assert not far(drifted, 0.011)
    assert far(other, 0.5)  # it did not drift at all


def test_a_place_between_moves_cell_and_atoms_and_takes_the_short_way_round() -> None:
    rest = bulk("Si", "diamond", a=REST_A)
    moved = rest.copy()
    moved.set_cell(rest.cell.array * 1.02, scale_atoms=True)
    scaled = moved.get_scaled_positions()
    scaled[1] += [0.1, 0.9, 0.0]  # the second is one step back, not nine ahead
    moved.set_scaled_positions(scaled)
    half = between(rest, moved, 0.5)
    np.testing.assert_allclose(half.cell.array, rest.cell.array * 1.01)
    np.testing.assert_allclose(
        half.get_scaled_positions(wrap=False)[1], rest.get_scaled_positions()[1] + [0.05, -0.05, 0]
    )
    assert largest_strain(rest, moved) == pytest.approx(0.02)
    assert largest_strain(moved, rest) == pytest.approx(1 - 1 / 1.02)
