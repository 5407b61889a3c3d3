"""Which piece of a crystal is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Float, Int

from engine.structure import commensurate_supercell, conventional_vectors, piece

MOST_ATOMS = 5000
ATOMS_TO_START_WITH = 110
ATOMS_OF_A_LARGE_PIECE = 700
MOST_CELLS_TO_START_WITH = 8


@dataclass(frozen=True)
class Drawn:
    """So many boxes along each direction.

    Attributes
    ----------
    repeats : how many.
    supercell : the box as integer combinations of the primitive vectors; None: conventional.
    reason : why it is this piece, if it is not what was asked for.
    """

    repeats: tuple[int, int, int]
    supercell: tuple[tuple[int, ...], ...] | None = None
    reason: str = ""

    @property
    def vectors(self) -> Int[np.ndarray, "3 3"] | None:
        """The box as :func:`engine.structure.piece` takes it."""
        return None if self.supercell is None else np.array(self.supercell)

    def cells(self, atoms: Atoms) -> int:
        """How many primitive cells that is."""
        vectors = conventional_vectors(atoms) if self.vectors is None else self.vectors
        return abs(round(np.linalg.det(vectors))) * int(
            np.prod(np.where(atoms.pbc, self.repeats, 1))
        )

    def atoms(self, atoms: Atoms) -> int:
        """How many atoms that is, those repeated on the faces left out."""
        return self.cells(atoms) * len(atoms)

    def in_words(self, atoms: Atoms, drawn: int) -> str:
        """What is drawn."""
        if not atoms.pbc.any():
            return ""
        number = self.cells(atoms)
        cells = "1 primitive cell" if number == 1 else f"{number:,} primitive cells"
        if self.supercell is not None:
            return f"The wave repeats after {cells}: {self.atoms(atoms):,} atoms."
        return f"{self.reason}{cells}, {drawn:,} atoms with those on the faces."


def whole_wave(atoms: Atoms, q: Float[np.ndarray, "3"]) -> Drawn:
    """The smallest supercell in which a wave repeats, or a large piece where there is none."""
    most = MOST_ATOMS // len(atoms)
    vectors = commensurate_supercell(atoms, q, most)
    if vectors is not None:
        return Drawn((1, 1, 1), tuple(tuple(map(int, row)) for row in vectors))
    return Drawn(
        pieces_to_start_with(atoms, ATOMS_OF_A_LARGE_PIECE),
        reason=f"This wave does not repeat within {most:,} cells; a large piece is shown instead: ",
    )


def pieces_to_start_with(atoms: Atoms, most: int = ATOMS_TO_START_WITH) -> tuple[int, int, int]:
    """As many cells along each direction as show a wave without crowding."""
    if not atoms.pbc.any():
        return (1, 1, 1)
    dimensions = int(atoms.pbc.sum())
    largest = MOST_CELLS_TO_START_WITH if most == ATOMS_TO_START_WITH else 40
    number = 1
    per_box = Drawn((1, 1, 1)).atoms(atoms)
    while (
        number < largest
        and per_box * (number + 1) ** dimensions <= most
        and len(piece(atoms, (number + 1,) * 3).numbers) <= most
    ):
        number += 1
    along = [number if periodic else 1 for periodic in atoms.pbc]
    return along[0], along[1], along[2]
