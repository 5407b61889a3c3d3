"""Forces of molecules out of their rest by a cheaper method."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.training.data.displaced import COARSE, DISPLACEMENTS, STAGES, Displaced
from engine.training.data.labelled import read_molecules
from engine.training.data.minima import Minimum
from engine.training.data.quantum import METHOD, Pyscf
from engine.training.data.queue import Task, work_on
from tests.engine.training.data.hooke import Springs
from tests.engine.training.data.test_probed import minimum


def test_every_stage_labels_other_geometries_without_second_derivatives(tmp_path: Path) -> None:
    springs = Springs()
    rest = minimum(springs, "CH3OH").structure
    item = Minimum(rest, STAGES)
    workplace = Displaced(tmp_path, springs)
    for stage in STAGES:
        work_on(workplace, Task(stage, item))
    found = read_molecules(tmp_path)
    kinds = sorted(kind for part in DISPLACEMENTS.values() for kind, _ in part)
    assert sorted(s.kind for s in found) == kinds
    assert workplace.status([item]) == "1 of 1 molecules, 6 geometries, 0 failed"
    for s in found:
        assert s.hessian_eV_A2 is None and s.displacement_A is None
        moved = np.linalg.norm(s.atoms.positions - rest.atoms.positions, axis=1)
        assert 0.01 < moved.max() < 0.6
        exact = springs.label(s.atoms, "CH3OH", s.kind, hessian=False)
        np.testing.assert_allclose(s.forces_eV_A, exact.forces_eV_A, atol=1e-6)
    places = [s.atoms.positions for s in found]
    for i, one in enumerate(places):
        assert all(np.abs(one - other).max() > 0.005 for other in places[:i])


def test_a_coarse_grid_tells_forces_within_some_mev_per_angstrom() -> None:
    pytest.importorskip("pyscf", reason="it computes them")
    pytest.importorskip("geometric", reason="imported with it")
    atoms = minimum(Springs(), "H2CO").structure.atoms
    atoms.rattle(0.05, seed=1)
    fine, coarse = (
        Pyscf(method).label(atoms, "formaldehyde", "random", hessian=False).forces_eV_A
        for method in (METHOD, COARSE)
    )
    assert 1e-5 < np.abs(fine - coarse).mean() < 4e-3
