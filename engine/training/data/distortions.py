"""Geometries to start from, and geometries around a minimum."""

from __future__ import annotations

import importlib
from typing import Any

import ase.build
import numpy as np
from ase import Atoms
from ase.neighborlist import natural_cutoffs, neighbor_list
from ase.units import _amu, _hbar, _k
from jaxtyping import Float
from numpy.random import Generator
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from engine.errors import PhonoscopeError
from engine.modes import Modes, modes_of
from engine.training.data.molecule_list import Molecule
from engine.units import SPEED_OF_LIGHT_CM_S
from engine.vibrations import rigid_motions

SOFTEST_CM1 = 150.0
"""Softer modes are displaced as if they were this hard: they bend, and a straight line along them
leaves the valley."""
WIDEST = 2.0  # standard deviations of a normal coordinate
BONDED = 1.3  # times the sum of the covalent radii
FARTHEST_A = 0.4  # displacement of an atom
WARM_K = 300.0  # where bonds are stretched


def import_rdkit() -> Any:
    """RDKit's chemistry; raises PhonoscopeError if it is missing."""
    try:
        return importlib.import_module("rdkit.Chem.AllChem")
    except ImportError as error:
        why, fix = (
            "it turns SMILES into geometries",
            "Install it: pip install 'phonoscope[reference]'",
        )
        raise PhonoscopeError("RDKit is needed", why, fix) from error


def starting_geometry(molecule: Molecule) -> Atoms:
    """A geometry near a minimum: from the G2 collection, else RDKit's embedding of the SMILES.

    Raises
    ------
    PhonoscopeError
        if RDKit is needed and missing, or finds no geometry.
    """
    if molecule.g2 is not None:
        return ase.build.molecule(molecule.g2)
    chem = import_rdkit()
    described = chem.AddHs(chem.MolFromSmiles(molecule.smiles))
    if chem.EmbedMolecule(described, randomSeed=1):
        raise PhonoscopeError(f"no geometry of {molecule.name}", molecule.smiles, "Mend the list.")
    if chem.MMFFHasAllMoleculeParams(described):
        chem.MMFFOptimizeMolecule(described, maxIters=2000)
    symbols = [atom.GetSymbol() for atom in described.GetAtoms()]
    return Atoms(symbols, positions=described.GetConformer().GetPositions())


def normal_modes(atoms: Atoms, hessian_eV_A2: Float[np.ndarray, "3*atoms 3*atoms"]) -> Modes:
    """Vibrations without symmetry labels, rigid motions left out."""
    masses = atoms.get_masses()
    rigid = np.hstack(rigid_motions(atoms.positions, masses))
    rest = np.linalg.svd(rigid)[0][:, rigid.shape[1] :]
    roots = np.repeat(np.sqrt(masses), 3)
    return modes_of(hessian_eV_A2 / np.outer(roots, roots), masses, np.zeros(3), subspace=rest)


def thermal_spread_A(
    modes: Modes, temperature_K: float, quantum: bool = True
) -> Float[np.ndarray, " modes"]:
    """Standard deviation of each normal coordinate, in angstrom of `modes.displacement`.

    An oscillator of reduced mass m has <x^2> = hbar / (2 m omega) coth(hbar omega / 2 k T), a
    classical one k T / (m omega^2).
    """
    frequency = np.maximum(np.abs(modes.frequency_cm1), SOFTEST_CM1)
    omega = 2 * np.pi * SPEED_OF_LIGHT_CM_S * frequency
    mass = modes.reduced_mass_amu * _amu
    ratio = _hbar * omega / (2 * _k * temperature_K)
    square = _hbar / (2 * mass * omega) / (np.tanh(ratio) if quantum else ratio)
    return np.sqrt(square) * 1e10


def thermal(
    atoms: Atoms, modes: Modes, temperature_K: float, rng: Generator, quantum: bool = True
) -> Atoms:
    """A displacement drawn from the harmonic oscillators' distribution at a temperature, capped."""
    drawn = np.clip(rng.normal(size=len(modes)), -WIDEST, WIDEST)
    amplitudes = drawn * thermal_spread_A(modes, temperature_K, quantum)
    return _displaced(atoms, np.einsum("m,mac->ac", amplitudes, modes.displacement.real))


def random(atoms: Atoms, spread_A: float, rng: Generator) -> Atoms:
    """Every Cartesian coordinate displaced by a normal deviate."""
    return _displaced(atoms, rng.normal(0, spread_A, atoms.positions.shape))


def bonded(atoms: Atoms) -> list[tuple[int, int]]:
    """Pairs of atoms closer than BONDED times the sum of their covalent radii, each once."""
    first, second = neighbor_list("ij", atoms, natural_cutoffs(atoms, mult=BONDED))
    return [(int(i), int(j)) for i, j in zip(first, second, strict=True) if i < j]


def stretched(atoms: Atoms, minimum: Atoms, factor: float, rng: Generator) -> Atoms:
    """One of the bonds of the minimum, drawn at random, made `factor` times as long in `atoms`.

    What hangs on its lighter end moves along; in a ring only that atom.
    """
    bonds = bonded(minimum)
    i, j = bonds.pop(rng.integers(len(bonds)))
    others = coo_array(
        (np.ones(len(bonds)), np.array(bonds, int).reshape(-1, 2).T), 2 * [len(atoms)]
    )
    piece = connected_components(others, directed=False)[1]
    ends = [
        piece == piece[end] if piece[i] != piece[j] else np.arange(len(atoms)) == end
        for end in (i, j)
    ]
    masses = atoms.get_masses()
    if masses[ends[0]].sum() < masses[ends[1]].sum():
        i, j, ends = j, i, ends[::-1]
    moved = atoms.copy()
    moved.positions[ends[1]] += (factor - 1) * (atoms.positions[j] - atoms.positions[i])
    return moved


def distorted(atoms: Atoms, modes: Modes, kind: str, size: float, rng: Generator) -> Atoms:
    """A geometry of some kind around a minimum.

    Parameters
    ----------
    kind : thermal, classical, random or stretch
        (:data:`engine.training.data.labelled.KINDS`).
    size : temperature in K, spread in angstrom, or factor of a bond's length at 300 K.
    """
    if kind in ("thermal", "classical"):
        return thermal(atoms, modes, size, rng, quantum=kind == "thermal")
    if kind == "random":
        return random(atoms, size, rng)
    return stretched(thermal(atoms, modes, WARM_K, rng), atoms, size, rng)


def _displaced(atoms: Atoms, displacement_A: Float[np.ndarray, "atoms 3"]) -> Atoms:
    farthest = np.linalg.norm(displacement_A, axis=1).max()
    moved = atoms.copy()
    moved.positions += displacement_A * min(1, FARTHEST_A / farthest)
    return moved
