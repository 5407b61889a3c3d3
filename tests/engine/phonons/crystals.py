"""Crystals of many space groups, and force constants for them that no model is needed for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ase import Atoms
from ase.build import bulk, graphene
from ase.spacegroup import crystal

from engine.phonons.operations import operations
from engine.structure import primitive_cell


def _from_sites(symbols, sites, group, cellpar):
    return primitive_cell(crystal(symbols, sites, spacegroup=group, cellpar=cellpar))


def quartz() -> Atoms:
    sites = [(0.4697, 0, 1 / 3), (0.4135, 0.2669, 0.2144)]
    return _from_sites(["Si", "O"], sites, 152, [4.913, 4.913, 5.405, 90, 90, 120])


def rutile() -> Atoms:
    return _from_sites(
        ["Ti", "O"], [(0, 0, 0), (0.305, 0.305, 0)], 136, [4.59, 4.59, 2.96, 90, 90, 90]
    )


def perovskite() -> Atoms:
    sites = [(0.5, 0.5, 0.5), (0, 0, 0), (0.5, 0, 0)]
    return _from_sites(["Ba", "Ti", "O"], sites, 221, [4.0, 4.0, 4.0, 90, 90, 90])


def three_screws() -> Atoms:
    """P2_12_12_1, with irreps that time reversal doubles."""
    return _from_sites(["As"], [(0.11, 0.23, 0.37)], 19, [5, 6, 7, 90, 90, 90])


def one_screw() -> Atoms:
    """P2_1, whose zone boundary holds modes together in pairs by time reversal alone."""
    sites = [(0.13, 0.0, 0.27), (0.61, 0.31, 0.71)]
    return _from_sites(["Se", "O"], sites, 4, [5, 6, 7, 90, 100, 90])


def diatomic_chain() -> Atoms:
    return Atoms("NaCl", [[0, 5, 5], [1.3, 5, 5]], cell=[2.6, 10, 10], pbc=[True, False, False])


CRYSTALS: dict[str, Callable[[], Atoms]] = {
    "silicon": lambda: bulk("Si", a=5.43),
    "rocksalt": lambda: bulk("NaCl", "rocksalt", a=5.64),
    "zincblende": lambda: bulk("ZnS", "zincblende", a=5.41),
    "wurtzite": lambda: bulk("ZnS", "wurtzite", a=3.82, c=6.26, u=0.375),
    "quartz": quartz,
    "rutile": rutile,
    "perovskite": perovskite,
    "titanium": lambda: bulk("Ti", "hcp", a=2.95, c=4.68),
    "three screws": three_screws,
    "one screw": one_screw,
    "graphene": lambda: graphene(vacuum=5),
    "chain": diatomic_chain,
}


def random_dynamical_matrix(atoms: Atoms, seed: int = 0) -> Callable[[np.ndarray], np.ndarray]:
    """D(q) of random force constants between neighbouring cells, averaged over the space group."""
    group = operations(atoms).preserving(atoms.get_masses())
    rng = np.random.default_rng(seed)
    cells = np.unique((np.indices((3, 3, 3)).reshape(3, -1).T - 1) * atoms.pbc, axis=0)
    size = 3 * len(atoms)
    blocks = rng.normal(size=(len(cells), size, size))
    opposite = [int(np.flatnonzero((cells == -r).all(1))[0]) for r in cells]
    blocks = (blocks + blocks[opposite].swapaxes(1, 2)) / 2

    def matrix(q: np.ndarray) -> np.ndarray:
        each = np.einsum("gba,b->ga", group.lattice_rotations, q)
        given = np.einsum("gr,rab->gab", np.exp(2j * np.pi * each @ cells.T), blocks)
        return group.carried_matrices(each, given).mean(0)

    return matrix
