"""Long computations tell how far they are, and give the same as when nobody listens."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.emt import EMT

import engine
from engine.derivatives import bloch
from engine.phonons.mesh import sample
from engine.progress import COMPILING, DERIVATIVES, FORCES, LABELS, RELAXING


def rising(told, stage):
    fractions = [p.fraction for p in told if p.stage == stage]
    assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] <= 1
    return fractions


def test_a_mesh_in_parts_is_the_mesh_at_once(rattled_silicon, stillinger_weber, monkeypatch):
    potential, mesh, told = stillinger_weber, (2, 2, 3), []
    at_once = sample(rattled_silicon, potential, mesh)
    programs = bloch._products._cache_size()
    monkeypatch.setattr(bloch, "TELL_S", 0.0)  # as small parts as there are
    in_parts = sample(rattled_silicon, potential, mesh, progress=told.append)
    assert bloch._products._cache_size() == programs  # nothing compiled anew
    assert np.array_equal(in_parts.force_constants, at_once.force_constants)
    assert np.array_equal(in_parts.check_force_constants, at_once.check_force_constants)
    assert told[0].stage == COMPILING and told[0].fraction is None
    assert len(rising(told, DERIVATIVES)) > 5 and told[-1].fraction == 1
    n = len(at_once.irreducible) + len(at_once.check_q)
    assert told[-1].detail == f"{n} of {n} wave vectors"


def test_phonons(silicon, stillinger_weber):
    told = []
    engine.phonons(silicon, stillinger_weber, mesh=(2, 2, 2), progress=told.append)
    stages = list(dict.fromkeys(p.stage for p in told))
    assert stages == [FORCES, COMPILING, DERIVATIVES, LABELS]


def test_a_molecule():
    told = []
    water = engine.from_calculator(EMT, "emt")
    engine.vibrations(molecule("H2O"), water, progress=told.append)
    assert len(rising(told, DERIVATIVES)) == 9
    assert told[-1].stage == LABELS


def test_displacements_in_a_supercell():
    told = []
    model = engine.from_calculator(EMT, "emt")
    engine.phonons(bulk("Al"), model, mesh=(2, 2, 2), progress=told.append)
    assert rising(told, DERIVATIVES)[0] == 0
    assert any("displacements" in p.detail for p in told)


@pytest.mark.parametrize("cell", [False, True])
def test_relaxing(silicon, stillinger_weber, cell):
    start = silicon.repeat((2, 1, 1))
    start.set_cell(start.cell.array * 1.01, scale_atoms=True)
    start.positions[0] += [0.05, 0.02, 0.0]
    told = []
    relaxed = engine.relax(start, stillinger_weber, cell=cell, progress=told.append)
    silent = engine.relax(start, stillinger_weber, cell=cell)
    assert np.array_equal(relaxed.positions, silent.positions)
    fractions = [p.fraction for p in told if p.fraction is not None]
    assert {p.stage for p in told} == {RELAXING}
    assert fractions == sorted(fractions) and fractions[0] == 0 and fractions[-1] == 1
    assert "step 0, largest force" in told[1].detail
