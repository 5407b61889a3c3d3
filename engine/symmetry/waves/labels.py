"""Names of the irreps of a wave vector.

The characters of a small irrep depend on the origin and on the choice of w, those of a point group
do not. Three conventions, the first that applies:

``interior``: where the operations leave q itself where it is, not only up to a reciprocal lattice
vector (Γ, and all lines and planes inside the zone), chi(g) exp(2 pi i q.w) are characters of the
little co-group and do not depend on the origin. The irreps get its Mulliken symbols; at Γ they are
those of the factor group.

``site``: elsewhere chi(g) exp(2 pi i q.w) can still be characters of the little co-group if w is
taken about a suitable point, as at the whole zone boundary of symmorphic crystals; Mulliken symbols
then refer to that point. Seen from Cl instead of Na, g and u at L of rock salt change places. The
point is an atom, of the highest site symmetry and then the lightest element that will do, or else
the middle of a bond, as short as will do; of several such points that of highest site symmetry,
then that whose neighbours lie most along q.

``own``: elsewhere, as at the zone boundary of crystals with screw axes and glide planes, the irreps
get letters with their dimension, a(2), b(2), ..., the project's own: ascending by dimension, then
by those characters that depend on no origin, then by how often they occur in scalar, vector, ...
functions on the atoms, in the same order, and on the middles of bonds, shorter ones first. They do
not depend on the origin or orientation, and are not the numbers of printed tables. What none of
these tells apart has no label.

The axes that tell B1 from B2 are z along the principal axis of the little co-group and x as its
standard orientation wants it; where that leaves a choice, z and then x go along the first of the
crystal's axes z, x, y (its standard setting), or one equivalent to it, and else as much along q as
possible. Labels that still depend on the choice are replaced by letters. Sets that time reversal
makes degenerate are written as sums, B1+B2, or by the symbol of the pair, E. The two halves of an E
that is not degenerate, as on a threefold axis without mirrors, are 1E and 2E: the rotation by
2 pi/n, counter-clockwise about q, has a character of negative imaginary part in 1E.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Complex, Float

from engine.symmetry.axes import fitting_axes
from engine.symmetry.character_table import CharacterTable, character_table
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.waves.letters import letters, turn
from engine.symmetry.waves.little_group import WaveGroup, WaveIrrep
from engine.symmetry.waves.origins import (
    Crystal,
    invariant_points,
    origins,
    rank_of,
    shortest_waves,
    wave_of_the_zone,
)

Convention = Literal["interior", "site", "own"]

MATCH = 0.05
"""Characters closer than this are the same; different ones differ by more than 1/2."""


@dataclass(frozen=True)
class WaveLabels:
    """Names of irreps.

    Attributes
    ----------
    labels : one for each irrep; None where nothing tells it from another.
    convention : ``interior``, ``site`` or ``own``, see above.
    origin : shape (3,), in units of the cell, the point that labels of a ``site`` refer to.
    """

    labels: tuple[str | None, ...]
    convention: Convention
    origin: Float[np.ndarray, "3"] | None = None


def wave_labels(group: WaveGroup, irreps: tuple[WaveIrrep, ...], crystal: Crystal) -> WaveLabels:
    """Names of all irreps of the group of a wave vector."""
    q = wave_of_the_zone(group, crystal)
    if q is not None:
        phases = np.exp(2j * np.pi * group.translations @ q)
        labels = _mulliken(group, irreps, phases, crystal, q)
        if labels is not None:
            return WaveLabels(labels, "interior")
    for points in invariant_points(crystal):
        found = origins(group, crystal, points)
        named = [_mulliken(group, irreps, phases, crystal) for _, phases in found]
        if named and named[0] is not None and all(other == named[0] for other in named):
            return WaveLabels(named[0], "site", found[0][0])
    return WaveLabels(letters(group, irreps, crystal), "own")


# --- Mulliken symbols -----------------------------------------------------------------------------


def _mulliken(
    group: WaveGroup,
    irreps: tuple[WaveIrrep, ...],
    phases: Complex[np.ndarray, " order"],
    crystal: Crystal,
    q: Float[np.ndarray, "3"] | None = None,
) -> tuple[str, ...] | None:
    """Symbols by the characters times phases; None if they are not settled."""
    tables = wave_tables(group, crystal)
    names = {
        tuple(_name(irrep, phases, group, table, crystal, q) for irrep in irreps)
        for table in tables
    }
    if len(names) != 1:
        return None
    (labels,) = names
    found = tuple(label for label in labels if label is not None)
    return found if len(found) == len(labels) else None


def _name(
    irrep: WaveIrrep,
    phases: Complex[np.ndarray, " order"],
    group: WaveGroup,
    table: CharacterTable,
    crystal: Crystal,
    q: Float[np.ndarray, "3"] | None,
) -> str | None:
    """One symbol, or several joined by +."""
    rows, halves = [], []
    for part in irrep.parts:
        chi = part * phases
        for row, entries in enumerate(table.characters):
            if np.abs(chi - entries).max() < MATCH:
                rows.append(row)
                break
            if np.abs(chi + chi.conj() - entries).max() < MATCH and np.abs(chi.imag).max() > MATCH:
                halves.append((row, chi))
                break
        else:
            return None
    if len(halves) == 2 and halves[0][0] == halves[1][0]:
        conjugate = np.abs(halves[0][1] - halves[1][1].conj()).max() < MATCH
        if conjugate:
            return table.names[halves[0][0]]
    symbols = [(row, table.names[row]) for row in rows]
    for row, chi in halves:
        which = _half(chi, group, crystal, q)
        if which is None:
            return None
        symbols.append((row, which + table.names[row]))
    return "+".join(name for _, name in sorted(symbols))


def _half(
    chi: Complex[np.ndarray, " order"],
    group: WaveGroup,
    crystal: Crystal,
    q: Float[np.ndarray, "3"] | None,
) -> str | None:
    """1 or 2 for the halves of a complex pair, by the rotation about q; None if that is no axis."""
    if q is None or not np.linalg.norm(q) > 1e-6:
        return None
    along = np.linalg.solve(crystal.lattice, q)
    along /= np.linalg.norm(along)
    kinds = [turn(r) for r in group.cartesian]
    about = [
        g
        for g, (order, axis, proper) in enumerate(kinds)
        if proper
        and order > 2
        and abs(abs(axis @ along) - 1) < MATCH
        and _sense(group.cartesian[g], along) > 0
    ]
    if not about:
        return None
    smallest = max(about, key=lambda g: kinds[g][0])
    return "1" if chi[smallest].imag < 0 else "2"


def _sense(rotation: Float[np.ndarray, "3 3"], along: Float[np.ndarray, "3"]) -> float:
    """Positive for a counter-clockwise rotation about a direction."""
    skew = (rotation - rotation.T) / 2
    return float(np.array([skew[2, 1], skew[0, 2], skew[1, 0]]) @ along)


def wave_tables(group: WaveGroup, crystal: Crystal) -> list[CharacterTable]:
    """The character table of the little co-group in each of its best orientations."""
    frames = list(fitting_axes(group.name, group.cartesian))
    ranks = [_rank(frame, group, crystal) for frame in frames]
    nowhere = np.zeros((group.order, 0), int)
    found = [
        character_table(SymmetryGroup(group.name, group.cartesian, nowhere, 0.0, axes=frame))
        for frame, rank in zip(frames, ranks, strict=True)
        if rank == min(ranks)
    ]
    return [table for table in found if table is not None]


def _rank(
    frame: Float[np.ndarray, "3 3"], group: WaveGroup, crystal: Crystal
) -> tuple[tuple[int, float], ...]:
    """How well z and x agree with the crystal's axes, and else with q; less is better."""
    waves = shortest_waves(group.q, crystal.lattice)
    return tuple(rank_of(axis, crystal, waves) for axis in (frame[:, 2], frame[:, 0]))
