"""The first Brillouin zone: the Wigner-Seitz cell of the reciprocal lattice.

It holds the wave vectors that are nearer to Γ than to any other reciprocal lattice vector G,
k.G <= |G|^2 / 2. Of a crystal it is a polyhedron, of a slab a polygon, of a chain a segment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.geometry import minkowski_reduce
from jaxtyping import Float, Int
from scipy.spatial import HalfspaceIntersection

from engine.errors import PhonoscopeError
from engine.phonons.path import special_points

SAME = 1e-6
"""Lengths that differ by less, relative to the zone, are the same."""

BESIDE = 0.08
"""A line that passes a chain's zone at no more than this part of its length meets it."""


@dataclass(frozen=True)
class Zone:
    """A Brillouin zone and the points that have names.

    Attributes
    ----------
    reciprocal : shape (3, 3), the reciprocal vectors of the cell as rows, in 1/angstrom (2 pi
        included). Along directions without a lattice they mean nothing.
    vertices : shape (vertices, 3), Cartesian, in 1/angstrom.
    faces : each the numbers of its vertices, going round it; one for a slab, none for a chain.
    edges : shape (edges, 2), pairs of vertices.
    neighbours : shape (neighbours, 3), integers: the reciprocal lattice vectors whose planes bound
        the zone, in units of the reciprocal vectors.
    points : the special points of the lattice by name, in units of the reciprocal vectors.
    """

    reciprocal: Float[np.ndarray, "3 3"]
    vertices: Float[np.ndarray, "vertices 3"]
    faces: tuple[tuple[int, ...], ...]
    edges: Int[np.ndarray, "edges 2"]
    neighbours: Int[np.ndarray, "neighbours 3"]
    points: Mapping[str, Float[np.ndarray, "3"]]

    def cartesian(self, q: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
        """Wave vectors in 1/angstrom from units of the reciprocal vectors."""
        return np.asarray(q, float) @ self.reciprocal

    def folded(self, q: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
        """The wave vector in the first zone that describes the same waves, q less some G."""
        inside: Float[np.ndarray, "3"] = np.asarray(q, float)
        planes = self.cartesian(self.neighbours)
        half = (planes**2).sum(1) / 2
        while True:
            beyond = planes @ self.cartesian(inside) - half
            if beyond.max() < SAME * half.max():
                return inside
            inside = inside - self.neighbours[beyond.argmax()]

    def on_line(
        self, start: Float[np.ndarray, "3"], direction: Float[np.ndarray, "3"]
    ) -> Float[np.ndarray, "3"] | None:
        """The wave vector of the zone that lies on a line, nearest to where the line starts.

        Of a slab's zone it is where the line crosses its plane, of a chain's where it passes by.

        Parameters
        ----------
        start, direction : Cartesian, ``start`` in 1/angstrom.

        Returns
        -------
        in units of the reciprocal vectors; None where the line misses the zone.
        """
        planes = self.cartesian(self.neighbours)
        half = (planes**2).sum(1) / 2
        along = np.linalg.svd(planes)[2][: np.linalg.matrix_rank(planes, tol=SAME * half.max())]
        if len(along) == 3:
            rates, room = planes @ direction, half - planes @ start
            with np.errstate(divide="ignore", invalid="ignore"):
                crossings = room / rates
            first = crossings[rates < 0].max(initial=-np.inf)
            last = crossings[rates > 0].min(initial=np.inf)
            if first > last:
                return None
            k = start + float(np.clip(0.0, first, last)) * direction
        else:
            away = np.eye(3) - along.T @ along  # out of the plane or the line of the zone
            rise, height = away @ direction, away @ start
            if np.linalg.norm(rise) < SAME * np.linalg.norm(direction):
                return None
            met = start - (height @ rise) / (rise @ rise) * direction
            size = np.linalg.norm(self.vertices, axis=1).max()
            if np.linalg.norm(away @ met) > BESIDE * size:
                return None
            k = along.T @ (along @ met)
        if (planes @ k - half).max() > SAME * half.max():
            return None
        q: Float[np.ndarray, "3"] = k @ np.linalg.inv(self.reciprocal)
        return q


def brillouin_zone(atoms: Atoms) -> Zone:
    """The first Brillouin zone of a crystal, slab or chain.

    Raises
    ------
    PhonoscopeError
        for a molecule.
    """
    if not atoms.pbc.any():
        raise PhonoscopeError(
            "A molecule has no Brillouin zone",
            f"{atoms.get_chemical_formula()} is periodic in no direction",
            "Choose a crystal, a slab or a chain.",
        )
    reciprocal = 2 * np.pi * atoms.cell.complete().reciprocal().array
    steps = _nearest_steps(reciprocal, atoms)
    planes = steps @ reciprocal
    vertices = _vertices(planes)
    # A vertex on a plane bounds its face; planes that touch the zone at fewer points do not.
    half = (planes**2).sum(1) / 2
    on_plane = np.abs(planes @ vertices.T - half[:, None]) < SAME * half.max()
    dimension = int(atoms.pbc.sum())
    bounding = on_plane.sum(1) >= dimension
    faces = _faces(vertices, on_plane[bounding], dimension)
    pairs = {
        (min(a, b), max(a, b))
        for face in faces
        for a, b in zip(face, (*face[1:], face[0]), strict=True)
    }
    return Zone(
        reciprocal=reciprocal,
        vertices=vertices,
        faces=faces,
        edges=np.array(sorted(pairs or {(0, 1)})),
        neighbours=steps[bounding],
        points=special_points(atoms),
    )


def _nearest_steps(reciprocal: Float[np.ndarray, "3 3"], atoms: Atoms) -> Int[np.ndarray, "n 3"]:
    """Reciprocal lattice vectors among which are all that bound the zone.

    In a Minkowski-reduced basis their components are -1, 0 or 1.
    """
    _, change = minkowski_reduce(reciprocal, atoms.pbc)
    ranges = [(-1, 0, 1) if periodic else (0,) for periodic in atoms.pbc]
    steps = np.array(np.meshgrid(*ranges, indexing="ij")).reshape(3, -1).T
    return np.array(steps[steps.any(1)] @ change)


def _vertices(planes: Float[np.ndarray, "planes 3"]) -> Float[np.ndarray, "vertices 3"]:
    """Corners of the region nearer to the origin than to any of the given points."""
    _, sizes, axes = np.linalg.svd(planes)
    axes = axes[: int((sizes > SAME * sizes[0]).sum())]
    flat = planes @ axes.T
    if len(axes) == 1:
        nearest = planes[np.abs(flat[:, 0]).argmin()]
        return np.array([-nearest / 2, nearest / 2])
    halfspaces = np.column_stack([flat, -(flat**2).sum(1) / 2])
    corners = HalfspaceIntersection(halfspaces, np.zeros(len(axes))).intersections
    size = np.linalg.norm(corners, axis=1).max()
    # Where more planes meet than need to, a corner is found several times.
    apart = np.linalg.norm(corners[:, None] - corners, axis=2) > SAME * size
    first = np.flatnonzero(np.tril(~apart).argmax(1) == np.arange(len(corners)))
    return np.array(corners[first] @ axes)


def _faces(
    vertices: Float[np.ndarray, "vertices 3"],
    on_plane: Float[np.ndarray, "planes vertices"],
    dimension: int,
) -> tuple[tuple[int, ...], ...]:
    if dimension == 1:
        return ()
    groups = [np.arange(len(vertices))] if dimension == 2 else [*map(np.flatnonzero, on_plane)]
    return tuple(_around(vertices, group) for group in groups)


def _around(
    vertices: Float[np.ndarray, "vertices 3"], face: Int[np.ndarray, " corners"]
) -> tuple[int, ...]:
    """The corners of a flat face in the order in which one walks round it."""
    arms = vertices[face] - vertices[face].mean(0)
    _, _, (across, up, _) = np.linalg.svd(arms)
    order = np.argsort(np.arctan2(arms @ up, arms @ across))
    return tuple(int(i) for i in face[order])
