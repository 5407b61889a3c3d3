"""Second derivatives as targets: random displacements, and how errors of their products count.

A probe is a complex displacement u = a - ib, in a crystal that of the wave
a cos(2 pi q.R) + b sin(2 pi q.R), and its target Phi(q) u. The loss takes A (Phi_model - Phi) u.
Two metrics:

``cartesian``
    u of normal distribution, A = 1: the mean square is the Frobenius norm of the error of Phi.

``spectral``
    With D = M^(-1/2) Phi M^(-1/2) and W = (D^2 + w0^4)^(-1/8): u = M^(-1/2) W z, z of normal
    distribution, A = W M^(-1/2). The error is then W dD W, whose diagonal in the modes of the
    reference is, by first-order perturbation theory, dD_kk / w_k = 2 dw_k: twice the error of the
    frequency. Stiff modes, which dominate Phi, count no more than soft ones. Where only some
    products are known, D in W is the mean of D over their displacements.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float, Shaped

from engine.training.samples import Products, Sample
from engine.units import CM1_PER_ROOT

UNIT_CM1 = 100.0
"""Frequencies count in units of this."""


class Probe(NamedTuple):
    """Random displacements of one structure, and what is to come of them.

    Attributes
    ----------
    q : shape (probes, 3), None for a molecule.
    displacements : shape (probes, 3 atoms).
    products : shape (probes, 3 atoms), already multiplied by ``metric``.
    metric : shape (3 atoms, 3 atoms), A above.
    """

    q: Float[np.ndarray, "probes 3"] | None
    displacements: Complex[np.ndarray, "probes 3*atoms"]
    products: Complex[np.ndarray, "probes 3*atoms"]
    metric: Complex[np.ndarray, "3*atoms 3*atoms"]


class Spectrum(NamedTuple):
    """Eigenvalues to reproduce: q of shape (3,), eigenvalues (3 atoms,) in eV/(angstrom^2 amu)."""

    q: Float[np.ndarray, "3"]
    eigenvalues: Float[np.ndarray, " 3*atoms"]


def probe_of(
    sample: Sample, n_probes: int, metric: str, floor_cm1: float, rng: np.random.Generator
) -> Probe | None:
    """Probes drawn for one step; None for a structure without second derivatives.

    Whole matrices are probed with displacements drawn here; stored products are drawn from.
    """
    n = 3 * len(sample.atoms)
    scale = CM1_PER_ROOT / 2 / UNIT_CM1 if metric == "spectral" else 1.0
    if (matrices := sample.matrices) is not None:
        which = int(rng.integers(len(matrices.q)))
        phi = matrices.force_constants_eV_A2[which]
        u = (rng.normal(size=(n_probes, n)) + 1j * rng.normal(size=(n_probes, n))).T
        a = np.eye(n, dtype=complex)
        if metric == "spectral":
            a = spectral_metric(sample.atoms, phi, floor_cm1)
            u = a.conj().T @ u
        q = np.tile(matrices.q[which], (n_probes, 1)) if sample.atoms.pbc.any() else None
        return Probe(q, u.T, scale * (a @ phi @ u).T, scale * a)
    if (products := sample.products) is not None:
        drawn = rng.choice(len(products.q), n_probes, replace=len(products.q) < n_probes)
        a = np.eye(n, dtype=complex)
        if metric == "spectral":
            a = mean_metric(sample.atoms, products, floor_cm1)
        return Probe(
            products.q[drawn] if sample.atoms.pbc.any() else None,
            products.displacements_A[drawn],
            scale * products.products_eV_A[drawn] @ a.T,
            scale * a,
        )
    return None


def spectrum_of(sample: Sample, rng: np.random.Generator) -> Spectrum | None:
    """The eigenvalues at one of the wave vectors whose matrix is known."""
    if (matrices := sample.matrices) is None:
        return None
    which = int(rng.integers(len(matrices.q)))
    d = mass_weighted(sample.atoms, matrices.force_constants_eV_A2[which])
    return Spectrum(matrices.q[which], np.linalg.eigvalsh(d))


def spectral_metric(
    atoms: Atoms, phi: Shaped[np.ndarray, "3*atoms 3*atoms"], floor_cm1: float
) -> Shaped[np.ndarray, "3*atoms 3*atoms"]:
    """A = W M^(-1/2), see above; w0 is the floor."""
    eigenvalues, modes = np.linalg.eigh(mass_weighted(atoms, phi))
    floor = (floor_cm1 / CM1_PER_ROOT) ** 2
    w = (eigenvalues**2 + floor**2) ** -0.125
    return (modes * w) @ modes.conj().T / root_masses(atoms)


def mean_metric(
    atoms: Atoms, products: Products, floor_cm1: float
) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
    """A with W a number, and with the factor that gives z = M^(1/2) u / W its usual length."""
    u, n, masses = products.displacements_A, 3 * len(atoms), root_masses(atoms) ** 2
    kinetic = np.mean(np.abs(u) ** 2 @ masses)
    mean = np.mean(np.sum(u.conj() * products.products_eV_A, axis=1).real) / kinetic
    w = (mean**2 + (floor_cm1 / CM1_PER_ROOT) ** 4) ** -0.125
    length = w * np.sqrt(2 * n / kinetic)  # u is real or complex, z has two numbers a coordinate
    return np.diag(length * w / root_masses(atoms)) + 0j


def mass_weighted(
    atoms: Atoms, phi: Shaped[np.ndarray, "3*atoms 3*atoms"]
) -> Shaped[np.ndarray, "3*atoms 3*atoms"]:
    """D = M^(-1/2) Phi M^(-1/2), made Hermitian, in eV/(angstrom^2 amu)."""
    root = root_masses(atoms)
    d = phi / np.outer(root, root)
    return (d + d.conj().T) / 2


def root_masses(atoms: Atoms) -> Float[np.ndarray, " 3*atoms"]:
    """Square root of the mass of each coordinate, in amu^(1/2)."""
    return np.repeat(np.sqrt(atoms.get_masses()), 3)
