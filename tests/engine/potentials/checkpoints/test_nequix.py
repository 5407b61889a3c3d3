"""nequix checkpoints: parity with an independent implementation, and files that are not one."""

import json
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms

from engine import PhonoscopeError
from engine.derivatives import dynamical_matrices, energy_forces_stress
from engine.potentials.checkpoints.nequix import read_nequix

SHARED = Path(__file__).parents[5] / "shared/reference/nequix"


@pytest.fixture
def folder():
    if not SHARED.is_dir():
        pytest.skip("the reference checkpoints (shared/reference/nequix) are not here")
    return SHARED


@pytest.mark.parametrize("crystal", ["Si", "NaCl", "CsCl"])
def test_equals_the_reference(folder, crystal):
    model = read_nequix(folder / "nequix-oam-1-pft.nqx")
    reference = json.loads((folder / f"ref_nequix-oam-1-pft_{crystal}.json").read_text())
    for state in (reference["equilibrium"], reference["distorted"]):
        atoms = Atoms(
            reference["numbers"],
            positions=state.get("positions_A", reference["positions_A"]),
            cell=state.get("cell_A", reference["cell_A"]),
            pbc=True,
        )
        found = energy_forces_stress(atoms, model)
        assert abs(found.energy_eV - state["energy_eV"]) < 1e-9
        assert np.abs(found.forces_eV_A - state["forces_eV_A"]).max() < 1e-9
        assert np.abs(found.stress_eV_A3 - state["stress_eV_A3"]).max() < 1e-9

    atoms = Atoms(
        reference["numbers"], reference["positions_A"], cell=reference["cell_A"], pbc=True
    )
    atoms.set_masses(reference["masses_amu"])
    matrices = reference["dynamical_matrices"].values()
    found = dynamical_matrices(atoms, model, [m["q"] for m in matrices])
    for exact, matrix in zip(found, matrices, strict=True):
        expected = np.array(matrix["D_real"]) + 1j * np.array(matrix["D_imag"])
        assert np.abs(exact - expected).max() < 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize("name", ["nequix-mp-1", "nequix-mp-1-pft", "nequix-oam-1-pft"])
def test_every_checkpoint_loads(folder, name):
    model = read_nequix(folder / f"{name}.nqx")
    assert (model.name, model.cutoff_A, len(model.elements)) == (name, 6.0, 89)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def longer(content: bytes) -> bytes:
    return content + content[-200:]


def other_width(content: bytes) -> bytes:
    return content.replace(b'"radial_mlp_size": 64', b'"radial_mlp_size": 32', 1)


def without_cutoff(content: bytes) -> bytes:
    return content.replace(b'"cutoff"', b'"cutof"', 1)


@pytest.mark.parametrize("damage", [cut, longer, other_width, without_cutoff])
def test_damaged_files_are_refused_in_words(folder, tmp_path, damage):
    path = tmp_path / "damaged.nqx"
    path.write_bytes(damage((folder / "nequix-mp-1.nqx").read_bytes()))
    with pytest.raises(PhonoscopeError, match="cannot be read as a nequix checkpoint"):
        read_nequix(path)


@pytest.mark.parametrize("content", [b"", b"{}\n", b"not json\n", b"[1, 2]\n", b"\x80\x04."])
def test_other_files_are_refused_in_words(tmp_path, content):
    path = tmp_path / "other.nqx"
    path.write_bytes(content)
    with pytest.raises(PhonoscopeError, match="cannot be read as a nequix checkpoint"):
        read_nequix(path)
