"""Networks to go on from: what is added to them changes nothing before training does."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from ase.build import molecule

import engine
from engine import PhonoscopeError
from engine.potentials import Potential
from engine.potentials.checkpoints.native import Card, save_model
from engine.potentials.mace import MACEConfig, mace_potential
from engine.potentials.mace import initial_parameters as initial_mace
from engine.potentials.nequip import NequIPConfig, initial_parameters, nequip
from engine.training.networks import network_from

DOUBLE = np.dtype("float64")
SHARED = NequIPConfig((1, 6, 8), n_layers=2, hidden_irreps="4x0e + 2x1o", lmax=1, embedding=6)


def kept(potential: Potential, folder: Path) -> str:
    save_model(potential, folder, Card())
    return str(folder)


def test_own_skip_weights_are_the_same_function_at_first(tmp_path: Path) -> None:
    parameters = initial_parameters(SHARED, 0, DOUBLE)
    start = kept(nequip(SHARED, parameters, "shared", "tests"), tmp_path / "shared")
    network = network_from(start, DOUBLE, own_skips=True)
    own = network.potential(network.trained, network.references, "own", "tests")

    formaldehyde = molecule("H2CO")
    before = engine.energy_forces_stress(formaldehyde, engine.load_model(start))
    after = engine.energy_forces_stress(formaldehyde, own)
    assert np.abs(before.forces_eV_A).max() > 0.01
    assert after.energy_eV == pytest.approx(before.energy_eV, abs=1e-9)
    np.testing.assert_allclose(after.forces_eV_A, before.forces_eV_A, atol=1e-9)

    skips = network.trained["layer_1"]["skip"]
    assert {len(weight) for weight in skips.values()} == {3}
    again = network_from(kept(own, tmp_path / "own"), DOUBLE, own_skips=True)
    assert jax.tree.map(np.shape, again.trained) == jax.tree.map(np.shape, network.trained)


def test_there_are_none_in_mace(tmp_path: Path) -> None:
    config = MACEConfig((1, 8), 3.0, hidden_irreps="2x0e", l_max=1, correlation=(1, 1))
    parameters = initial_mace(config, jax.random.key(0), DOUBLE)
    start = kept(mace_potential(config, parameters, "mace", "tests"), tmp_path / "mace")
    with pytest.raises(PhonoscopeError, match="for NequIP models"):
        network_from(start, DOUBLE, own_skips=True)
