"""Correlation of irreps, against printed tables (Wilson, Decius, Cross, appendix X-8)."""

import numpy as np
import pytest
from ase.build import molecule

from engine.symmetry import character_table, point_group
from engine.symmetry.correlation import correlation


def groups(name, *heavy):
    """Parent, and what is left when some hydrogen atoms (numbers from 0) are heavier."""
    atoms = molecule(name)
    masses = atoms.get_masses()
    hydrogen = np.flatnonzero(atoms.numbers == 1)
    masses[hydrogen[list(heavy)]] = 2.014
    atoms.set_masses(masses)
    return point_group(atoms, masses=False), point_group(atoms)


@pytest.mark.parametrize(
    ("name", "heavy", "subgroup", "expected"),
    [
        ("CH4", [0], "C3v", {"A1": "A1", "A2": "A2", "E": "E", "T1": "A2+E", "T2": "A1+E"}),
        (
            "CH4",
            [0, 1],
            "C2v",
            {"A1": "A1", "A2": "A2", "E": "A1+A2", "T1": "A2+B1+B2", "T2": "A1+B1+B2"},
        ),
        ("H2O", [0], "Cs", {"A1": "A'", "A2": "A''", "B1": "A''", "B2": "A'"}),
        ("NH3", [0], "Cs", {"A1": "A'", "A2": "A''", "E": "A'+A''"}),
        ("C2H2", [0], "C∞v", {"Σg+": "Σ+", "Σu+": "Σ+", "Πg": "Π", "Πu": "Π", "Δu": "Δ"}),
    ],
)
def test_against_printed_tables(name, heavy, subgroup, expected):
    parent, left = groups(name, *heavy)
    assert left.name == subgroup
    found = correlation(parent, left)
    assert {irrep: found[irrep] for irrep in expected} == expected
    assert list(found) == list(character_table(parent).names)


@pytest.mark.parametrize("heavy", [[0], [0, 1], [0, 3], [0, 1, 2], [0, 2, 4]])
def test_dimensions_and_frobenius_reciprocity(heavy):
    """What an irrep of benzene becomes is counted the other way round by induction."""
    parent, left = groups("C6H6", *heavy)
    upper, lower = character_table(parent), character_table(left)
    found = correlation(parent, left)
    for k, dimension in enumerate(upper.dimensions):
        terms = found[upper.names[k]].split("+")
        sizes = [lower.dimensions[lower.names.index(t.lstrip("123456789"))] for t in terms]
        counts = [int(t[0]) if t[0].isdigit() else 1 for t in terms]
        assert np.dot(sizes, counts) == dimension
    # Characters induced from the totally symmetric irrep: cosets that an operation leaves.
    kept = [np.abs(parent.rotations - r).max((1, 2)).argmin() for r in left.rotations]
    induced = np.zeros(parent.order)
    for g in range(parent.order):
        conjugates = parent.rotations.transpose(0, 2, 1) @ parent.rotations[g] @ parent.rotations
        distance = np.abs(conjugates[:, None] - parent.rotations[kept]).max((2, 3)).min(1)
        induced[g] = (distance < 1e-6).sum() / left.order
    symmetric = lower.names[0]
    for irrep, count in zip(upper.names, upper.multiplicities(induced), strict=True):
        terms = found[irrep].split("+")
        own = sum(int(t[: -len(symmetric)] or 1) for t in terms if t.lstrip("12345") == symmetric)
        assert own == round(count)


def test_a_group_that_is_no_subgroup_is_told():
    parent, left = groups("CH4", 0)
    _, other = groups("CH4", 1)
    with pytest.raises(ValueError, match="not a subgroup"):
        correlation(left, parent)
    with pytest.raises(ValueError, match="not a subgroup"):
        correlation(left, other)
