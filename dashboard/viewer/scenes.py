"""Structures and motions as the viewer takes them. Arrays travel as bytes, not as text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols
from jaxtyping import Float, Shaped

from engine.modes import Modes
from engine.structure import Piece, conventional_vectors

TRUE_SPEED_CM1 = 1000.0
"""Of true speeds, the wavenumber that goes through as many cycles a second as the viewer's speed
says."""

STANDS_STILL_CM1 = 1.0
"""A slower wave has no period worth dividing by."""


@dataclass(frozen=True)
class Wave:
    """One mode of a motion.

    Attributes
    ----------
    branch : number of the mode, from 0.
    weight : its amplitude relative to that of the motion.
    phase_degrees : how far it is ahead.
    """

    branch: int
    weight: float = 1.0
    phase_degrees: float = 0.0


def scene_of(atoms: Atoms, piece: Piece) -> dict[str, Any]:
    """A piece of a crystal, or a molecule, as the viewer takes it.

    Returns
    -------
    Places are the atoms of the piece, then the far ends of its open bonds. ``elements``, symbols;
    ``element``, which of them each atom is; ``positions`` of the places in angstrom, flat;
    ``bonds`` as pairs, flat; ``open``, the atoms from which bonds lead out; for every place
    ``source``, the atom of the primitive cell it repeats (one of ``cell_atoms``), and ``lattice``,
    the integers R by which it is shifted, flat; ``box``, origin and three vectors of the cell,
    flat, or null; ``axes``, names and directions; ``up`` and ``towards`` the eye, directions of the
    view to begin with; ``structure``, the same for every piece of one crystal.
    """
    numbers, element = np.unique(piece.numbers, return_inverse=True)
    out = piece.open_bonds
    whole = bool(atoms.pbc.all())
    axes = conventional_vectors(atoms) @ atoms.cell.array if whole else np.eye(3)
    _, up, towards = np.eye(3) if atoms.pbc.any() else principal_axes(piece.positions)
    same = (atoms.numbers, atoms.positions, atoms.cell.array)
    return {
        "elements": [chemical_symbols[number] for number in numbers],
        "element": element.astype(np.int32).ravel(),
        "positions": np.concatenate([piece.positions, out.positions]).ravel(),
        "bonds": piece.bonds.astype(np.int32).ravel(),
        "open": out.atom.astype(np.int32),
        "source": np.concatenate([piece.source, out.source]).astype(np.int32),
        "lattice": np.concatenate([piece.lattice, out.lattice]).astype(np.int32).ravel(),
        "cell_atoms": len(atoms),
        "box": None
        if piece.box is None or piece.box_origin is None
        else np.concatenate([piece.box_origin, piece.box.ravel()]),
        "axes": {"names": list("abc" if whole else "xyz"), "vectors": axes.astype(float).ravel()},
        "up": up.tolist(),
        "towards": towards.tolist(),
        "structure": hashlib.sha256(b"".join(a.tobytes() for a in same)).hexdigest(),
    }


def principal_axes(positions: Float[np.ndarray, "atoms 3"]) -> Float[np.ndarray, "3 3"]:
    """Rows to the right, up and to the eye: along the longest extent, the next, the shortest.

    As given where all are the same.
    """
    centred = positions - positions.mean(0)
    spread, axes = np.linalg.eigh(centred.T @ centred)
    if spread[2] - spread[0] < 1e-3 * spread[2]:
        return np.eye(3)
    axes = axes[:, ::-1].T
    if spread[1] - spread[0] < 1e-3 * spread[2]:  # round about the longest: x up, as modes take it
        x = np.eye(3)[np.argmin(np.abs(axes[0]).round(3))]
        axes[1] = x - (x @ axes[0]) * axes[0]
        axes[1] /= np.linalg.norm(axes[1])
    axes[0] *= np.sign(axes[0, np.argmax(np.abs(axes[0]))])
    axes[1] *= np.sign(axes[1, np.argmax(np.abs(axes[1]))])
    axes[2] = np.cross(axes[0], axes[1])
    return axes


def motion_of(modes: Modes, waves: Sequence[Wave], true_speed: bool = False) -> dict[str, Any]:
    """Waves of one q as the viewer takes them.

    Parameters
    ----------
    true_speed : time runs so that a wave of 1000 cm^-1 has rate 1; otherwise the first has it.

    Returns
    -------
    ``q`` and ``waves``: real and imaginary part ``re``, ``im`` of the displacement of the cell's
    atoms, flat, in which the atom that moves most has length 1; ``weight``; ``phase`` in radians;
    ``rate``, cycles relative to a wave of rate 1. Of imaginary frequencies the size counts.
    Each moves atom j in cell R as Re[weight u_j exp(i(2 pi q.R + phase - omega t))].
    """
    rates = _rates(modes, [wave.branch for wave in waves], true_speed)
    return {
        "q": modes.q.tolist(),
        "waves": [
            {
                "re": np.ascontiguousarray(u.real, float).ravel(),
                "im": np.ascontiguousarray(u.imag, float).ravel(),
                "weight": wave.weight,
                "phase": float(np.deg2rad(wave.phase_degrees)),
                "rate": rate,
            }
            for wave, rate in zip(waves, rates, strict=True)
            for u in [relative_displacement(modes, wave.branch)]
        ],
    }


def relative_displacement(modes: Modes, branch: int) -> Shaped[np.ndarray, "atoms 3"]:
    """Displacement of a mode in which the atom that moves most has length 1."""
    u = modes.displacement[branch]
    return u / np.linalg.norm(u, axis=1).max()


def _rates(modes: Modes, branches: Sequence[int], true_speed: bool) -> list[float]:
    """Cycles of each wave; partners of a level keep step."""
    of_level = {
        int(branch): abs(float(modes.frequency_cm1[level].mean()))
        for level in modes.levels()
        for branch in level
    }
    frequencies = [of_level[branch] for branch in branches]
    if true_speed:
        return [frequency / TRUE_SPEED_CM1 for frequency in frequencies]
    first = frequencies[0] if frequencies[0] > STANDS_STILL_CM1 else max(frequencies)
    if first <= STANDS_STILL_CM1:
        return [1.0] * len(frequencies)
    return [frequency / first for frequency in frequencies]
