"""The reduction, against tables worked out by hand in textbooks, and against itself."""

import numpy as np
import pytest
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine.symmetry import character_table, point_group
from engine.symmetry.reduction import Character, class_characters, plain, reduction
from tests.engine.symmetry.molecules.shapes import SHAPES


def worked(atoms):
    group = point_group(atoms)
    table = character_table(group)
    classes = class_characters(group, table)
    return group, table, classes, reduction(group, table, classes)


def row(classes, name):
    return [getattr(column, name).text for column in classes]


def test_ammonia_as_in_the_textbooks():
    """P. W. Atkins, J. de Paula, Physical Chemistry, and every other: C3v, E 2C3 3σv."""
    _, _, classes, steps = worked(molecule("NH3"))
    assert [column.name for column in classes] == ["E", "2C3", "3σv"]
    assert [column.size for column in classes] == [1, 2, 3]
    assert [column.unmoved_atoms for column in classes] == [4, 1, 2]
    assert row(classes, "per_atom") == ["3", "0", "1"]
    assert row(classes, "gamma_3n") == ["12", "0", "2"]
    assert row(classes, "gamma_trans") == ["3", "0", "1"]
    assert row(classes, "gamma_rot") == ["3", "0", "-1"]
    assert row(classes, "gamma_vib") == ["6", "0", "2"]
    assert [(step.irrep, step.multiplicity) for step in steps] == [("A1", 3), ("A2", 1), ("E", 4)]
    assert steps[2].text == "(1·12·2 + 2·0·(-1) + 3·2·0)/6 = 24/6 = 4"


def test_carbon_dioxide_by_functions_of_the_angle():
    _, table, classes, steps = worked(molecule("CO2"))
    columns = {column.name: column for column in classes}
    turns, mirrors = columns["2C∞(φ)"], columns["∞σv"]
    assert turns.gamma_3n.text == "3+6cos φ"
    assert turns.gamma_vib.text == "2+2cos φ"
    assert (mirrors.gamma_3n.text, mirrors.gamma_vib.text) == ("3", "2")
    assert columns["2S∞(φ)"].gamma_3n.text == "-1+2cos φ"
    assert (turns.size, columns["E"].size, columns["i"].size) == (None, 1, 1)
    counts = {step.irrep: step.multiplicity for step in steps if step.multiplicity}
    assert counts == {"Σg+": 1, "Σu+": 2, "Πg": 1, "Πu": 2}
    assert {step.divisor for step in steps} == {4}
    assert not any(str(number) in step.text for step in steps for number in ("16", "32"))
    assert len(table.names) == len(steps)


@pytest.mark.parametrize("name", SHAPES)
def test_every_reduction_adds_up(name):
    """In any orientation: n copies of the irreps have the characters that were reduced."""
    shape, _ = SHAPES[name]
    atoms = shape.copy()
    atoms.positions = atoms.positions @ Rotation.random(rng=1).as_matrix().T
    group, table, classes, steps = worked(atoms)
    counts = np.array([step.multiplicity for step in steps])
    assert counts @ table.dimensions == 3 * len(atoms)
    for column in classes:
        total = counts @ np.array([chi.coefficients for chi in column.irreps])
        assert np.allclose(total, column.gamma_3n.coefficients, atol=1e-9)
        vibrations = np.subtract(column.gamma_3n.coefficients, column.gamma_trans.coefficients)
        vibrations -= np.array(column.gamma_rot.coefficients)
        assert np.allclose(vibrations, column.gamma_vib.coefficients, atol=1e-12)
        if not group.linear:
            # The atoms that a class leaves in place, straight from the positions.
            centred = group.symmetrize_positions(atoms.positions - atoms.positions.mean(0))
            moved = centred @ column.representative.T
            unmoved = (np.linalg.norm(moved - centred, axis=1) < 1e-6).sum()
            assert column.unmoved_atoms == unmoved
            assert column.gamma_3n.coefficients[0] == pytest.approx(
                unmoved * np.trace(column.representative)
            )
    if not group.linear:
        assert sum(column.size for column in classes) == group.order
    for step in steps:
        assert sum(step.terms) == pytest.approx(step.multiplicity * step.divisor)
        assert step.text.endswith(f"/{step.divisor} = {step.multiplicity}")


@pytest.mark.parametrize(
    ("entry", "coefficients"),
    [
        ("1", (1, 0, 0, 0)),
        ("-1", (-1, 0, 0, 0)),
        ("2cos φ", (0, 2, 0, 0)),
        ("-2cos 2φ", (0, 0, -2, 0)),
        ("2cos 3φ", (0, 0, 0, 2)),
    ],
)
def test_entries_are_read_and_written_alike(entry, coefficients):
    assert Character.parsed(entry).coefficients == coefficients
    assert Character.parsed(entry).text == entry


def test_characters_are_written_as_short_as_can_be():
    assert Character((3.0, 1.0, 0.0, -1.0)).text == "3+cos φ-cos 3φ"
    assert Character.of(-1, 2).text == "-1+2cos φ"
    assert Character.of((1 + 5**0.5) / 2).text == "1.618"
    assert Character.of(-1e-12).text == Character.of(0).text == "0"
    assert plain(2.0) == "2"


def test_means_over_the_angle():
    angles = np.linspace(0, 2 * np.pi, 25)[:-1]

    def values(character):
        return np.cos(np.outer(angles, range(4))) @ character.coefficients

    one, other = Character((1.0, 2.0, 0.5, 0.0)), Character((-1.0, 2.0, 1.0, 3.0))
    assert one.mean_product(other) == pytest.approx(np.mean(values(one) * values(other)))
