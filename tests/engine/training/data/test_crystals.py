"""The work on a crystal, with a quick model of silicon as the teacher."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.derivatives import dynamical_matrices
from engine.errors import PhonoscopeError
from engine.potentials import Potential
from engine.potentials.stillinger_weber import stillinger_weber
from engine.training.data.crystal_list import CRYSTALS
from engine.training.data.crystals import (
    RATTLES,
    STRAINS,
    Crystals,
    rattled,
    shortest_distance_A,
)
from engine.training.data.labelled_crystals import (
    CRYSTAL_KINDS,
    notes_of,
    read_crystals,
    write_crystals,
)
from engine.training.data.queue import Task, work_on
from engine.training.shapes import connected

SILICON = next(c for c in CRYSTALS if c.name == "Si-diamond")
COPPER = next(c for c in CRYSTALS if c.name == "Cu-fcc")


@dataclass(frozen=True)
class Quick(Crystals):
    """Counts the parts it computes."""

    teacher: Path = Path("none")
    computed: list[str] = field(default_factory=list)

    @cached_property
    def model(self) -> Potential:
        return stillinger_weber()

    def compute(self, item, part) -> None:
        self.computed.append(part)
        super().compute(item, part)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Silicon, all parts."""
    place = tmp_path_factory.mktemp("crystals")
    work_on(Quick(place), Task(1, SILICON))
    return place


def test_all_parts_are_kept_and_can_be_read(folder: Path) -> None:
    found = read_crystals(folder)
    kinds = ["equilibrium", *["strained"] * len(STRAINS), *["rattled"] * len(RATTLES)]
    assert sorted(c.kind for c in found) == sorted(kinds)
    assert {*kinds, "drifted"} == set(CRYSTAL_KINDS)
    rest = next(c for c in found if c.kind == "equilibrium")
    assert np.abs(rest.stress_eV_A3).max() < 1e-4 and np.abs(rest.forces_eV_A).max() < 1e-3
    assert rest.atoms.get_volume() == pytest.approx(5.431**3 / 4, rel=1e-3)
    assert all(c.energy_eV > rest.energy_eV for c in found if c is not rest)
    notes = notes_of(folder / "Si-diamond.equilibrium.h5", "equilibrium")
    assert (notes["space_group"], notes["unstable"], notes["held_out"]) == (227, 0, 0)
    assert "1 of 1 crystals" in Quick(folder).status([SILICON])


def test_matrices_and_products_are_those_of_the_teacher(folder: Path) -> None:
    model = stillinger_weber()
    found = read_crystals(folder)
    assert sum(len(c.matrix_q) for c in found) == 12
    assert sum(len(c.product_q) for c in found) == 3 * 2 * 3
    for crystal in found[-1], next(c for c in found if len(c.product_q)):
        mass = crystal.atoms.get_masses()[0]
        q = np.concatenate([crystal.matrix_q, crystal.product_q])
        phi = dynamical_matrices(crystal.atoms, model, q) * mass
        n = len(crystal.matrix_q)
        np.testing.assert_allclose(crystal.force_constants_eV_A2, phi[:n], atol=2e-4)
        expected = np.einsum("pij,pj->pi", phi[n:], crystal.displacement_A)
        np.testing.assert_allclose(crystal.product_eV_A, expected, atol=2e-3)


def test_what_is_done_is_not_done_again_and_comes_out_the_same(folder: Path) -> None:
    path = folder / "Si-diamond.distorted.h5"
    before = read_crystals(path)
    path.unlink()
    again = Quick(folder)
    work_on(again, Task(1, SILICON))
    work_on(again, Task(1, SILICON))
    assert again.computed == ["distorted"]
    for a, b in zip(before, read_crystals(path), strict=True):
        np.testing.assert_array_equal(a.atoms.positions, b.atoms.positions)
        np.testing.assert_array_equal(a.displacement_A, b.displacement_A)


def test_a_failure_is_recorded_with_its_reason(tmp_path: Path) -> None:
    work = Quick(tmp_path)
    work_on(work, Task(1, COPPER))  # the model knows silicon alone
    assert "Cu" in (tmp_path / "Cu-fcc.equilibrium.failed").read_text()
    assert work.computed == ["equilibrium"]
    assert "1 parts failed" in work.status([COPPER])


def test_a_single_atom_is_strained_only() -> None:
    atoms = COPPER.build()
    moved = rattled(atoms, 0.05, np.random.default_rng(0))
    np.testing.assert_allclose(moved.get_scaled_positions(), atoms.get_scaled_positions())
    assert np.abs(moved.cell.array - atoms.cell.array).max() > 1e-3
    assert shortest_distance_A(atoms) == pytest.approx(3.615 / 2**0.5)


def test_a_part_holds_one_crystal(folder: Path, tmp_path: Path) -> None:
    one, *_ = read_crystals(folder)
    other = one.__class__(**{**one.__dict__, "name": "another"})
    with pytest.raises(ValueError, match="one crystal"):
        write_crystals(tmp_path / "x.h5", "part", [one, other], {})


def test_a_folder_without_crystals_is_said(tmp_path: Path) -> None:
    with pytest.raises(PhonoscopeError, match="no labelled crystals"):
        read_crystals(tmp_path)
    (tmp_path / "other.h5").write_text("text")
    with pytest.raises(PhonoscopeError, match="cannot read"):
        read_crystals(tmp_path)


def test_crystals_of_like_shape_come_in_a_row_and_none_is_lost(tmp_path: Path) -> None:
    work = Quick(tmp_path)
    some = CRYSTALS[::9]
    ordered = work.alike_together(some)
    assert sorted(c.name for c in ordered) == sorted(c.name for c in some)
    shapes = [connected(c.build(), work.model.cutoff_A).shape for c in ordered]
    runs = 1 + sum(a != b for a, b in pairwise(shapes))
    assert runs == len(set(shapes)) < len(some)
