"""C∞v and D∞h on finitely many operations."""

import numpy as np
import pytest

from engine.symmetry.tables import standard_table


@pytest.mark.parametrize("name", ["C∞v", "D∞h"])
def test_what_is_printed_holds_on_the_finite_operations(name):
    """Any rotation about the axis by φ, with S∞(φ) = σh C∞(φ)."""
    table = standard_table(name)
    for characters, texts in zip(table.characters, table.entries, strict=True):
        for c, text in zip(table.classes, texts, strict=True):
            for member in c.members:
                rotation = table.operations[member]
                phi = np.arctan2(rotation[1, 0], rotation[0, 0])
                assert np.isclose(characters[member], value(text, phi))
    members = sorted(i for c in table.classes for i in c.members)
    assert members == list(range(len(table.operations)))


def value(text, phi):
    number, _, angle = text.partition("cos ")
    turns = int(angle.removesuffix("φ") or 1) if angle else 0
    return int(number) * np.cos(turns * phi)


@pytest.mark.parametrize("name", ["C∞v", "D∞h"])
def test_tensors_up_to_rank_three_are_sums_of_its_irreps(name):
    """Nothing of them is lost by leaving out the irreps with k = 4."""
    table = standard_table(name)
    trace = np.trace(table.operations, axis1=1, axis2=2)
    for rank in (1, 2, 3):
        counts = table.characters @ trace**rank / (table.characters**2).sum(1)
        assert np.allclose(counts, np.rint(counts))
        assert np.allclose(np.rint(counts) @ table.characters, trace**rank)


def test_a_vector_is_sigma_plus_and_pi():
    for name, expected in (("C∞v", {"Σ+", "Π"}), ("D∞h", {"Σu+", "Πu"})):
        table = standard_table(name)
        trace = np.trace(table.operations, axis1=1, axis2=2)
        counts = np.rint(table.characters @ trace / (table.characters**2).sum(1))
        assert {i for i, c in zip(table.irreps, counts, strict=True) if c} == expected


def test_rotation_about_the_axis_is_sigma_minus():
    for name, expected in (("C∞v", "Σ-"), ("D∞h", "Σg-")):
        table = standard_table(name)
        axial = np.linalg.det(table.operations) * table.operations[:, 2, 2]
        assert np.allclose(table.characters[table.irreps.index(expected)], axial)
