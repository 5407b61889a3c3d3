"""All atoms of a cell from the sites of its asymmetric unit."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.errors import PhonoscopeError
from engine.formats.cif_sites import Site

Operations = tuple[Int[np.ndarray, "n 3 3"], Float[np.ndarray, "n 3"]]
"""Rotations and translations, in units of the cell's vectors."""

SAME_A = 0.1
"""Images of a site within this many angstrom are one atom: coordinates are rounded or refined, and
no two whole atoms come so near."""

TOO_CLOSE_A = 0.5
"""Nearer than any two atoms are; the shortest bond, that of H2, has 0.74 angstrom."""


def expanded(
    rotations: Int[np.ndarray, "n 3 3"],
    translations: Float[np.ndarray, "n 3"],
    cell: Float[np.ndarray, "3 3"],
    sites: list[Site],
    file: str,
) -> tuple[Float[np.ndarray, "atoms 3"], list[int]]:
    """Coordinates of all atoms in units of the cell's vectors, and the site of each.

    A site that misses a special position by less than ``SAME_A`` is moved onto it.

    Raises
    ------
    PhonoscopeError
        if different atoms come to stand in one place, or closer than atoms do.
    """
    positions = np.empty((0, 3))
    source: list[int] = []
    for i, site in enumerate(sites):
        orbit = _orbit(rotations, translations, cell, site, file)
        new = np.ones(len(orbit), bool)
        if source:
            distance = _distances(orbit, positions, cell)
            nearest = distance.argmin(1)
            for k in np.flatnonzero(distance.min(1) < TOO_CLOSE_A):
                other = sites[source[nearest[k]]]
                same = (other.symbol, other.isotope) == (site.symbol, site.isotope)
                if not same or distance[k, nearest[k]] > SAME_A:
                    raise _clash(file, site, other, float(distance[k, nearest[k]]))
                new[k] = False  # a file may list what its symmetry would make, too
        positions = np.concatenate([positions, orbit[new]])
        source += [i] * int(new.sum())
    return positions, source


def _orbit(
    rotations: Int[np.ndarray, "n 3 3"],
    translations: Float[np.ndarray, "n 3"],
    cell: Float[np.ndarray, "3 3"],
    site: Site,
    file: str,
) -> Float[np.ndarray, "images 3"]:
    """The images of one site, which is first moved onto the special position it nearly has."""
    given = place = np.array(site.scaled)
    fixing: Bool[np.ndarray, " n"] = np.zeros(len(rotations), bool)
    for _ in range(3):
        offset = rotations @ place + translations - place
        offset -= np.rint(offset)
        fixing = np.linalg.norm(offset @ cell, axis=1) < SAME_A
        # The mean over operations that form a group is left in place by all of them.
        place = place + offset[fixing].mean(0)
    images = _wrapped(rotations @ place + translations)
    distance = _distances(images, images, cell)
    # Of images in one place, the first is kept.
    first = (distance < 1e-3).argmax(1) == np.arange(len(images))
    orbit = images[first]
    apart = _distances(orbit, orbit, cell) + 10 * np.eye(len(orbit))
    if apart.min() < TOO_CLOSE_A or len(orbit) * fixing.sum() != len(rotations):
        images = _wrapped(rotations @ given + translations)
        apart = _distances(images, images, cell)
        raise _clash(file, site, site, float(apart[apart > 1e-3].min()))
    return orbit


def _distances(
    a: Float[np.ndarray, "n 3"], b: Float[np.ndarray, "m 3"], cell: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "n m"]:
    """Distances to the nearest image, right for short ones, in angstrom."""
    offset = a[:, None] - b
    offset -= np.rint(offset)
    return np.linalg.norm(offset @ cell, axis=2)


def _wrapped(scaled: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    inside = scaled % 1
    inside[inside > 1 - 1e-9] = 0
    return inside


def _clash(file: str, site: Site, other: Site, distance_A: float) -> PhonoscopeError:
    pair = (
        f"images of {site.label} ({site.symbol}) under the symmetry"
        if other is site
        else f"{other.label} ({other.symbol}) and {site.label} ({site.symbol})"
    )
    return PhonoscopeError(
        f"Atoms of {file} coincide",
        f"{pair} come within {distance_A:.2f} angstrom of each other",
        "Take double sites out, check the symmetry, or use an ordered structure.",
    )
