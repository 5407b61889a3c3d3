"""Against the columns of the printed character tables."""

import numpy as np
import pytest
from ase.build import bulk, molecule

from engine.symmetry import character_table, point_group, space_group
from engine.symmetry.activity import is_ir_active, is_raman_active

PRINTED = {
    "Td": (molecule("CH4"), {"T2"}, {"A1", "E", "T2"}),
    "C3v": (molecule("NH3"), {"A1", "E"}, {"A1", "E"}),
    "D3h": (molecule("BF3"), {"A2''", "E'"}, {"A1'", "E'", "E''"}),
    "D6h": (molecule("C6H6"), {"A2u", "E1u"}, {"A1g", "E1g", "E2g"}),
    "D3d": (molecule("C2H6"), {"A2u", "Eu"}, {"A1g", "Eg"}),
    "Oh": (bulk("Si"), {"T1u"}, {"A1g", "Eg", "T2g"}),
}


@pytest.mark.parametrize("name", PRINTED)
def test_activity_of_every_irrep(name):
    atoms, infrared, raman = PRINTED[name]
    group = space_group(atoms).factor_group if atoms.pbc.all() else point_group(atoms)
    assert group.name == name
    table = character_table(group)
    rows = list(zip(table.names, table.characters, strict=True))
    assert {irrep for irrep, chi in rows if is_ir_active(group, chi)} == infrared
    assert {irrep for irrep, chi in rows if is_raman_active(group, chi)} == raman


def test_mutual_exclusion_where_there_is_an_inversion_centre():
    group = point_group(molecule("C2H4"))
    for chi in character_table(group).characters:
        assert not (is_ir_active(group, chi) and is_raman_active(group, chi))
    assert np.isclose(np.linalg.det(group.rotations), -1).sum() == group.order / 2
