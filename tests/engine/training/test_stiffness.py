"""Compliances from structures of changed cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk

from engine import load_model
from engine.training.data.crystals import strained
from engine.training.stiffness import (
    SHEAR_SHARE,
    SOFTEST_EV_A3,
    TENSORS,
    TRUST,
    compliance_A3_eV,
    strain,
    with_compliances,
)
from engine.units import GPA_PER_EV_A3
from tests.engine.training.teacher import labelled


def samples(strains=(-0.005, 0.005), drifts=()):
    teacher, rest = load_model("stillinger-weber"), bulk("Si")
    return (
        [labelled(rest, teacher, "Si", "equilibrium")]
        + [labelled(strained(rest, s * np.eye(3)), teacher, "Si", "strained") for s in strains]
        + [labelled(strained(rest, s), teacher, "Si", "drifted") for s in drifts]
    )


def stiffness_GPa(compliance):
    return GPA_PER_EV_A3 * np.linalg.inv(
        np.einsum("mab,abcd,ncd->mn", TENSORS, compliance, TENSORS)
    )


def test_components_keep_lengths_of_symmetric_tensors():
    np.testing.assert_allclose(np.einsum("mab,nab->mn", TENSORS, TENSORS), np.eye(6), atol=1e-12)
    np.testing.assert_allclose(TENSORS, TENSORS.transpose(0, 2, 1))


def test_the_bulk_modulus_of_silicon_is_the_published_one():
    """Stillinger-Weber silicon: B = 101.4 GPa (H. Balamane et al., PRB 46, 2250 (1992))."""
    found = with_compliances(samples())
    assert len({id(s.compliance_A3_eV) for s in found}) == 1
    shapes, volume = np.split(np.linalg.eigvalsh(stiffness_GPa(found[0].compliance_A3_eV)), [5])
    assert volume[0] / 3 == pytest.approx(101.4, abs=0.5)
    np.testing.assert_allclose(shapes, SHEAR_SHARE * volume[0])


def test_stretched_along_an_axis_silicon_is_as_stiff_as_published():
    """C11 = 151.4 and C12 = 76.4 GPa of the same, atoms where cubic symmetry keeps them."""
    pulls = [s * np.outer(v, v) for s in (-0.004, 0.004) for v in np.eye(3)]
    known = samples(drifts=pulls)
    axes = np.einsum("ia,ib->iab", np.eye(3), np.eye(3))

    def along(compliance):
        components = np.einsum("mab,iab->im", TENSORS, axes)
        return components @ stiffness_GPa(compliance) @ components.T

    before, found = along(compliance_A3_eV(known[:3])), along(compliance_A3_eV(known))
    published = np.where(np.eye(3, dtype=bool), 151.4, 76.4)
    share = 2 / (2 + TRUST)  # two structures along each axis
    np.testing.assert_allclose(found, share * published + (1 - share) * before, atol=1.0)
    assert np.abs(found - before).max() > 5  # there was something to learn


def test_a_crystal_is_soft_only_along_what_it_gives_way_to():
    known, weak = samples(), 0.05
    pull = 0.02 * np.diag([0, 0, 1.0])
    slack = strained(known[0].atoms, pull)
    hangs = [
        replace(known[0], kind="drifted", atoms=slack, stress_eV_A3=weak * pull)
        for _ in range(3)  # what comes more than once counts once
    ]
    once, thrice = (compliance_A3_eV([*known, *of]) for of in (hangs[:1], hangs))
    np.testing.assert_allclose(once, thrice)
    before = compliance_A3_eV(known)
    assert once[2, 2, 2, 2] > 3 * before[2, 2, 2, 2]
    assert once[0, 1, 0, 1] == pytest.approx(before[0, 1, 0, 1])


def test_one_volume_tells_nothing():
    known = samples()
    assert with_compliances(known[:1])[0].compliance_A3_eV is None
    assert with_compliances(known[1:])[0].compliance_A3_eV is None  # nor does anything without rest
    alone = with_compliances([replace(known[1], name="other"), *known])
    assert alone[0].compliance_A3_eV is None
    assert alone[1].compliance_A3_eV is not None


def test_a_crystal_that_softens_counts_as_soft_not_as_negative():
    inverted = [replace(s, stress_eV_A3=-s.stress_eV_A3) for s in samples()]
    least = np.linalg.eigvalsh(stiffness_GPa(compliance_A3_eV(inverted))).min()
    assert least == pytest.approx(SOFTEST_EV_A3 * GPA_PER_EV_A3)


def test_a_turned_cell_is_not_strained_to_first_order():
    rest = bulk("Si")
    moved = strained(rest, 0.01 * np.diag([1.0, 0, -1]))
    np.testing.assert_allclose(strain(rest, moved), 0.01 * np.diag([1.0, 0, -1]), atol=1e-12)
    moved.rotate(0.1, "z", rotate_cell=True)
    np.testing.assert_allclose(strain(rest, moved), 0.01 * np.diag([1.0, 0, -1]), atol=1e-4)
