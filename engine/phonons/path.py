"""Paths through the Brillouin zone.

Crystals follow the standard path of seekpath (Y. Hinuma et al., Comput. Mater. Sci. 128, 140
(2017), whose labels are used), expressed in the reciprocal vectors of the cell as given. A chain
goes from Γ to X, the boundary of its one-dimensional zone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import seekpath
from ase import Atoms
from jaxtyping import Float

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


def band_path(atoms: Atoms, n_points: int = 200) -> BandPath:
    """The standard path of a crystal or chain.

    Parameters
    ----------
    n_points : about how many points in all; every segment gets its share by length.

    Raises
    ------
    PhonoscopeError
        for a molecule or a slab, or fewer than two points.
    """
    if n_points < 2:
        raise PhonoscopeError(
            "The path has too few points", f"{n_points} were asked for", "Ask for two or more."
        )
    segments, points = _standard_segments(atoms)
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
    raise PhonoscopeError(
        "There is no standard path for this structure",
        f"it is periodic in {periodic} directions",
        "Choose a crystal (3) or a chain (1); slabs are not treated yet.",
    )


def _symbol(name: str) -> str:
    return "Γ" if name == "GAMMA" else name.replace("_", "")
