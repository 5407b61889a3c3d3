"""Densities of states from force constants, by phonopy's linear tetrahedron method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float, Int
from phonopy.phonon.grid import BZGrid
from phonopy.phonon.tetrahedron_method import get_integration_weights
from scipy.special import ndtr

from engine.errors import PhonoscopeError
from engine.phonons.force_constants import phonopy_cell
from engine.phonons.operations import operations
from engine.phonons.stars import Mesh, mesh_points, stars, symmetric_shift
from engine.units import frequency_cm1

Matrices = Callable[[Float[np.ndarray, "n_q 3"]], Complex[np.ndarray, "n_q 3*atoms 3*atoms"]]

DENSE_LENGTH_A = 60.0
"""The dense mesh has so many points that they reach this far along each direction."""

DENSE_POINTS = 30
"""And no more than this a direction."""

CHAIN_POINTS = 2000
"""A chain has but one direction, and singular densities at the ends of its branches."""

MARGIN = 0.02
"""Share of the range of frequencies left empty at either end."""


@dataclass(frozen=True)
class Dos:
    """Density of states per cell: its integral over all frequencies is 3*atoms.

    Every value is the mean over one interval of the evenly spaced ``frequency_cm1``, so that the
    sum times the spacing is the number of states exactly. Imaginary frequencies are negative.

    Attributes
    ----------
    frequency_cm1 : shape (points,), middles of the intervals, in cm^-1.
    total : shape (points,), states per cm^-1 and cell.
    by_element : the part of every element, each of shape (points,): the weight of its atoms in the
        eigenvectors.
    by_atom : shape (atoms, points), the same of every atom of the cell.
    method : ``tetrahedron``, or ``smearing`` with normal distributions.
    mesh : the mesh of interpolated frequencies it rests on.
    """

    frequency_cm1: Float[np.ndarray, " points"]
    total: Float[np.ndarray, " points"]
    by_element: Mapping[str, Float[np.ndarray, " points"]]
    by_atom: Float[np.ndarray, "atoms points"]
    method: Literal["tetrahedron", "smearing"]
    mesh: Mesh


def dense_mesh(atoms: Atoms) -> Mesh:
    """The usual number of points for densities of states and thermal properties."""
    heights = 1 / np.linalg.norm(atoms.cell.complete().reciprocal().array, axis=1)
    if atoms.pbc.sum() == 1:
        n = np.where(atoms.pbc, CHAIN_POINTS, 1)
    else:
        wanted = np.clip(np.ceil(DENSE_LENGTH_A / heights - 1e-6), 1, DENSE_POINTS)
        n = np.where(atoms.pbc, wanted, 1).astype(int)
    return int(n[0]), int(n[1]), int(n[2])


@dataclass(frozen=True)
class DenseModes:
    """Interpolated modes on a dense mesh.

    Where symmetry allows it the mesh avoids Γ, at which three modes have no frequency.

    Attributes
    ----------
    mesh : numbers of points.
    multiplicity : shape (irreducible,), points of the mesh that each irreducible one stands for.
    frequencies_cm1 : shape (irreducible, branches); imaginary negative.
    atom_weights : shape (irreducible, branches, atoms), |e|^2 of each atom in each eigenvector, as
        a mean over the points it stands for.
    grid : phonopy's description of the mesh,
    irreducible : shape (irreducible,), the numbers of the points in it, ascending,
    representative : shape (points,), and which of these stands for every point.
    """

    mesh: Mesh
    multiplicity: Int[np.ndarray, " irreducible"]
    frequencies_cm1: Float[np.ndarray, "irreducible branches"]
    atom_weights: Float[np.ndarray, "irreducible branches atoms"]
    grid: BZGrid
    irreducible: Int[np.ndarray, " irreducible"]
    representative: Int[np.ndarray, " points"]


def dense_modes(atoms: Atoms, matrices: Matrices, mesh: Mesh) -> DenseModes:
    """Interpolated modes on a mesh, at its irreducible points.

    Parameters
    ----------
    matrices : gives D(q) of many wave vectors.
    """
    everything, masses = operations(atoms), atoms.get_masses()
    group = everything[np.flatnonzero((masses[everything.sources] == masses).all(1))]
    points, shift = mesh_points(mesh), symmetric_shift(mesh, atoms.pbc, group)
    family = stars(points, mesh, group, shift)

    # phonopy counts the points in an order of its own.
    grid = BZGrid(
        np.array(mesh),
        lattice=phonopy_cell(atoms).cell,
        is_shift=[int(x) for x in 2 * shift],
        is_time_reversal=False,
    )
    places = grid.addresses[grid.grg2bzg] % mesh
    ours = np.ravel_multi_index(tuple(places.T), mesh)
    theirs = np.argsort(ours)
    order = np.argsort(theirs[family.irreducible])
    q = (points[family.irreducible[order]] + shift) / mesh
    origin = np.argsort(order)[family.origin]

    eigenvalues, vectors = np.linalg.eigh(matrices(q))
    weights = (np.abs(vectors.reshape(len(q), len(atoms), 3, -1)) ** 2).sum(2).swapaxes(1, 2)
    multiplicity = np.bincount(origin)
    sources = group.sources[family.operation][:, None]
    carried = np.zeros_like(weights)
    np.add.at(carried, origin, np.take_along_axis(weights[origin], sources, axis=2))
    irreducible = theirs[family.irreducible[order]]
    return DenseModes(
        mesh=mesh,
        multiplicity=multiplicity,
        frequencies_cm1=frequency_cm1(eigenvalues),
        atom_weights=carried / multiplicity[:, None, None],
        grid=grid,
        irreducible=irreducible,
        representative=irreducible[origin[ours]],
    )


def density_of_states(
    atoms: Atoms, modes: DenseModes, n_points: int = 400, smearing_cm1: float | None = None
) -> Dos:
    """Density of states, total and by atom.

    Parameters
    ----------
    n_points : number of intervals.
    smearing_cm1 : standard deviation of the normal distribution that stands for every mode; None
        for the tetrahedron method.

    Raises
    ------
    PhonoscopeError
        for less than two intervals, or a width that is not positive.
    """
    if n_points < 2 or (smearing_cm1 is not None and not smearing_cm1 > 0):
        raise PhonoscopeError(
            "This density of states cannot be drawn",
            f"{n_points} points and a width of {smearing_cm1} cm-1 were asked for",
            "Ask for two points or more, and a width above zero or none.",
        )
    frequencies = modes.frequencies_cm1
    low, high = float(frequencies.min()), float(frequencies.max())
    margin = MARGIN * (high - low) + 5 * (smearing_cm1 or 0.0) + 1.0
    edges = np.linspace(low - margin, high + margin, n_points + 1)
    if smearing_cm1 is None:
        below = _tetrahedra(modes, edges)
    else:
        below = _smeared(modes, edges, smearing_cm1)
    by_atom = np.diff(below, axis=1) / np.diff(edges)
    symbols = np.array(atoms.get_chemical_symbols())
    return Dos(
        frequency_cm1=(edges[1:] + edges[:-1]) / 2,
        total=by_atom.sum(0),
        by_element={str(s): by_atom[symbols == s].sum(0) for s in dict.fromkeys(symbols)},
        by_atom=by_atom,
        method="tetrahedron" if smearing_cm1 is None else "smearing",
        mesh=modes.mesh,
    )


def _tetrahedra(
    modes: DenseModes, edges: Float[np.ndarray, " edges"]
) -> Float[np.ndarray, "atoms edges"]:
    """States of each atom below each edge."""
    # phonopy's accumulator does this, and as much again for the density, which is not needed.
    number = np.empty(np.prod(modes.mesh), int)
    number[modes.irreducible] = np.arange(len(modes.irreducible))
    shares = get_integration_weights(
        edges,
        modes.frequencies_cm1,
        modes.grid,
        grid_points=modes.grid.grg2bzg[modes.irreducible],
        bzgp2irgp_map=number[modes.representative[modes.grid.bzg2grg]],
        function="J",
    )
    weights = modes.atom_weights * modes.multiplicity[:, None, None]
    return np.tensordot(weights, shares, axes=([0, 1], [0, 2])) / np.prod(modes.mesh)


def _smeared(
    modes: DenseModes, edges: Float[np.ndarray, " edges"], width: float
) -> Float[np.ndarray, "atoms edges"]:
    share = modes.multiplicity / modes.multiplicity.sum()
    below = [
        np.einsum(
            "q,qb,qba->a", share, ndtr((edge - modes.frequencies_cm1) / width), modes.atom_weights,
            optimize=True,
        )
        for edge in edges
    ]  # fmt: skip
    return np.array(below).T
