"""Labelled structures as training takes them, molecules and crystals alike, and their split."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.errors import PhonoscopeError
from engine.training.config import DataConfig


@dataclass(frozen=True)
class Matrices:
    """Force constants Phi(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R), whole; a Hessian is q = 0.

    Attributes
    ----------
    q : shape (matrices, 3), in units of the reciprocal vectors of the cell.
    force_constants_eV_A2 : shape (matrices, 3 atoms, 3 atoms), without masses.
    """

    q: Float[np.ndarray, "matrices 3"]
    force_constants_eV_A2: Complex[np.ndarray, "matrices 3*atoms 3*atoms"]


@dataclass(frozen=True)
class Products:
    """Some Phi(q) u.

    Attributes
    ----------
    q : shape (products, 3).
    displacements_A : shape (products, 3 atoms), u; u = a - ib is the wave a cos + b sin.
    products_eV_A : shape (products, 3 atoms), Phi(q) u.
    """

    q: Float[np.ndarray, "products 3"]
    displacements_A: Complex[np.ndarray, "products 3*atoms"]
    products_eV_A: Complex[np.ndarray, "products 3*atoms"]


@dataclass(frozen=True)
class Sample:
    """A structure with its labels; None where there is none.

    Attributes
    ----------
    name : of the molecule or crystal; all its geometries go to the same side of a split.
    kind : how the geometry was made; ``atom`` is a free atom, kept for its energy alone.
    atoms : positions and cell in angstrom.
    energy_eV : of the molecule or cell.
    forces_eV_A : shape (atoms, 3).
    stress_eV_A3 : shape (3, 3), positive under tension.
    matrices : whole matrices of force constants.
    products : products of such matrices with displacements.
    compliance_A3_eV : shape (3, 3, 3, 3), strain by stress of the crystal; or None.
    held_out : never trained on, nor used to decide when to stop.
    """

    name: str
    kind: str
    atoms: Atoms
    energy_eV: float
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    stress_eV_A3: Float[np.ndarray, "3 3"] | None = None
    matrices: Matrices | None = None
    products: Products | None = None
    compliance_A3_eV: Float[np.ndarray, "3 3 3 3"] | None = None
    held_out: bool = False


@dataclass(frozen=True)
class Split:
    """Disjoint samples; no name is in two of them.

    Attributes
    ----------
    training : what parameters are fitted to.
    validation : what decides when to stop and which parameters are kept.
    atoms : free atoms, for their energies.
    """

    training: list[Sample]
    validation: list[Sample]
    atoms: list[Sample]


def split(samples: Sequence[Sample], config: DataConfig, seed: int) -> Split:
    """Split by name; what is held out is in neither part.

    A name's place depends on nothing but itself and the seed, so that data which grows keeps its
    split.

    Raises
    ------
    PhonoscopeError
        if nothing is left to train on.
    """
    used = [
        s for s in samples if s.kind != "atom" and not s.held_out and s.name not in config.exclude
    ]

    def apart(name: str) -> bool:
        digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") < config.validation * 2**64

    training = [s for s in used if not apart(s.name)]
    if not training:
        raise PhonoscopeError(
            "There is nothing to train on",
            f"of {len(samples)} structures {len(used)} are not held out, and all of these are kept "
            "for validation",
            "Give more data, or lower data.validation.",
        )
    return Split(
        training, [s for s in used if apart(s.name)], [s for s in samples if s.kind == "atom"]
    )


def fingerprint(samples: Sequence[Sample]) -> str:
    """A checksum of structures and energies: the same data, in the same order."""
    digest = hashlib.sha256()
    for s in samples:
        digest.update(f"{s.name} {s.kind} {s.energy_eV!r} {s.matrices is not None}".encode())
        digest.update(s.atoms.numbers.tobytes() + s.atoms.positions.tobytes())
    return digest.hexdigest()
