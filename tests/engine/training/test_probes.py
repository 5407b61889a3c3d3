"""Probes: what their error measures."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import molecule

from engine.training.evaluation.frequencies import frequencies
from engine.training.probes import UNIT_CM1, mass_weighted, probe_of, spectral_metric
from engine.training.samples import Products, Sample
from engine.units import CM1_PER_ROOT, frequency_cm1
from tests.engine.training.teacher import molecules


def test_in_the_spectral_metric_an_error_is_that_of_frequencies():
    (water,) = molecules(["H2O"], distorted=0)
    phi = water.matrices.force_constants_eV_A2[0]
    rng = np.random.default_rng(0)
    change = rng.normal(scale=1e-4, size=phi.shape)
    change = change + change.T
    a = spectral_metric(water.atoms, phi, 1.0)
    before, modes = frequencies(water.atoms, phi)
    after, _ = frequencies(water.atoms, phi + change)
    error = modes.T @ (a @ change @ a.conj().T) @ modes * CM1_PER_ROOT / 2
    np.testing.assert_allclose(np.diag(error).real, after - before, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("metric", ["cartesian", "spectral"])
def test_the_product_of_a_probe_is_that_of_the_matrix(metric):
    (water,) = molecules(["H2O"], distorted=0)
    phi = water.matrices.force_constants_eV_A2[0]
    probe = probe_of(water, 3, metric, 200.0, np.random.default_rng(0))
    np.testing.assert_allclose(probe.products, probe.displacements @ phi.T @ probe.metric.T)
    size = CM1_PER_ROOT / 2 / UNIT_CM1 if metric == "spectral" else 1
    assert np.abs(probe.metric).max() == pytest.approx(
        size * (np.abs(spectral_metric(water.atoms, phi, 200.0)).max() if size != 1 else 1)
    )


def test_stored_products_are_drawn_from():
    (water,) = molecules(["H2O"], distorted=0)
    u, rng = np.random.default_rng(1).normal(size=(5, 9)) + 0j, np.random.default_rng(0)
    stored = Products(np.arange(15.0).reshape(5, 3), u, 2 * u)
    sample = Sample("x", "random", water.atoms, 0.0, water.forces_eV_A, products=stored)
    probe = probe_of(sample, 3, "spectral", 200.0, rng)
    assert probe.q is None  # of molecules
    places = [int(np.flatnonzero((u == drawn).all(1))[0]) for drawn in probe.displacements]
    assert len(set(places)) == 3
    np.testing.assert_allclose(probe.products, 2 * u[places] @ probe.metric.T)
    plain = probe_of(sample, 3, "cartesian", 200.0, rng)
    np.testing.assert_array_equal(plain.metric, np.eye(9))


def test_errors_of_stored_products_are_those_of_frequencies_too():
    """Where all frequencies are the same, that is, and all masses."""
    atoms, spring, change = molecule("O2"), 3.0, 0.02
    u = np.random.default_rng(1).normal(size=(40, 6)) + 0j
    stored = Products(np.zeros((40, 3)), u, spring * u)
    sample = Sample("x", "rattled", atoms, 0.0, np.zeros((2, 3)), products=stored)
    probe = probe_of(sample, 40, "spectral", 1.0, np.random.default_rng(0))
    error = (spring + change) * probe.displacements @ probe.metric.T - probe.products
    root_mean_square = np.sqrt(np.sum(np.abs(error) ** 2) / (2 * error.size)) * UNIT_CM1
    mass = atoms.get_masses()[0]
    shift = frequency_cm1(np.array([spring / mass, (spring + change) / mass]))
    assert root_mean_square == pytest.approx(shift[1] - shift[0], rel=5e-3)


def test_mass_weighting_makes_hermitian():
    (water,) = molecules(["H2O"], distorted=0)
    d = mass_weighted(water.atoms, np.triu(np.ones((9, 9)), 1) * 1j)
    np.testing.assert_array_equal(d, d.conj().T)
