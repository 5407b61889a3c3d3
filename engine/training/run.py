"""What stays the same during a run: network, data in batches, energies of the elements."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from ase.data import chemical_symbols

from engine.errors import PhonoscopeError
from engine.training.batches import Batch, Batches, make_batches
from engine.training.config import LossConfig, TrainingConfig
from engine.training.networks import Network, network_from, new_network
from engine.training.predictions import predicted
from engine.training.references import (
    ReferenceEnergies,
    elements_of,
    isolated_atom_energies,
    least_squares_energies,
    without_references,
)
from engine.training.samples import Sample, Split, fingerprint


@dataclass(frozen=True)
class Run:
    """What stays the same during a run."""

    config: TrainingConfig
    folder: Path
    network: Network
    references: ReferenceEnergies
    training: Batches
    validation: Batches | None
    n_molecules: tuple[int, int]
    steps_per_epoch: int


def make_network(config: TrainingConfig, samples: Sequence[Sample], dtype: np.dtype) -> Network:
    """The network of a configuration, new or of another model.

    Raises
    ------
    PhonoscopeError
        if it cannot be made or read.
    """
    if "start" in config.network:
        own_skips = "skip_per_species" in config.network
        return network_from(str(config.network["start"]), dtype, own_skips)
    return new_network(config.network, samples, config.seed, dtype)


def _require_elements(network: Network, elements: Sequence[int]) -> None:
    if missing := sorted(set(elements) - set(network.elements)):
        symbols = ", ".join(chemical_symbols[z] for z in missing)
        raise PhonoscopeError(
            f"The network does not cover {symbols}",
            "the data has it",
            "Exclude these structures (data.exclude), or train a network that has the element.",
        )


def make_run(
    config: TrainingConfig,
    folder: Path,
    network: Network,
    references: ReferenceEnergies,
    parts: Split,
    dtype: np.dtype,
) -> Run:
    """Data in batches, energies of the elements subtracted.

    Raises
    ------
    PhonoscopeError
        if the network does not cover an element of the data.
    """
    _require_elements(network, elements_of(parts.training + parts.validation))

    def batches(samples: list[Sample], seed: int) -> Batches:
        devices = len(jax.devices())
        return make_batches(
            samples,
            [without_references(s, references) for s in samples],
            network.cutoff_A,
            network.elements[0],
            config.loss,
            -(-config.batches.size // devices) * devices,
            config.batches.probes,
            config.batches.shapes,
            dtype,
            seed,
        )

    training = batches(parts.training, config.seed)
    validation = batches(parts.validation, config.seed + 1) if parts.validation else None
    names = [len({s.name for s in part}) for part in (parts.training, parts.validation)]
    steps = len(training.order(0))
    return Run(
        config, folder, network, references, training, validation, (names[0], names[1]), steps
    )


def reference_energies(config: TrainingConfig, network: Network, parts: Split) -> ReferenceEnergies:
    """Energies of the elements in the data, as the configuration wants them."""
    elements = elements_of(parts.training + parts.validation)
    _require_elements(network, elements)
    if config.references == "none":
        return dict.fromkeys(elements, 0.0)
    if config.references == "isolated-atoms":
        return isolated_atom_energies(parts.atoms, elements)
    if config.references == "model":
        return network.references
    energies = np.array([s.energy_eV for s in parts.training])
    if "start" in config.network:  # what the model says already is not to be said twice
        energies = energies - _predicted_energies(config, network, parts.training)
    found = least_squares_energies(parts.training, energies)
    if missing := sorted(set(elements) - set(found)):
        raise PhonoscopeError(
            f"{', '.join(chemical_symbols[z] for z in missing)} is in the validation data alone",
            "its energy cannot be fitted to the training data",
            "Give more data, or another seed.",
        )
    return {**network.references, **found}


def _predicted_energies(
    config: TrainingConfig, network: Network, samples: Sequence[Sample]
) -> np.ndarray:
    """Energies of the network without those of the elements, in eV."""
    batches = make_batches(
        samples, [0.0] * len(samples), network.cutoff_A, network.elements[0],
        LossConfig(), config.batches.size, 1, config.batches.shapes, np.dtype(config.precision),
    )  # fmt: skip
    parameters = {**network.trained, **network.fixed}

    @jax.jit
    def energies(batch: Batch) -> jax.Array:
        def one(system: Any, real: Any) -> jax.Array:
            return predicted(network.energies, parameters, system, real).energy_eV

        return jax.vmap(one)(batch.system, batch.real)

    found = np.zeros(len(samples))
    for places in batches.order(None):
        found[places] = np.asarray(energies(batches.batch(places, None)))[: len(places)]
    return found


def identity(config: TrainingConfig, parts: Split) -> str:
    """Checksum of what must not change while a run goes on; how often it is kept may."""
    told = replace(config, checkpoint_minutes=0.0)
    text = json.dumps(asdict(told), sort_keys=True, default=str)
    data = fingerprint(parts.training) + fingerprint(parts.validation)
    return hashlib.sha256(f"{text} {data} {len(jax.devices())}".encode()).hexdigest()
