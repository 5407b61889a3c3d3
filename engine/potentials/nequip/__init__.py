"""NequIP: equivariant message passing, on e3nn-jax and flax."""

from engine.potentials.nequip.config import NequIPConfig
from engine.potentials.nequip.model import (
    NequIP,
    NequIPEnergies,
    initial_parameters,
    nequip,
)

__all__ = [
    "NequIP",
    "NequIPConfig",
    "NequIPEnergies",
    "initial_parameters",
    "nequip",
]
