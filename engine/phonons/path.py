"""Paths through the Brillouin zone.

Crystals follow the standard path of seekpath (Y. Hinuma et al., Comput. Mater. Sci. 128, 140
(2017), whose labels are used), expressed in the reciprocal vectors of the cell as given. Slabs
follow the path of their two-dimensional lattice (by ase). A chain goes from Γ to X, the boundary of
its one-dimensional zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import seekpath
from ase import Atoms
from jaxtyping import Bool, Float

from engine.errors import PhonoscopeError


@dataclass(frozen=True)
class BandPath:
    """Points along straight segments between labelled points.

    Attributes
    ----------
    q : shape (points, 3), in units of the reciprocal vectors of the cell.
    distance : shape (points,), length along the path in 1/angstrom (2 pi included); it does not
        grow where the path jumps.
    labels : (name, point number) of every end of a segment. Where the path jumps, two labels stand
        at neighbouring points of equal distance.
    """

    q: Float[np.ndarray, "points 3"]
    distance: Float[np.ndarray, " points"]
    labels: tuple[tuple[str, int], ...]


def band_path(atoms: Atoms, n_points: int = 200, route: str = "auto") -> BandPath:
    """The standard path of a crystal, slab or chain, or another one through its labelled points.

    Parameters
    ----------
    n_points : about how many points in all; every segment gets its share by length.
    route : labels joined by ``-``, with ``|`` or a comma where the path jumps, like ``Γ-X-W|K-Γ``;
        G is Γ. ``auto``: the standard path.

    Raises
    ------
    PhonoscopeError
        for a molecule, fewer than two points, or labels that the lattice does not have.
    """
    if n_points < 2:
        raise PhonoscopeError(
            "The path has too few points", f"{n_points} were asked for", "Ask for two or more."
        )
    segments, points = _standard_segments(atoms)
    if route != "auto":
        segments = _segments(route, points)
    reciprocal = 2 * np.pi * atoms.cell.complete().reciprocal().array
    ends = [(np.array(points[a]), np.array(points[b])) for a, b in segments]
    lengths = [float(np.linalg.norm((end - start) @ reciprocal)) for start, end in ends]
    q: list[Float[np.ndarray, "3"]] = []
    distance: list[float] = []
    labels: list[tuple[str, int]] = []
    travelled, previous = 0.0, None
    for (first, last), (start, end), length in zip(segments, ends, lengths, strict=True):
        steps = max(1, round(length / sum(lengths) * n_points))
        fractions = np.linspace(0.0, 1.0, steps + 1)
        if first != previous:
            labels.append((_symbol(first), len(q)))
        else:
            fractions = fractions[1:]
        q += [start + t * (end - start) for t in fractions]
        distance += [travelled + t * length for t in fractions]
        travelled += length
        labels.append((_symbol(last), len(q) - 1))
        previous = last
    return BandPath(np.array(q), np.array(distance), tuple(labels))


def special_points(atoms: Atoms) -> dict[str, Float[np.ndarray, "3"]]:
    """The points of the lattice that have names, in units of the reciprocal vectors.

    Raises
    ------
    PhonoscopeError
        for a molecule.
    """
    _, points = _standard_segments(atoms)
    return {_symbol(name): np.array(q) for name, q in points.items()}


def standard_route(atoms: Atoms) -> str:
    """The standard path as :func:`band_path` takes it, like ``Γ-X-U|K-Γ-L-W-X``.

    Raises
    ------
    PhonoscopeError
        for a molecule.
    """
    segments, _ = _standard_segments(atoms)
    route = ""
    for before, (first, last) in zip([None, *segments], segments, strict=False):
        if before is None or before[1] != first:
            route += f"{'|' if before else ''}{_symbol(first)}"
        route += f"-{_symbol(last)}"
    return route


def at_gamma(q: Float[np.ndarray, "points 3"]) -> Bool[np.ndarray, " points"]:
    """Points at Γ, in any zone."""
    return (np.abs(q - np.rint(q)) < 1e-9).all(1)


def _standard_segments(
    atoms: Atoms,
) -> tuple[list[tuple[str, str]], dict[str, list[float]]]:
    periodic = int(atoms.pbc.sum())
    if periodic == 1:
        boundary = (0.5 * atoms.pbc).tolist()
        return [("GAMMA", "X")], {"GAMMA": [0.0, 0.0, 0.0], "X": boundary}
    if periodic == 3:
        cell = (atoms.cell.array, atoms.get_scaled_positions(wrap=False), atoms.numbers)
        found = seekpath.get_path_orig_cell(cell, symprec=1e-3)
        return found["path"], found["point_coords"]
    if periodic == 2:
        return _slab_segments(atoms)
    raise PhonoscopeError(
        "There is no path for this structure",
        "it is a molecule, periodic in no direction",
        "Choose a crystal, a slab or a chain.",
    )


def _slab_segments(atoms: Atoms) -> tuple[list[tuple[str, str]], dict[str, list[float]]]:
    path = atoms.cell.bandpath(npoints=0, pbc=atoms.pbc)
    lines = [re.findall(r"[A-Z][0-9]*", line) for line in path.path.split(",")]
    names = {name: "GAMMA" if name == "G" else name for line in lines for name in line}
    segments = [(names[a], names[b]) for line in lines for a, b in pairwise(line)]
    return segments, {names[n]: list(map(float, path.special_points[n])) for n in names}


def _segments(route: str, points: dict[str, list[float]]) -> list[tuple[str, str]]:
    """The segments of a path that someone has written down."""
    names = {_symbol(name): name for name in points} | {"G": "GAMMA", "GAMMA": "GAMMA"}
    lines = [[name.strip() for name in line.split("-")] for line in re.split("[|,]", route)]
    unknown = [name for line in lines for name in line if name not in names]
    if unknown or any(len(line) < 2 for line in lines):
        raise PhonoscopeError(
            f"'{route}' is not a path through this zone",
            f"its labelled points are {', '.join(_symbol(name) for name in points)}",
            "Join two or more of them, like Γ-X, with | for a jump; or choose auto.",
        )
    return [(names[a], names[b]) for line in lines for a, b in pairwise(line)]


def _symbol(name: str) -> str:
    return "Γ" if name == "GAMMA" else name.replace("_", "")
