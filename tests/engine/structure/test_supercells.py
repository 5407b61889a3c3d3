from fractions import Fraction
from math import lcm

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine.structure import commensurate_supercell, piece
from engine.structure.supercells import hermite_supercell

FRACTIONS = st.fractions(min_value=-1, max_value=2, max_denominator=30)


@given(st.tuples(FRACTIONS, FRACTIONS, FRACTIONS))
@settings(deadline=None, max_examples=150)
def test_the_wave_repeats_in_as_few_cells_as_can_be(q):
    hermite = hermite_supercell(*q)
    number = lcm(*(x.denominator for x in q))
    assert round(np.linalg.det(hermite)) == number
    assert all((row @ np.array(q, object)).denominator == 1 for row in hermite)
    assert (np.tril(hermite, -1) == 0).all()
    if number > 2000:
        return
    vectors = commensurate_supercell(bulk("Si"), np.array(q, float))
    assert round(np.linalg.det(vectors)) == number
    phases = vectors @ np.array(q, float)
    assert np.allclose(phases, np.rint(phases), atol=1e-9)
    # The same lattice as the Hermite form, by shorter vectors.
    turn = vectors @ np.linalg.inv(hermite)
    assert np.allclose(turn, np.rint(turn), atol=1e-6)


@pytest.mark.parametrize(
    ("q", "cells"),  # diagonal supercells would need 8, 64, 36
    [((0.5, 0.5, 0.5), 2), ((0.25, 0.25, 0.25), 4), ((1 / 2, 1 / 3, 1 / 6), 6), ((0, 0, 0), 1)],
)
def test_known_sizes(q, cells):
    vectors = commensurate_supercell(bulk("Po", "sc", 3.0), np.array(q, float))
    assert round(np.linalg.det(vectors)) == cells


def test_it_is_compact():
    """At L of rock salt: two primitive cells, no vector longer than a(3/2)^(1/2)."""
    atoms = bulk("NaCl", "rocksalt", 5.64)
    box = commensurate_supercell(atoms, np.array([0.5, 0.5, 0.5])) @ atoms.cell.array
    assert np.linalg.norm(box, axis=1).max() <= 5.64 * np.sqrt(1.5) + 1e-9


def test_what_is_no_fraction_has_none():
    silicon = bulk("Si")
    assert commensurate_supercell(silicon, np.array([1 / np.sqrt(7), 0, 0])) is None
    assert commensurate_supercell(silicon, np.array([1 / 397, 1 / 389, 0])) is None
    assert commensurate_supercell(silicon, np.array([1 / 12, 0, 0]), most_cells=11) is None


def test_a_chain_grows_along_its_axis():
    chain = engine.read("monatomic-chain")
    vectors = commensurate_supercell(chain, np.array([0.2, 0, 0]))
    assert np.array_equal(np.abs(vectors), np.diag([5, 1, 1]))
    drawn = piece(chain, vectors=vectors)
    assert len(drawn.numbers) == 6
    assert np.isclose(drawn.box[0, 0], 12.5) or np.isclose(drawn.box[0, 0], -12.5)


def test_a_piece_of_the_supercell_holds_its_atoms():
    atoms = bulk("Si")
    q = np.array([float(Fraction(1, 3)), 0.5, 0.25])
    vectors = commensurate_supercell(atoms, q)
    drawn = piece(atoms, vectors=vectors)
    scaled = drawn.positions @ np.linalg.inv(vectors @ atoms.cell.array)
    inside = ((scaled > -1e-6) & (scaled < 1 - 1e-6)).all(1)
    assert inside.sum() == 2 * 12
    # Atoms on opposite faces move alike.
    wave = np.exp(2j * np.pi * drawn.lattice @ q)
    first = {}
    for place, atom, phase in zip(np.rint(scaled % 1 * 1e5) % 1e5, drawn.source, wave, strict=True):
        same = first.setdefault((*place, atom), phase)
        assert np.isclose(same, phase)


def test_a_cell_given_left_handed_stays_so():
    atoms = Atoms("Po", cell=[[3, 0, 0], [0, 0, 3], [0, 3, 0]], pbc=True)
    assert np.linalg.det(commensurate_supercell(atoms, np.array([0.5, 0, 0]))) > 0
