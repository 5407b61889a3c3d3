"""Cells and pieces of crystals: what is repeated, and the finite piece one looks at."""

from engine.structure.cells import conventional_vectors, primitive_cell
from engine.structure.formula import formula
from engine.structure.pieces import OpenBonds, Piece, piece
from engine.structure.supercells import commensurate_supercell

__all__ = [
    "OpenBonds",
    "Piece",
    "commensurate_supercell",
    "conventional_vectors",
    "formula",
    "piece",
    "primitive_cell",
]
