"""Against the columns of the printed character tables."""

import numpy as np
import pytest
from ase.build import bulk, molecule

from engine.symmetry import character_table, point_group, space_group
from engine.symmetry.activity import (
    components,
    is_hyper_raman_active,
    is_ir_active,
    is_raman_active,
)
from tests.engine.symmetry.molecules.shapes import SHAPES

PRINTED = {  # infrared, Raman, hyper-Raman (Cyvin, Rauch, Decius 1965)
    "Td": (molecule("CH4"), {"T2"}, {"A1", "E", "T2"}, {"A1", "T1", "T2"}),
    "C3v": (molecule("NH3"), {"A1", "E"}, {"A1", "E"}, {"A1", "A2", "E"}),
    "D3h": (
        molecule("BF3"),
        {"A2''", "E'"},
        {"A1'", "E'", "E''"},
        {"A1'", "A2'", "A2''", "E'", "E''"},
    ),
    "D6h": (
        molecule("C6H6"),
        {"A2u", "E1u"},
        {"A1g", "E1g", "E2g"},
        {"A2u", "B1u", "B2u", "E1u", "E2u"},
    ),
    "D3d": (molecule("C2H6"), {"A2u", "Eu"}, {"A1g", "Eg"}, {"A1u", "A2u", "Eu"}),
    "Oh": (bulk("Si"), {"T1u"}, {"A1g", "Eg", "T2g"}, {"A2u", "T1u", "T2u"}),
    "D∞h": (
        molecule("CO2"),
        {"Σu+", "Πu"},
        {"Σg+", "Πg", "Δg"},
        {"Σu+", "Πu", "Δu", "Φu"},
    ),
    "Ih": (SHAPES["icosahedral B12"][0], {"T1u"}, {"Ag", "Hg"}, {"T1u", "T2u", "Gu"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_activity_of_every_irrep(name):
    atoms, infrared, raman, hyper_raman = PRINTED[name]
    group = space_group(atoms).factor_group if atoms.pbc.all() else point_group(atoms)
    assert group.name == name
    table = character_table(group)
    rows = list(zip(table.names, table.characters, strict=True))
    assert {irrep for irrep, chi in rows if is_ir_active(group, chi)} == infrared
    assert {irrep for irrep, chi in rows if is_raman_active(group, chi)} == raman
    assert {irrep for irrep, chi in rows if is_hyper_raman_active(group, chi)} == hyper_raman


def test_mutual_exclusion_where_there_is_an_inversion_centre():
    group = point_group(molecule("C2H4"))
    for chi in character_table(group).characters:
        assert not (is_ir_active(group, chi) and is_raman_active(group, chi))
        assert not (is_hyper_raman_active(group, chi) and is_raman_active(group, chi))
    assert np.isclose(np.linalg.det(group.rotations), -1).sum() == group.order / 2


@pytest.mark.parametrize("name", SHAPES)
def test_components_are_all_there_and_agree_with_activity(name):
    """Three of a vector, three of a rotation, six of a tensor, each once; and from characters."""
    group = point_group(SHAPES[name][0])
    table = character_table(group)
    found = components(group, table)
    for kind, expected in (("linear", 3), ("rotations", 3), ("quadratic", 6)):
        sizes = [entry.count(",") + 1 for carried in found for entry in getattr(carried, kind)]
        assert sum(sizes) == expected, kind
    for chi, carried in zip(table.characters, found, strict=True):
        assert bool(carried.linear) == is_ir_active(group, chi)
        assert bool(carried.quadratic) == is_raman_active(group, chi)
        if is_ir_active(group, chi):  # a vector times a scalar is a tensor of rank three
            assert is_hyper_raman_active(group, chi)


@pytest.mark.parametrize(
    ("name", "irrep", "linear", "rotations", "quadratic"),
    [
        ("H2O", "A1", ("z",), (), ("x²", "y²", "z²")),
        ("H2O", "B2", ("y",), ("Rx",), ("yz",)),
        ("NH3", "A1", ("z",), (), ("x²+y²", "z²")),
        ("NH3", "E", ("(x, y)",), ("(Rx, Ry)",), ("(x²−y², xy)", "(xz, yz)")),
        ("CH4", "A1", (), (), ("x²+y²+z²",)),
        ("CH4", "E", (), (), ("(2z²−x²−y², x²−y²)",)),
        ("CH4", "T2", ("(x, y, z)",), (), ("(xy, xz, yz)",)),
        ("XeF4", "B1g", (), (), ("x²−y²",)),
        ("CO2", "Πg", (), ("(Rx, Ry)",), ("(xz, yz)",)),
        ("C60", "Hg", (), (), ("(2z²−x²−y², x²−y², xy, xz, yz)",)),
    ],
)
def test_components_are_printed_as_in_tables(name, irrep, linear, rotations, quadratic):
    group = point_group(SHAPES[name][0])
    table = character_table(group)
    found = components(group, table)[table.names.index(irrep)]
    assert (found.linear, found.rotations, found.quadratic) == (linear, rotations, quadratic)
