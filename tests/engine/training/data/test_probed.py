"""Forces and a product of the Hessian of molecules displaced from minima by a cheaper method."""

from __future__ import annotations

from pathlib import Path

import ase.build
import numpy as np
import pytest

from engine.training.data.labelled import read_molecules
from engine.training.data.minima import Minimum
from engine.training.data.probed import STAGES, Probed, probed
from engine.training.data.queue import Task, work_on
from engine.training.readers import molecule_samples
from tests.engine.training.data.hooke import Springs


def minimum(springs: Springs, formula: str, name: str = "") -> Minimum:
    atoms = ase.build.molecule(formula)
    return Minimum(springs.label(atoms, name or formula, "equilibrium", hessian=True), STAGES)


@pytest.mark.parametrize("part", STAGES.values())
@pytest.mark.parametrize("formula", ["H2O", "CH3OH"])
def test_energy_forces_and_product_are_those_of_the_geometry(formula: str, part: str) -> None:
    springs = Springs()
    rest = minimum(springs, formula).structure
    found = probed(rest, springs, part)
    assert found.kind == ("thermal" if part == "probed" else "stretch")
    moved = np.linalg.norm(found.atoms.positions - rest.atoms.positions, axis=1)
    assert 0.01 < moved.max() < 0.6
    exact = springs.label(found.atoms, formula, "thermal", hessian=True)
    assert found.energy_eV == pytest.approx(exact.energy_eV, abs=1e-6)
    np.testing.assert_allclose(found.forces_eV_A, exact.forces_eV_A, atol=2e-3)
    assert exact.hessian_eV_A2 is not None and found.displacement_A is not None
    np.testing.assert_allclose(
        found.product_eV_A, found.displacement_A @ exact.hessian_eV_A2, atol=2e-2
    )
    u = found.displacement_A.reshape(-1, 3)
    assert np.linalg.norm(u, axis=1).max() == pytest.approx(1)
    momentum = rest.atoms.get_masses() @ u
    np.testing.assert_allclose(momentum, 0, atol=1e-6)  # nothing is learnt of a translation


def test_parts_of_all_stages_become_samples_with_products(tmp_path: Path) -> None:
    springs = Springs()
    chosen = [minimum(springs, f, n) for n, f in {"a": "CH3OH", "b": "H2O", "c": "C2H6"}.items()]
    workplace = Probed(tmp_path, springs)
    for m in chosen:
        work_on(workplace, Task(1, m))
    work_on(workplace, Task(2, chosen[0]))
    work_on(workplace, Task(3, chosen[0]))
    assert "3 of 3 molecules, and 2 geometries" in workplace.status(chosen)
    read = read_molecules(tmp_path)
    assert {s.name for s in read} == {"a", "b", "c"}
    samples = molecule_samples(tmp_path)
    assert sorted(s.kind for s in samples) == ["stretch", "stretch", *["thermal"] * 3]
    one, other = (s for s in read if s.kind == "stretch")
    assert not np.allclose(one.atoms.positions, other.atoms.positions, atol=0.01)
    assert all(s.products is not None and s.matrices is None for s in samples)
