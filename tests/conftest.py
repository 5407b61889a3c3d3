"""Set-up shared by all tests: a NaN anywhere inside JAX is a failure."""

from __future__ import annotations

import logging.config  # noqa: F401 - a fixture replaces a part of it
from collections.abc import Iterator

import jax
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import engine
from engine.potentials import registry

jax.config.update("jax_debug_nans", True)


@pytest.fixture(scope="module", autouse=True)
def released_programs() -> Iterator[None]:
    """Let go of the programs a module compiled.

    Every compiled program maps memory, and Linux allows a process 65,530 maps
    (vm.max_map_count): the models' tests reach that, and the next program is a segmentation fault.
    """
    yield
    jax.clear_caches()


@pytest.fixture(scope="session", autouse=True)
def kept_handlers() -> Iterator[None]:
    """geomeTRIC configures logging from a file, which closes all handlers, pytest's among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("logging.config.fileConfig", lambda *_, **__: None)
        yield


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that a test registers is known to that test alone."""
    monkeypatch.setattr(registry, "_MODELS", dict(registry._MODELS))


@pytest.fixture(scope="session")
def stillinger_weber() -> engine.Potential:
    return engine.load_model("stillinger-weber")


@pytest.fixture(scope="session")
def silicon() -> Atoms:
    """At rest under Stillinger and Weber's potential."""
    return bulk("Si", a=5.43095)


@pytest.fixture(scope="session")
def rattled_silicon() -> Atoms:
    """A skewed cell of four atoms without any symmetry."""
    atoms = bulk("Si", a=5.43).repeat((2, 1, 1))
    rng = np.random.default_rng(1)
    strain = np.eye(3) + 0.03 * rng.normal(size=(3, 3))
    atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
    atoms.positions += 0.08 * rng.normal(size=atoms.positions.shape)
    return atoms
