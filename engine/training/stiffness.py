"""How stiff crystals are: what turns an error of stress into one of the cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.training.samples import Sample

REST, ISOTROPIC, DRIFTED = "equilibrium", "strained", "drifted"
"""Kinds that tell: at rest, all lengths by one factor, and where the cell has changed otherwise."""
SOFTEST_EV_A3 = 0.02
"""Least eigenvalue of a stiffness: 3 GPa. Fits of unstable crystals go wrong."""
SHEAR_SHARE = 0.4
"""Stiffness against a change of shape over that against one of volume, 2 G / 3 K, where the data
does not tell: that of Poisson's ratio 1/4."""
TRUST = 0.3
"""Weight of that guess, in structures."""


def _orthonormal() -> Float[np.ndarray, "6 3 3"]:
    """Symmetric tensors in which every other one has its Mandel components; the last is 1/3^0.5."""
    a, b, c = np.eye(3)
    shears = [np.outer(v, w) + np.outer(w, v) for v, w in ((a, b), (b, c), (c, a))]
    shapes = [np.diag(a - b), np.diag(a + b - 2 * c)]
    tensors = np.array([*shears, *shapes, np.eye(3)])
    return tensors / np.linalg.norm(tensors, axis=(1, 2))[:, None, None]


TENSORS = _orthonormal()
VOLUME = np.diag([0, 0, 0, 0, 0, 1.0])
SHAPE = np.eye(6) - VOLUME


def with_compliances(samples: Sequence[Sample]) -> list[Sample]:
    """The same samples with the compliance that structures of changed cells tell.

    Where there are fewer than two volumes of a name it stays unknown.
    """
    of_name: dict[str, list[Sample]] = {}
    for s in samples:
        if s.kind in (REST, ISOTROPIC, DRIFTED) and s.stress_eV_A3 is not None:
            of_name.setdefault(s.name, []).append(s)
    found = {name: compliance_A3_eV(of) for name, of in of_name.items()}
    return [replace(s, compliance_A3_eV=found.get(s.name)) for s in samples]


def compliance_A3_eV(samples: Sequence[Sample]) -> Float[np.ndarray, "3 3 3 3"] | None:
    """Strain by stress of a crystal, as [strain, strain, stress, stress]; None if it is unknown.

    The bulk modulus K = d(tr stress / 3) / d ln V comes by least squares from structures strained
    in all directions alike; atoms move with the cell. It gives an isotropic stiffness C_0. Every
    structure of another shape corrects it, by what its stress is along its strain e:
    C = (sum stress e^T + TRUST C_0) (sum e e^T + TRUST)^-1 with e made of unit length.
    """
    rest = next((s for s in samples if s.kind == REST), None)
    alike = [s for s in samples if s.kind in (REST, ISOTROPIC)]
    points = {float(np.log(s.atoms.get_volume())): _pressure(s) for s in alike}
    if rest is None or len(points) < 2:
        return None
    modulus = float(np.polyfit(list(points), list(points.values()), 1)[0])
    stiffness = 3 * max(modulus, SOFTEST_EV_A3 / 3) * (VOLUME + SHEAR_SHARE * SHAPE)
    strains, stresses = _responses(rest, [s for s in samples if s.kind == DRIFTED])
    stiffness = np.linalg.solve(
        strains.T @ strains + TRUST * np.eye(6), strains.T @ stresses + TRUST * stiffness
    )
    values, vectors = np.linalg.eigh((stiffness + stiffness.T) / 2)
    inverse = (vectors / np.maximum(values, SOFTEST_EV_A3)) @ vectors.T
    return np.einsum("mab,mn,ncd->abcd", TENSORS, inverse, TENSORS)


def _pressure(sample: Sample) -> float:
    assert sample.stress_eV_A3 is not None
    return float(np.trace(sample.stress_eV_A3)) / 3


def _responses(
    rest: Sample, moved: Sequence[Sample]
) -> tuple[Float[np.ndarray, "moved 6"], Float[np.ndarray, "moved 6"]]:
    """Strains of unit length, and by how much stress has changed over their length before."""
    distinct = {s.atoms.cell.array.tobytes(): s for s in moved}.values()
    strains = np.array([strain(rest.atoms, s.atoms) for s in distinct]).reshape(-1, 3, 3)
    stresses = np.array([s.stress_eV_A3 for s in distinct], float).reshape(-1, 3, 3)
    changes = stresses - np.asarray(rest.stress_eV_A3)
    lengths = np.linalg.norm(strains, axis=(1, 2))
    far = lengths > 1e-3  # nearer, stress is of the atoms that have moved
    unit, slopes = (v[far] / lengths[far, None, None] for v in (strains, changes))
    return np.einsum("mab,sab->sm", TENSORS, unit), np.einsum("mab,sab->sm", TENSORS, slopes)


def strain(rest: Atoms, moved: Atoms) -> Float[np.ndarray, "3 3"]:
    """The symmetric strain that takes one cell into another."""
    change = np.linalg.solve(rest.cell.array, moved.cell.array) - np.eye(3)
    return (change + change.T) / 2
