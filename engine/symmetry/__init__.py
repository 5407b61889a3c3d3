"""Groups of symmetry operations, their character tables, and the labels and activity of modes."""

from engine.symmetry.activity import is_ir_active, is_raman_active
from engine.symmetry.character_table import CharacterTable, character_table
from engine.symmetry.crystals.space_group import SpaceGroup, space_group
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.labels import ModeLabels, label_modes, representation
from engine.symmetry.molecules.point_group import point_group

__all__ = [
    "CharacterTable",
    "ModeLabels",
    "SpaceGroup",
    "SymmetryGroup",
    "character_table",
    "is_ir_active",
    "is_raman_active",
    "label_modes",
    "point_group",
    "representation",
    "space_group",
]
