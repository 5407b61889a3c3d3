"""One mode as it is seen: in a molecule, or in the smallest cell of a crystal that repeats it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.build.supercells import lattice_points_in_supercell
from jaxtyping import Complex

from engine.errors import PhonoscopeError
from engine.formats.writers.content import Content
from engine.structure import commensurate_supercell
from engine.units import SPEED_OF_LIGHT_CM_S

FRAMES = 24
"""Pictures of one period."""

MOST_ATOMS = 20_000
"""A cell of more atoms is no file that anyone would open."""


@dataclass(frozen=True)
class Motion:
    """A mode in the cell where it repeats.

    Attributes
    ----------
    atoms : at rest; of a crystal the commensurate supercell.
    displacement : shape (atoms, 3), complex: atoms are displaced by Re[u exp(-i omega t)]. The one
        that moves most has length 1 at its largest.
    amplitude_A : by which it is multiplied, in angstrom.
    period_fs : of the motion; None where nothing oscillates.
    """

    atoms: Atoms
    displacement: Complex[np.ndarray, "atoms 3"]
    amplitude_A: float
    period_fs: float | None

    def at(self, phase: float) -> Atoms:
        """The structure displaced, at a phase omega t."""
        moved = self.atoms.copy()
        moved.positions += self.amplitude_A * (self.displacement * np.exp(-1j * phase)).real
        return moved

    def frames(self, number: int = FRAMES) -> list[Atoms]:
        """So many pictures of one period; the next would be the first again."""
        return [self.at(phase) for phase in 2 * np.pi * np.arange(number) / number]

    @property
    def stands(self) -> bool:
        """Whether all atoms pass their places of rest together: a standing wave."""
        u = self.displacement
        return bool(np.abs(u.imag).max() < 1e-8)


def motion_of(content: Content) -> Motion:
    """The selected mode of a content.

    Raises
    ------
    PhonoscopeError
        if there is no mode, or its wave repeats in no cell of a reasonable size.
    """
    modes, atoms = content.modes, content.atoms
    if modes is None:
        raise PhonoscopeError(
            f"{content.name} does not move",
            "it is a structure alone, without vibrations",
            "Choose a model, or a result.",
        )
    u = np.asarray(modes.displacement[content.branch], complex)
    supercell, cells = atoms, None
    if atoms.pbc.any():
        most = max(1, MOST_ATOMS // len(atoms))
        vectors = commensurate_supercell(atoms, modes.q, most_cells=most)
        if vectors is None:
            raise PhonoscopeError(
                f"The wave of q = ({', '.join(f'{x + 0.0:.4g}' for x in modes.q)}) is too long",
                f"it repeats in no supercell of {MOST_ATOMS} atoms or less",
                "Choose a wave vector of simple fractions, such as a named point.",
            )
        points = lattice_points_in_supercell(vectors) @ vectors
        cells = np.rint(points).astype(int)
        supercell = _supercell(atoms, vectors, cells)
        u = (np.exp(2j * np.pi * cells @ modes.q)[:, None, None] * u).reshape(-1, 3)
    length = np.linalg.norm(np.abs(u), axis=1)
    # Of a circling atom neither part alone is its largest displacement.
    largest = max(
        np.linalg.norm((u * np.exp(-1j * phase)).real, axis=1).max()
        for phase in np.linspace(0, np.pi, 180, endpoint=False)
    )
    u = u / (largest if largest > 1e-12 * length.max() else 1.0)
    frequency = float(modes.frequency_cm1[content.branch])
    period_fs = 1e15 / (frequency * SPEED_OF_LIGHT_CM_S) if frequency > 1.0 else None
    return Motion(supercell, u, content.amplitude_A, period_fs)


def _supercell(atoms: Atoms, vectors: np.ndarray, cells: np.ndarray) -> Atoms:
    """All atoms of all cells, cell after cell, unwrapped."""
    cell = atoms.cell.complete().array
    n = len(cells)
    full = vectors @ cell
    full[~atoms.pbc] = atoms.cell.array[~atoms.pbc]
    return Atoms(
        numbers=np.tile(atoms.numbers, n),
        positions=(cells @ cell)[:, None].repeat(len(atoms), 1).reshape(-1, 3)
        + np.tile(atoms.positions, (n, 1)),
        masses=np.tile(atoms.get_masses(), n),
        cell=full,
        pbc=atoms.pbc,
    )
