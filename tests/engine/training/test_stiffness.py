"""Bulk moduli from strained crystals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk

from engine import load_model
from engine.training.data.crystals import strained
from engine.training.stiffness import LEAST_EV_A3, with_bulk_moduli
from engine.units import GPA_PER_EV_A3
from tests.engine.training.teacher import labelled


def samples(strains=(-0.005, 0.005)):
    teacher, rest = load_model("stillinger-weber"), bulk("Si")
    return [labelled(rest, teacher, "Si", "equilibrium")] + [
        labelled(strained(rest, s * np.eye(3)), teacher, "Si", "strained") for s in strains
    ]


def test_the_modulus_of_silicon_is_the_published_one():
    """Stillinger-Weber silicon: B = 101.4 GPa (H. Balamane et al., PRB 46, 2250 (1992))."""
    found = with_bulk_moduli(samples())
    assert {s.bulk_modulus_eV_A3 for s in found} == {found[0].bulk_modulus_eV_A3}
    assert found[0].bulk_modulus_eV_A3 * GPA_PER_EV_A3 == pytest.approx(101.4, abs=0.5)


def test_what_comes_twice_counts_once_and_one_volume_tells_nothing():
    known = samples()
    twice = with_bulk_moduli([known[0], *known])
    once = with_bulk_moduli(known)
    assert twice[0].bulk_modulus_eV_A3 == pytest.approx(once[0].bulk_modulus_eV_A3, rel=1e-12)
    assert with_bulk_moduli(known[:1])[0].bulk_modulus_eV_A3 is None
    alone = with_bulk_moduli([replace(known[1], name="other"), *known])
    assert alone[0].bulk_modulus_eV_A3 is None


def test_a_crystal_that_softens_counts_as_soft_not_as_negative():
    inverted = [replace(s, stress_eV_A3=-s.stress_eV_A3) for s in samples()]
    assert with_bulk_moduli(inverted)[0].bulk_modulus_eV_A3 == LEAST_EV_A3
