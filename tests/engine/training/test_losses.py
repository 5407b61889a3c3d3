"""The loss: its parts, its derivative by parameters, and what must not change it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import load_model
from engine.training.batches import make_batches
from engine.training.config import LossConfig
from engine.training.losses import PARTS, loss_gradient, summed_loss
from engine.training.networks import new_network
from tests.engine.training.teacher import MORSE, TINY, labelled, molecules, silicon

DOUBLE = np.dtype(float)
ON = ((0.0, 1.0),)
EVERYTHING = LossConfig(ON, ON, ON, ON, ON, ON, penalty="square", floor_cm1=100.0)
Q = [[0.1, 0.23, 0.37]]


def batches(samples, loss, size, species, **options):
    energies = [s.energy_eV for s in samples]
    cutoff = 3.77118 if samples[0].atoms.pbc.any() else MORSE.cutoff_A
    return make_batches(samples, energies, cutoff, species, loss, size, dtype=DOUBLE, **options)


def weights(**given):
    return {part: jnp.asarray(given.get(part, 1.0)) for part in PARTS}


def mean_loss(energies, parameters, batch, given, config):
    """The loss as its gradient has it: the mean over the structures that are no filling."""
    total, errors = summed_loss(energies, parameters, batch, given, config)
    return total / batch.share.sum(), errors


def giving_way(modulus_eV_A3):
    """A compliance as of an isotropic crystal whose Poisson's ratio is zero."""
    return np.einsum("ac,bd->abcd", np.eye(3), np.eye(3)) / (3 * modulus_eV_A3)


@pytest.mark.parametrize("metric", ["cartesian", "spectral"])
def test_a_teacher_has_no_error_in_any_part(metric):
    teacher = load_model("stillinger-weber")
    samples = [labelled(silicon(), teacher, q=Q), labelled(silicon(-0.01), teacher, q=Q)]
    samples = [replace(s, compliance_A3_eV=giving_way(0.6)) for s in samples]
    made = make_batches(
        samples,
        [s.energy_eV for s in samples],
        teacher.cutoff_A,
        14,
        replace(EVERYTHING, metric=metric),
        size=3,
        probes=2,
        dtype=DOUBLE,
    )
    batch = made.batch(made.order(0)[0], 0)
    parameters = teacher.astype(DOUBLE).parameters

    @jax.jit
    def of(batch):
        return mean_loss(teacher.atomic_energies, parameters, batch, weights(), made.loss)

    _, errors = of(batch)
    assert set(errors) == {*PARTS, "loss"}
    for part, (error, number) in errors.items():
        assert error / number == pytest.approx(0, abs=1e-9), part
        assert number == 2 or part != "loss"  # what fills the batch does not count
    assert np.abs(batch.products).max() > 0.1  # there was something to get right


def test_a_gradient_by_parameters_is_that_of_finite_differences():
    teacher = load_model("stillinger-weber")
    samples = [replace(labelled(silicon(), teacher, q=Q), compliance_A3_eV=giving_way(0.6))]
    network = new_network({**TINY, "cutoff_A": 3.5}, samples, 0, DOUBLE)
    made = make_batches(samples, [0.3], 3.5, 14, EVERYTHING, 1, dtype=DOUBLE)
    batch = made.batch(made.order(0)[0], 0)
    uneven = weights(energy=2.0, stress=500.0, probes=0.01)

    @jax.jit
    @jax.value_and_grad
    def loss(trained):
        parameters = {**trained, **network.fixed}
        return mean_loss(network.energies, parameters, batch, uneven, EVERYTHING)[0]

    keys = iter(jax.random.split(jax.random.key(1), 100))
    start = jax.tree.map(lambda x: x + 0.1, network.trained)
    step = jax.tree.map(lambda x: jax.random.normal(next(keys), x.shape, x.dtype), start)

    def moved(by):
        return jax.tree.map(lambda x, d: x + by * d, start, step)

    (ahead, _), (behind, _) = loss(moved(1e-5)), loss(moved(-1e-5))
    _, gradient = loss(start)
    along = sum(jax.tree.leaves(jax.tree.map(jnp.vdot, gradient, step)))
    assert float(along) == pytest.approx(float(ahead - behind) / 2e-5, rel=1e-6)
    assert abs(float(along)) > 1e-3


def test_neither_padding_nor_company_nor_order_changes_loss_or_gradient():
    water, methane = molecules(distorted=0)
    config = LossConfig(ON, ON, probes=ON, penalty="square")
    network = new_network({**TINY, "scale_eV": 1.0}, [water, methane], 0, DOUBLE)

    @partial(jax.jit)
    @partial(jax.value_and_grad, has_aux=True)
    def loss(trained, batch):
        parameters = {**trained, **network.fixed}
        return mean_loss(network.energies, parameters, batch, weights(), config)

    def of(samples, places, size):
        made = batches(samples, config, size, 1, shapes=1)
        return loss(network.trained, made.batch(places, None)), made.shapes[0].atoms

    both = [water, methane]
    ((alone, _), slope), room = of([water], [0], 1)
    ((padded, errors), padded_slope), larger = of(both, [0], 2)
    assert (room, larger) == (3, 5)
    assert float(padded) == pytest.approx(float(alone), rel=1e-12)
    assert {name: float(n) for name, (_, n) in errors.items()} == {
        "loss": 1, "energy": 1, "forces": 9, "probes": 18,
    }  # fmt: skip
    ((other, _), other_slope), _ = of(both, [1], 2)
    ((one_way, _), one_slope), _ = of(both, [0, 1], 2)
    ((other_way, _), _), _ = of(both, [1, 0], 2)
    assert float(one_way) == pytest.approx(float(alone + other) / 2, rel=1e-12)
    assert float(other_way) == pytest.approx(float(one_way), rel=1e-12)
    for a, b, c, d in zip(
        *map(jax.tree.leaves, (slope, padded_slope, other_slope, one_slope)), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose((a + c) / 2, d, rtol=1e-9, atol=1e-12)
    assert max(float(jnp.abs(x).max()) for x in jax.tree.leaves(slope)) > 1e-4


@pytest.mark.parametrize("together", [1, 2, 4])
def test_a_gradient_does_not_depend_on_how_many_are_computed_together(together):
    samples = [s for s in molecules(distorted=2) if s.matrices]
    config = LossConfig(ON, ON, probes=ON, penalty="square")
    network = new_network({**TINY, "scale_eV": 1.0}, samples, 0, DOUBLE)
    made = batches(samples, config, 4, 1, shapes=1)
    batch = made.batch([0, 1], 0)  # and two that only fill
    assert batch.share.tolist() == [1, 1, 0, 0]

    def summed(trained, part):
        parameters = {**trained, **network.fixed}
        return summed_loss(network.energies, parameters, part, weights(), config)

    @jax.jit
    @partial(jax.value_and_grad, has_aux=True)
    def whole(trained):
        return mean_loss(network.energies, {**trained, **network.fixed}, batch, weights(), config)

    (loss, expected), slope = whole(network.trained)
    gradient, errors = jax.jit(loss_gradient, static_argnums=(0, 3))(
        summed, network.trained, batch, together
    )
    for a, b in zip(*map(jax.tree.leaves, (gradient, slope)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-14)
    for name, (total, number) in expected.items():
        assert float(errors[name][0]) == pytest.approx(float(total), rel=1e-12), name
        assert float(errors[name][1]) == float(number), name
    assert float(errors["loss"][0] / errors["loss"][1]) == pytest.approx(float(loss), rel=1e-12)
    assert max(float(jnp.abs(x).max()) for x in jax.tree.leaves(slope)) > 1e-4


def test_displacements_of_a_molecule_are_waves_at_rest():
    samples = molecules(distorted=1)
    config = LossConfig(ON, ON, probes=ON, penalty="square")
    sizes = {"n_layers": 2, "hidden_irreps": "4x0e + 3x1o + 2x2e", "lmax": 2}
    network = new_network({**TINY, **sizes}, samples, 0, DOUBLE)
    made = batches([s for s in samples if s.matrices], config, 2, 1, probes=2, shapes=1)
    batch = made.batch([0, 1], 0)
    assert batch.q is None

    @jax.jit
    @jax.value_and_grad
    def loss(trained, batch):
        parameters = {**trained, **network.fixed}
        return mean_loss(network.energies, parameters, batch, weights(), config)[0]

    value, slope = loss(network.trained, batch)
    by_waves, wave_slope = loss(network.trained, replace(batch, q=np.zeros((2, 2, 3))))
    assert float(value) == pytest.approx(float(by_waves), rel=1e-12)
    for a, b in zip(*map(jax.tree.leaves, (slope, wave_slope)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    assert max(float(jnp.abs(x).max()) for x in jax.tree.leaves(slope)) > 1e-4


def test_an_error_of_stress_counts_by_the_stiffness_that_is_known():
    teacher = load_model("stillinger-weber")
    sample = labelled(silicon(), teacher)
    wrong = replace(sample, stress_eV_A3=sample.stress_eV_A3 + 0.03 * np.eye(3))
    config = LossConfig(strain=ON, penalty="square")
    parameters = teacher.astype(DOUBLE).parameters
    given = weights(energy=0.0, forces=0.0, stress=0.0)

    @jax.jit
    @partial(jax.value_and_grad, has_aux=True)
    def loss(parameters, batch):
        return mean_loss(teacher.atomic_energies, parameters, batch, given, config)

    def of(modulus):
        made = make_batches(
            [replace(wrong, compliance_A3_eV=modulus and giving_way(modulus))],
            [sample.energy_eV],
            teacher.cutoff_A,
            14,
            config,
            1,
            dtype=DOUBLE,
        )
        return loss(parameters, made.batch([0], None))

    (stiff, errors), _ = of(0.5)
    (soft, _), slope = of(0.1)
    (unknown, none), nothing = of(None)
    # 0.03 / (3 * 0.5) = 2 %, a fifth of the unit, in three of nine components
    assert float(stiff) == pytest.approx(0.2**2 / 3)
    assert float(errors["strain"][0] / errors["strain"][1]) == pytest.approx(0.2 / 3)
    assert float(soft) == pytest.approx(25 * float(stiff))
    assert (float(unknown), float(none["strain"][1])) == (0, 0)
    assert all(float(jnp.abs(x).max()) == 0 for x in jax.tree.leaves(nothing))
    assert max(float(jnp.abs(x).max()) for x in jax.tree.leaves(slope)) > 0
