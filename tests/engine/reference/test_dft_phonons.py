"""Phonons of a library crystal by theory, with a model in the place of ABINIT."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.derivatives import dynamical_matrices, energy_forces_stress
from engine.phonons import phonons
from engine.potentials import load_model
from engine.reference import dft_phonons as module
from engine.reference.abinit.crystals import REFERENCE_CRYSTALS
from engine.reference.dft_phonons import app, dft_phonons, k_mesh

MODEL = load_model("stillinger-weber")
(SILICON,) = (crystal for crystal in REFERENCE_CRYSTALS if crystal.name == "Si-diamond")


@dataclass
class Pretended:
    """Answers as ABINIT would, but by a model; with noise, and a force on the whole crystal."""

    asked: list[tuple[int, ...]] = field(default_factory=list)

    def at_rest(self, crystal):
        return crystal.start, energy_forces_stress(crystal.start, MODEL)

    def force_constants(self, crystal, atoms, mesh, q):
        n = mesh.divisions[0]
        assert np.allclose(n * q, np.rint(n * q))  # q joins points of the mesh of k
        self.asked.append(mesh.divisions)
        root = np.repeat(np.sqrt(atoms.get_masses()), 3)
        phi = dynamical_matrices(atoms, MODEL, q[None])[0] * np.outer(root, root)
        noise = np.random.default_rng(len(self.asked)).normal(size=phi.shape)
        return phi + 1e-3 * np.eye(6) + 1e-6 * noise


@pytest.fixture
def abinit(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    monkeypatch.setattr(module, "version", lambda: "0")
    return Pretended()


def test_matrices_at_irreducible_points_give_what_the_model_gives(abinit: Pretended) -> None:
    found = dft_phonons(SILICON, abinit)
    expected = phonons(SILICON.start, MODEL, (4, 4, 4))
    assert found.mesh == (4, 4, 4)
    for q in np.random.default_rng(0).uniform(size=(20, 3)):
        a, b = found.modes(q), expected.modes(q, exact=False)
        np.testing.assert_allclose(a.frequency_cm1, b.frequency_cm1, atol=0.05)
    assert found.trust.acoustic_sum_error < 1e-9
    assert found.trust.interpolation_error_cm1 == pytest.approx(
        expected.trust.interpolation_error_cm1, abs=0.05
    )
    assert 1e-8 < found.trust.symmetry_error < 1e-4
    assert found.gamma_optical == "T2g"
    assert {(4, 4, 4), (8, 8, 8)} == set(abinit.asked)  # the finer one between the points


@pytest.mark.parametrize(
    ("q", "n"), [((0, 0, 0), 4), ((0.5, 0, 0.5), 4), ((0.25, 0, 0.5), 4), ((1 / 3, 0, 0), 12)]
)
def test_a_wave_joins_points_of_its_mesh(q: tuple[float, ...], n: int) -> None:
    assert k_mesh(SILICON, np.array(q)).divisions == (n, n, n)


def test_other_crystals_and_a_missing_table_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, why in (("quartz", "others follow a model"), ("diamond", "standard.djson")):
        given = [name, "--pseudopotentials", str(tmp_path / "empty"), "--out", str(tmp_path)]
        said = CliRunner().invoke(app, given)
        assert said.exit_code == 2
        installed = "ABINIT is needed" not in said.output  # which is looked at after the name
        assert why in said.output or (name == "diamond" and not installed)
        assert not (tmp_path / name).exists()
