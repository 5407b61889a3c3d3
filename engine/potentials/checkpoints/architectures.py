"""The architectures that can be stored: their hyper-parameters and the arrays that go with them.

The networks are imported when a model is read or written: e3nn-jax takes longer to import than
many a command that needs no network takes to run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from engine.potentials.potential import Potential

if TYPE_CHECKING:
    from engine.potentials.mace.config import MACEConfig
    from engine.potentials.nequip import NequIPConfig

Shape = tuple[int | str, ...]
"""Sizes of an array's axes; a name is a size that the file chooses, alike wherever it stands."""


@dataclass(frozen=True)
class Architecture:
    """What reading and writing needs to know of a kind of model.

    Attributes
    ----------
    config : its dataclass of hyper-parameters.
    energies : the class of its :data:`~engine.potentials.AtomicEnergies`, with a field ``config``.
    make : (config, parameters, name, reference) -> potential.
    shapes : config -> shape of each parameter, by its keys joined with ``/``.
    """

    config: type[Any]
    energies: type[Any]
    make: Callable[[Any, Any, str, str], Potential]
    shapes: Callable[[Any], dict[str, Shape]]


@lru_cache
def architectures() -> dict[str, Architecture]:
    """Every architecture by name."""
    from engine.potentials import mace, nequip
    from engine.potentials.mace.config import MACEConfig

    return {
        "nequip": Architecture(
            nequip.NequIPConfig, nequip.NequIPEnergies, nequip.nequip, _nequip_shapes
        ),
        "mace": Architecture(MACEConfig, mace.MACEEnergies, mace.mace_potential, _mace_shapes),
    }


def architecture_of(potential: Potential) -> str | None:
    """Name of the architecture, or None if it is none that the format has."""
    if not hasattr(potential.atomic_energies, "config"):  # and nothing need be imported
        return None
    for name, architecture in architectures().items():
        if isinstance(potential.atomic_energies, architecture.energies):
            return name
    return None


def flattened(tree: Any) -> dict[str, Any]:
    """Leaves of nested dicts by their keys, joined with ``/``."""
    from flax.traverse_util import flatten_dict

    flat: dict[str, Any] = flatten_dict(tree, sep="/")
    return flat


def nested(leaves: dict[str, Any]) -> dict[str, Any]:
    """The nested dicts that :func:`flattened` made flat."""
    from flax.traverse_util import unflatten_dict

    tree: dict[str, Any] = unflatten_dict(leaves, sep="/")
    return tree


def _nequip_shapes(config: NequIPConfig) -> dict[str, Shape]:
    from engine.potentials.nequip import initial_parameters

    initial = jax.eval_shape(lambda: initial_parameters(config, seed=0))
    return {name: leaf.shape for name, leaf in flattened(initial).items()}


def _mace_shapes(config: MACEConfig) -> dict[str, Shape]:
    """Couplings U may come from a file: they choose how many there are, and so many weights."""
    from engine.potentials.mace import initial_parameters

    dtype = np.dtype(np.float32)
    initial = jax.eval_shape(lambda: initial_parameters(config, jax.random.key(0), dtype))
    shapes: dict[str, Shape] = {}
    for name, leaf in flattened(initial).items():
        product, _, own = name.partition("/")[2].partition("/contraction/")
        kind, _, which = own.partition("_")
        number = f"couplings {which} of {product}"
        if kind == "U":
            shapes[name] = (*leaf.shape[:-1], number)
        elif kind == "weights":
            shapes[name] = (leaf.shape[0], number, *leaf.shape[2:])
        else:
            shapes[name] = leaf.shape
    return shapes
