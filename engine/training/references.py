"""What the data says before anything is learnt: energies of elements, scale, neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase.data import chemical_symbols
from jaxtyping import Float
from vesin import NeighborList

from engine.errors import PhonoscopeError
from engine.training.samples import Sample

ReferenceEnergies = dict[int, float]
"""Atomic number -> energy in eV, to be subtracted from total energies."""


def elements_of(samples: Sequence[Sample]) -> tuple[int, ...]:
    """Atomic numbers in the data, ascending."""
    return tuple(sorted({int(z) for s in samples for z in s.atoms.numbers}))


def least_squares_energies(
    samples: Sequence[Sample], energies: Float[np.ndarray, " samples"]
) -> ReferenceEnergies:
    """Energies of the elements whose sums come nearest to those of the samples, in eV.

    Where compositions do not tell elements apart, the solution of least norm about the mean energy
    per atom.
    """
    elements = elements_of(samples)
    counts = np.array([[(s.atoms.numbers == z).sum() for z in elements] for s in samples], float)
    mean = energies.sum() / counts.sum()
    about_mean = np.linalg.lstsq(counts, energies - counts.sum(1) * mean, rcond=1e-8)[0]
    return {z: float(e + mean) for z, e in zip(elements, about_mean, strict=True)}


def isolated_atom_energies(atoms: Sequence[Sample], elements: Sequence[int]) -> ReferenceEnergies:
    """Energies of the free atoms of the data.

    Raises
    ------
    PhonoscopeError
        if the data lacks one.
    """
    known = {int(s.atoms.numbers[0]): s.energy_eV for s in atoms}
    if missing := [chemical_symbols[z] for z in elements if z not in known]:
        raise PhonoscopeError(
            f"There is no free atom of {', '.join(missing)} in the data",
            'references = "isolated-atoms" asks for every element',
            'Compute it, or use references = "least-squares".',
        )
    return {z: known[z] for z in elements}


def without_references(sample: Sample, references: ReferenceEnergies) -> float:
    """Energy in eV above that of the elements, in double precision."""
    return sample.energy_eV - sum(references[int(z)] for z in sample.atoms.numbers)


def force_scale(samples: Sequence[Sample]) -> float:
    """Root mean square of all force components in eV/angstrom, at least 0.1: minima have none."""
    squares = np.concatenate([s.forces_eV_A.ravel() ** 2 for s in samples])
    return max(0.1, float(np.sqrt(squares.mean())))


def average_neighbours(samples: Sequence[Sample], cutoff_A: float) -> float:
    """Mean number of neighbours of an atom within the cutoff."""
    search, edges = NeighborList(cutoff=cutoff_A, full_list=True), 0
    for s in samples:
        cell = np.asarray(s.atoms.cell.complete() if s.atoms.pbc.any() else s.atoms.cell.array)
        found = search.compute(s.atoms.positions, cell, list(s.atoms.pbc), "i")
        edges += len(found[0])
    return max(1.0, edges / sum(len(s.atoms) for s in samples))
