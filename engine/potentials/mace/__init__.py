"""MACE: many-body equivariant message passing, on e3nn-jax and flax."""

from engine.potentials.mace.config import MACEConfig
from engine.potentials.mace.model import (
    MACE,
    SCALAR,
    MACEEnergies,
    initial_parameters,
    mace_potential,
)

__all__ = [
    "MACE",
    "SCALAR",
    "MACEConfig",
    "MACEEnergies",
    "initial_parameters",
    "mace_potential",
]
