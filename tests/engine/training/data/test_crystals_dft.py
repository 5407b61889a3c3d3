"""The parts of the DFT reference and their collection, with a stand-in for ABINIT."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from ase import Atoms

from engine.derivatives import dynamical_matrices
from engine.errors import PhonoscopeError
from engine.potentials.stillinger_weber import stillinger_weber
from engine.reference.abinit.crystals import REFERENCE_CRYSTALS, ZONE_BOUNDARY, ReferenceCrystal
from engine.reference.dft import read_dft
from engine.training.data import crystals_dft
from engine.training.data.crystals_dft import DftCrystals, pack_dft
from engine.training.data.queue import Task, work_on

SILICON = next(c for c in REFERENCE_CRYSTALS if c.name == "Si-diamond")


@dataclass
class Model:
    """Answers like ABINIT, from a model of silicon, with a force on the crystal as a whole."""

    refuses: str = ""
    asked: list[str] = field(default_factory=list)

    def relaxed(self, crystal: ReferenceCrystal) -> dict[str, Any]:
        self.asked.append("relaxed")
        atoms = crystal.start
        return {
            "numbers": atoms.numbers.tolist(),
            "cell_A": atoms.cell.array.tolist(),
            "scaled_positions": atoms.get_scaled_positions().tolist(),
            "energy_eV": -1.0,
        }

    def gamma(self, crystal: ReferenceCrystal, atoms: Atoms) -> dict[str, Any]:
        charges = {"born_charges_e": np.zeros((2, 3, 3)).tolist(), "neutrality_error_e": 0.0}
        charges["dielectric"] = (12 * np.eye(3)).tolist()
        return {**self.phonons(crystal, atoms, "gamma"), **charges}

    def phonons(self, crystal: ReferenceCrystal, atoms: Atoms, point: str) -> dict[str, Any]:
        self.asked.append(point)
        if point == self.refuses:
            raise PhonoscopeError("ABINIT did not converge", "told so", "Nothing.")
        q = np.array(ZONE_BOUNDARY["fcc"].get(point, (0, 0, 0)), float)
        phi = dynamical_matrices(atoms, stillinger_weber(), q[None])[0] * atoms.get_masses()[0]
        phi += 0.01 * np.eye(6)
        return {
            "q": q.tolist(),
            "force_constants_eV_A2": [phi.real.tolist(), phi.imag.tolist()],
            "abinit_frequencies_cm1": [0.0] * 6,
            "k_mesh": [4, 4, 4],
        }


def work(folder: Path, model: Model) -> DftCrystals:
    return DftCrystals(folder, model)  # type: ignore[arg-type]


def test_parts_are_computed_once_and_collected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crystals_dft, "version", lambda: "of a test")
    model = Model()
    for _ in range(2):
        work_on(work(tmp_path, model), Task(1, SILICON))
    assert model.asked == ["relaxed", "gamma", "X", "L"]
    assert "1 of 1 crystals complete, 4 of 4 parts" in work(tmp_path, model).status([SILICON])
    file = tmp_path / "out" / "dft.h5"
    assert pack_dft(work(tmp_path, model), REFERENCE_CRYSTALS, file) == ["Si-diamond"]
    (found,) = read_dft(file)
    np.testing.assert_allclose(found.q, [[0, 0, 0], *ZONE_BOUNDARY["fcc"].values()])
    exact = dynamical_matrices(found.atoms, stillinger_weber(), found.q)
    exact = exact * found.atoms.get_masses()[0]
    np.testing.assert_allclose(found.force_constants_eV_A2, exact, atol=1e-8)  # its sum imposed
    np.testing.assert_allclose(found.dielectric, 12 * np.eye(3))
    with h5py.File(file) as packed:
        assert "of a test" in packed.attrs["program"]
        assert list(packed["Si-diamond"].attrs["points"]) == ["Γ", "X", "L"]


def test_a_part_that_fails_leaves_its_reason(tmp_path: Path) -> None:
    model = Model(refuses="gamma")
    work_on(work(tmp_path, model), Task(1, SILICON))
    assert "told so" in (tmp_path / "Si-diamond.gamma.failed").read_text()
    assert (tmp_path / "Si-diamond.relaxed.json").exists()
    with pytest.raises(PhonoscopeError, match="no complete crystal"):
        pack_dft(work(tmp_path, model), REFERENCE_CRYSTALS, tmp_path / "dft.h5")
