"""Small drawings of structures for lists: SVG, orthographic, readable on light and dark pages."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import lru_cache

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from ase.data.colors import jmol_colors
from jaxtyping import Float, Int

from dashboard.viewer import principal_axes
from engine import library
from engine.structure import Piece, piece

SIZE = 96
MARGIN = 4
LARGEST_SCALE = 26.0
"""Pixels per angstrom at most, so that small molecules look small."""
FAR = np.array([0.52, 0.54, 0.58])
"""What colours fade to with depth: a grey that is neither page."""
FADE = 0.5
LONGER = 1.14
"""In crystals only the shortest bonds of an atom are drawn, up to this ratio."""
CROWDED = 8
"""Atoms of one element with that many bonds are packed spheres: no bonds are drawn."""
WITHIN = 0.8
"""Of the radius of a ball, where a stick begins: none of it shows in front of its own ball."""

SHADING = (
    '<radialGradient id="s" cx=".36" cy=".32" r=".75"><stop offset="0" stop-color="#fff" '
    'stop-opacity=".6"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" '
    'stop-color="#000" stop-opacity=".42"/></radialGradient>'
)


@lru_cache
def entry_thumbnail(name: str) -> str:
    """The drawing of a library entry as a data address, to be the source of an image."""
    return as_address(thumbnail(library.entry(name).atoms))


def as_address(svg: str) -> str:
    """A drawing as a ``data:`` address."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def thumbnail(atoms: Atoms, size: int = SIZE) -> str:
    """A drawing of a molecule, or of a conventional cell seen slightly from above.

    Parameters
    ----------
    size : width and height in pixels; the drawing scales to any other.
    """
    shown = _shown(atoms)
    bonds = _bonds(shown, atoms)
    turned = _directions(atoms, shown)
    points = shown.positions @ turned.T  # x to the right, y up, z towards the eye
    radii = 0.2 + 0.22 * covalent_radii[shown.numbers]
    if not len(bonds):
        radii = radii * 1.6
    corners = _edges(shown) @ turned.T if atoms.pbc.all() else np.zeros((0, 2, 3))
    centre, scale = _frame(points, radii, corners, size)
    points, corners, radii = (points - centre) * scale, (corners - centre) * scale, radii * scale
    depth = points[:, 2]
    near = (depth - depth.min()) / max(np.ptp(depth), 1e-6) if np.ptp(depth) > 2 else depth * 0 + 1
    shades = [_shade(z, x) for z, x in zip(shown.numbers, near, strict=True)]
    drawn = [(float(a[2]), _ball(a, r, c)) for a, r, c in zip(points, radii, shades, strict=True)]
    width = max(1.5, 0.17 * scale)
    for i, j in bonds:
        along = (points[j] - points[i]) / max(float(np.linalg.norm(points[j] - points[i])), 1e-6)
        ends = points[i] + WITHIN * radii[i] * along, points[j] - WITHIN * radii[j] * along
        behind = float(min(depth[i], depth[j])) + 1e-3
        drawn.append((behind, _stick(*ends, shades[i], shades[j], width)))
    frame = "".join(f'<path d="M{_at(a)}L{_at(b)}"/>' for a, b in corners)
    half = size / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-half:g} {-half:g} {size} {size}" '
        f'width="{size}" height="{size}"><defs>{SHADING}</defs>'
        f'<g stroke="#8a8f98" stroke-width=".8" stroke-opacity=".8">{frame}</g>'
        f'<g stroke-linecap="round">{"".join(text for _, text in sorted(drawn))}</g></svg>'
    )


def _shown(atoms: Atoms) -> Piece:
    """What is drawn: more cells where they are small, and no loose ends of layers."""
    periodic = int(atoms.pbc.sum())
    if periodic == 1:
        return piece(atoms, (3, 3, 3))
    if periodic == 2:
        shown = piece(atoms, (3, 3, 3) if len(atoms) < 3 else (2, 2, 2))
        held = np.isin(np.arange(len(shown.numbers)), _bonds(shown, atoms))
        place = np.cumsum(held) - 1
        whole = held[shown.bonds].all(1)
        return replace(
            shown,
            numbers=shown.numbers[held],
            positions=shown.positions[held],
            bonds=place[shown.bonds[whole]],
        )
    shown = piece(atoms)
    if periodic == 3 and len(shown.numbers) < 7:
        return piece(atoms, (2, 2, 1))
    alone = periodic == 3 and len(atoms) == 1 and len(shown.numbers) == 8
    return piece(atoms, (2, 2, 2)) if alone else shown


def _directions(atoms: Atoms, shown: Piece) -> Float[np.ndarray, "3 3"]:
    """Rows: what points to the right, up, and to the eye."""
    if shown.box is None:
        return _tilt(14, 18) @ principal_axes(shown.positions)
    upright = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # x to the right, z up
    if atoms.pbc.sum() == 1:
        return _tilt(12, 0) @ principal_axes(shown.positions)
    if atoms.pbc.sum() == 2:
        return _tilt(52, 0) @ upright
    return _tilt(14, 24) @ upright


def _tilt(down: float, aside: float) -> Float[np.ndarray, "3 3"]:
    """The eye raised, and moved aside, by so many degrees."""
    a, b = np.radians([down, aside])
    raised = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    moved = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    turned: Float[np.ndarray, "3 3"] = raised @ moved
    return turned


def _bonds(shown: Piece, atoms: Atoms) -> Int[np.ndarray, "bonds 2"]:
    """Bonds worth drawing."""
    bonds = shown.bonds
    if not atoms.pbc.any() or not len(bonds):
        return bonds
    length = np.linalg.norm(shown.positions[bonds[:, 0]] - shown.positions[bonds[:, 1]], axis=1)
    shortest = np.full(len(shown.numbers), np.inf)
    np.minimum.at(shortest, bonds.ravel(), np.repeat(length, 2))
    kept = bonds[length <= LONGER * shortest[bonds].min(1)]
    one_element = len(set(atoms.numbers)) == 1
    crowded = one_element and np.bincount(kept.ravel(), minlength=1).max() >= CROWDED
    return kept[:0] if crowded else kept


def _edges(shown: Piece) -> Float[np.ndarray, "12 2 3"]:
    """The twelve edges of the box."""
    corners = np.array(np.meshgrid((0, 1), (0, 1), (0, 1))).reshape(3, -1).T
    pairs = [(a, b) for a in corners for b in corners if (b - a).min() >= 0 and (b - a).sum() == 1]
    assert shown.box_origin is not None
    edges: Float[np.ndarray, "12 2 3"] = np.array(pairs) @ shown.box + shown.box_origin
    return edges


def _frame(
    points: Float[np.ndarray, "atoms 3"],
    radii: Float[np.ndarray, " atoms"],
    corners: Float[np.ndarray, "edges 2 3"],
    size: int,
) -> tuple[Float[np.ndarray, "3"], float]:
    """Where the middle of the drawing is, and its pixels per angstrom."""
    low = np.min([*(points - radii[:, None]), *corners.reshape(-1, 3)], axis=0)
    high = np.max([*(points + radii[:, None]), *corners.reshape(-1, 3)], axis=0)
    scale = (size - 2 * MARGIN) / max(high[0] - low[0], high[1] - low[1])
    return (low + high) / 2, float(min(scale, LARGEST_SCALE * size / SIZE))


def _shade(number: int, near: float) -> str:
    colour = jmol_colors[number] + (FAR - jmol_colors[number]) * FADE * (1 - near)
    return "#" + "".join(f"{round(255 * x):02x}" for x in np.clip(colour, 0, 1))


def _at(point: Float[np.ndarray, "3"]) -> str:
    return f"{point[0]:.1f} {-point[1]:.1f}"


def _ball(place: Float[np.ndarray, "3"], radius: float, colour: str) -> str:
    at = f'cx="{place[0]:.1f}" cy="{-place[1]:.1f}" r="{radius:.1f}"'
    return (
        f'<circle {at} fill="{colour}" stroke="#30343a" stroke-opacity=".55" stroke-width=".7"/>'
        f'<circle {at} fill="url(#s)"/>'
    )


def _stick(
    one: Float[np.ndarray, "3"],
    other: Float[np.ndarray, "3"],
    colour: str,
    other_colour: str,
    width: float,
) -> str:
    middle, w = (one + other) / 2, f"{width:.1f}"
    return (
        f'<path d="M{_at(one)}L{_at(other)}" stroke="#30343a" stroke-opacity=".55" '
        f'stroke-width="{width + 1.2:.1f}"/>'
        f'<path d="M{_at(middle)}L{_at(other)}" stroke="{other_colour}" stroke-width="{w}"/>'
        f'<path d="M{_at(one)}L{_at(middle)}" stroke="{colour}" stroke-width="{w}"/>'
    )
