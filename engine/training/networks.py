"""What is trained: a network apart from the energies of the elements, and parameters in two parts.

Energies of the elements are thousands of eV and would drown in single precision what the network
has to learn. They are subtracted from the data, in double precision, and only put back into the
potential that is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.errors import PhonoscopeError
from engine.potentials import AtomicEnergies, Potential
from engine.potentials.checkpoints.architectures import architecture_of
from engine.potentials.checkpoints.config_json import config_from_json
from engine.potentials.mace import MACEConfig, MACEEnergies, mace_potential
from engine.potentials.mace import initial_parameters as initial_mace
from engine.potentials.nequip import NequIPConfig, NequIPEnergies, initial_parameters, nequip
from engine.potentials.registry import load_model
from engine.training.references import (
    ReferenceEnergies,
    average_neighbours,
    elements_of,
    force_scale,
)
from engine.training.samples import Sample

REFERENCE = "reference_energies"


@dataclass(frozen=True)
class Network:
    """A network whose elements have no energy of their own.

    Attributes
    ----------
    energies : the function, of ``trained`` and ``fixed`` together.
    trained : parameters that training moves, a dict.
    fixed : those that it does not, a dict with other keys.
    cutoff_A : in angstrom.
    elements : atomic numbers, in the order of the network.
    references : energies of the elements that came with a model; zero in a new network.
    """

    energies: AtomicEnergies
    trained: dict[str, Any]
    fixed: dict[str, Any]
    cutoff_A: float
    elements: tuple[int, ...]
    references: ReferenceEnergies

    def potential(
        self, trained: dict[str, Any], references: ReferenceEnergies, name: str, source: str
    ) -> Potential:
        """The trained network with energies of the elements."""
        config: Any = self.energies.config  # type: ignore[attr-defined]
        e0 = [references[z] for z in self.elements]
        if isinstance(config, MACEConfig):
            config = replace(config, atomic_energies_eV=tuple(e0))
            return mace_potential(config, {**trained, **self.fixed}, name, source)
        like = self.fixed[REFERENCE]
        parameters = {**trained, REFERENCE: np.asarray(e0, like.dtype)}
        return nequip(config, parameters, name, source)


def new_network(
    table: dict[str, Any], samples: Sequence[Sample], seed: int, dtype: np.dtype
) -> Network:
    """A network with random parameters, its scale and neighbours taken from the data.

    Raises
    ------
    PhonoscopeError
        if the table names no known architecture or hyper-parameters, or they do not fit together.
    """
    table = dict(table)
    architecture = table.pop("architecture", None)
    configs: dict[str, Any] = {"nequip": NequIPConfig, "mace": MACEConfig}
    if architecture not in configs:
        raise PhonoscopeError(
            "The network is of no known architecture",
            f"network.architecture is {architecture!r}; known are {', '.join(configs)}",
            "Correct it, or give network.start, a model to go on from.",
        )
    cls = configs[architecture]
    scale = "scale_eV" if cls is NequIPConfig else "scale"
    elements = "atomic_numbers" if cls is NequIPConfig else "elements"
    table.setdefault(elements, list(elements_of(samples)))
    table.setdefault("cutoff_A", NequIPConfig.cutoff_A)
    table.setdefault(scale, force_scale(samples))
    try:
        neighbours = average_neighbours(samples, float(table["cutoff_A"]))
        several = [neighbours] * int(table.get("layers", MACEConfig.layers))
        table.setdefault("average_neighbours", neighbours if cls is NequIPConfig else several)
        config = config_from_json(cls, table, "network")
        potential = _initial(config, seed, dtype)
    except Exception as error:  # whatever a network trips over when numbers make no sense
        raise PhonoscopeError(
            "The network cannot be made",
            str(error) or type(error).__name__,
            f"Correct [network]; its entries are the fields of {cls.__name__}.",
        ) from error
    return _apart(potential, dtype)


def network_from(start: str, dtype: np.dtype, own_skips: bool = False) -> Network:
    """The network of a model by name or path, with its parameters.

    Parameters
    ----------
    own_skips : whether every element gets skip weights of its own; nothing changes until they are
        trained.

    Raises
    ------
    PhonoscopeError
        if there is no such model, or it has nothing to be trained, or no skip weights to multiply.
    """
    potential = load_model(start)
    if architecture_of(potential) is None:
        raise PhonoscopeError(
            f"The model {start} cannot be trained",
            "it is no network",
            "Start from a NequIP or MACE model (phonoscope models list).",
        )
    return _apart(_with_own_skips(potential) if own_skips else potential, dtype)


def _with_own_skips(potential: Potential) -> Potential:
    """The same function, with ``skip_per_species``."""
    config: Any = potential.atomic_energies.config  # type: ignore[attr-defined]
    if not isinstance(config, NequIPConfig):
        raise PhonoscopeError(
            "skip_per_species is for NequIP models",
            f"{potential.name} is none",
            "Leave it out of [network].",
        )
    if config.skip_per_species:
        return potential

    def of_each(layer: dict[str, Any]) -> dict[str, Any]:
        def copies(weight: Any) -> Any:
            return jnp.tile(weight, (len(config.atomic_numbers), 1, 1))

        return {**layer, "skip": jax.tree.map(copies, layer["skip"])}

    parameters = {
        name: of_each(part) if name.startswith("layer_") else part
        for name, part in potential.parameters.items()
    }
    config = replace(config, skip_per_species=True)
    return nequip(config, parameters, potential.name, potential.reference)


def _initial(config: Any, seed: int, dtype: np.dtype) -> Potential:
    if isinstance(config, NequIPConfig):
        return nequip(config, initial_parameters(config, seed, jnp.dtype(dtype)), "", "")
    return mace_potential(config, initial_mace(config, jax.random.key(seed), dtype), "", "")


def _apart(potential: Potential, dtype: np.dtype) -> Network:
    parameters = dict(potential.astype(dtype).parameters)
    config: Any = potential.atomic_energies.config  # type: ignore[attr-defined]
    energies: AtomicEnergies
    if isinstance(config, MACEConfig):
        e0 = np.array(config.atomic_energies_eV or [0.0] * len(config.elements))
        elements, fixed = config.elements, {"constants": parameters.pop("constants", {})}
        energies = MACEEnergies(replace(config, atomic_energies_eV=()))
    else:
        e0, elements = np.asarray(potential.parameters[REFERENCE], float), config.atomic_numbers
        fixed = {REFERENCE: jnp.zeros_like(parameters.pop(REFERENCE))}
        energies = NequIPEnergies(config)
    return Network(
        energies,
        parameters,
        fixed,
        potential.cutoff_A,
        elements,
        dict(zip(elements, e0.tolist(), strict=True)),
    )
