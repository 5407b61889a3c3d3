"""Crystals of the DFT reference beside a teacher: matrices of the one, the rest of the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.derivatives import energy_forces_stress
from engine.library import assets
from engine.potentials.stillinger_weber import stillinger_weber
from engine.reference.dft import DFT_FILE, read_dft
from engine.training.data.crystals import frequencies_cm1
from engine.training.data.dft_labels import label_dft
from engine.training.data.labelled_crystals import notes_of, read_crystals
from tests.engine.training.data.test_crystals import Quick


def test_matrices_are_those_of_dft_and_the_rest_the_teachers(tmp_path: Path) -> None:
    (silicon,) = (c for c in read_dft(DFT_FILE) if c.name == "Si-diamond")
    assert label_dft(Quick(tmp_path), [silicon]) == ["Si-diamond-pbesol"]
    (found,) = read_crystals(tmp_path)
    assert (found.name, found.kind, len(found.product_q)) == ("Si-diamond-pbesol", "equilibrium", 0)
    np.testing.assert_allclose(found.matrix_q, silicon.q)
    np.testing.assert_allclose(
        found.force_constants_eV_A2, silicon.force_constants_eV_A2, atol=1e-5
    )
    assert frequencies_cm1(found.atoms, found.force_constants_eV_A2[0])[-1] == pytest.approx(
        509, abs=1
    )
    said = energy_forces_stress(silicon.atoms, stillinger_weber())
    assert said.stress_eV_A3 is not None
    assert found.energy_eV == pytest.approx(said.energy_eV)
    np.testing.assert_allclose(found.stress_eV_A3, said.stress_eV_A3, atol=1e-7)
    notes = notes_of(tmp_path / "Si-diamond-pbesol.equilibrium.h5", "equilibrium")
    assert "PBEsol" in notes["force_constants"]


def test_what_is_packed_is_what_theory_says() -> None:
    """The file that models are trained on has the matrices of the reference, in its order."""
    reference = {c.name: c for c in read_dft(DFT_FILE)}
    packed = read_crystals(assets() / "data" / "crystals-pbesol.h5")
    assert {c.name for c in packed} == {f"{name}-pbesol" for name in reference}
    for crystal in packed:
        known = reference[crystal.name.removesuffix("-pbesol")]
        np.testing.assert_allclose(
            crystal.force_constants_eV_A2, known.force_constants_eV_A2, atol=1e-5
        )
