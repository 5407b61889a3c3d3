"""NequIP: a message-passing network of the energy, equivariant under E(3).

S. Batzner et al., Nat. Commun. 13, 2453 (2022), in the form of nequix (T. Koker, T. Smidt, 2025): a
layer adds a convolution over the neighbours to a linear map of the atom's own features (the
skip, optionally with weights of its own for every species), normalises, and gates: scalars pass a
SiLU, everything else is multiplied by a scalar. The energy of an atom is read off the last scalars.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import e3nn_jax as e3nn
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from engine.graph import Graph
from engine.potentials.convolution import (
    ConvolutionWeights,
    EdgesAtRest,
    Geometry,
    Paths,
    convolution,
    geometry,
)
from engine.potentials.nequip.config import NequIPConfig
from engine.potentials.nequip.layers import Linear, RMSNorm, gate, normal
from engine.potentials.periodic_table import properties
from engine.potentials.potential import Potential
from engine.potentials.radial import bessel_basis, hidden_layers, polynomial_envelope


class NequIP(nn.Module):
    """The network: (edge vectors, atomic numbers, graph) -> energy of each atom in eV."""

    config: NequIPConfig

    @nn.compact
    def __call__(
        self, vectors: Float[Array, "edges 3"], species: Int[Array, " atoms"], graph: Graph
    ) -> Float[Array, " atoms"]:
        """Energy of each atom in eV; vectors in angstrom, species as atomic numbers."""
        config, dtype = self.config, vectors.dtype
        index = jnp.asarray(species_index(config.atomic_numbers))[species]
        n_species = len(config.atomic_numbers)
        reference = self.param("reference_energies", nn.initializers.zeros, (n_species,), dtype)
        if config.embedding:
            init = partial(initial_embedding, config.atomic_numbers)
            start = self.param("embedding", init, (n_species, config.embedding), dtype)[index]
        else:
            start = jax.nn.one_hot(index, n_species, dtype=dtype)
        features = e3nn.IrrepsArray(f"{start.shape[1]}x0e", start)
        hidden = e3nn.Irreps(config.hidden_irreps).regroup()
        edges = geometry(vectors, config.lmax, graph)
        for layer in range(config.n_layers):
            last = layer == config.n_layers - 1
            irreps = hidden.filter("0e") if last else hidden
            features = Layer(config, str(irreps), name=f"layer_{layer}")(
                features, index, edges, graph
            )
        self.sow("features", "last", features.array)  # nothing, unless somebody asks
        energies = Linear("1x0e", name="readout")(features).array[:, 0]
        return config.scale_eV * energies + config.shift_eV + reference[index]


class Layer(nn.Module):
    """One round of messages."""

    config: NequIPConfig
    irreps_out: str

    @nn.compact
    def __call__(
        self,
        features: e3nn.IrrepsArray,
        index: Int[Array, " atoms"],
        edges: Geometry | EdgesAtRest,
        graph: Graph,
    ) -> e3nn.IrrepsArray:
        """Features of the atoms after the layer."""
        config, irreps_out = self.config, e3nn.Irreps(self.irreps_out)
        n_gated = sum(mul for mul, ir in irreps_out if ir.l > 0)
        before_gate = (irreps_out + e3nn.Irreps(f"{n_gated}x0e")).regroup()
        messages = self.messages(features, before_gate, edges, graph)
        n_species = len(config.atomic_numbers) if config.skip_per_species else None
        skip = Linear(str(before_gate), n_species, name="skip")
        own = skip(features, index if config.skip_per_species else None)
        features = messages.extend_with_zeros(before_gate) + own
        if config.layer_norm:
            features = RMSNorm(name="norm")(features)
        return gate(features, irreps_out)

    def messages(
        self,
        features: e3nn.IrrepsArray,
        irreps_out: e3nn.Irreps,
        edges: Geometry | EdgesAtRest,
        graph: Graph,
    ) -> e3nn.IrrepsArray:
        """What every atom collects from its neighbours."""
        config, dtype = self.config, features.dtype
        features = Linear(str(features.irreps), name="linear_1")(features)
        paths = Paths(
            features.irreps, reached(features.irreps, irreps_out, config.lmax), config.lmax
        )

        sizes = [config.n_basis, *[config.radial_width] * config.radial_layers]
        networks = [
            self.param(f"radial_{i}", normal(config.radial_init_scale / a), (a, b), dtype)
            for i, (a, b) in enumerate(pairwise(sizes))
        ]
        last = (config.radial_width, paths.n_weights)
        mix = [
            self.param(f"linear_2_{ir}", normal(), (channels, mul), dtype) / math.sqrt(channels)
            for channels, (mul, ir) in zip(paths.channels, paths.irreps_out, strict=True)
        ]
        weights = ConvolutionWeights(
            radial=self.param("radial_last", normal(1.0 / config.radial_width), last, dtype),
            mix=tuple(m / math.sqrt(config.average_neighbours) for m in mix),
        )
        radial = partial(radial_network, config, networks)
        return convolution(paths, weights, features, radial, edges, graph)


def radial_network(
    config: NequIPConfig, weights: list[Float[Array, "fan_in fan_out"]], r: Float[Array, " edges"]
) -> Float[Array, "edges radial_width"]:
    """Hidden layer of the radial network; zero beyond the cutoff, for it has no biases."""
    envelope = polynomial_envelope(r, config.cutoff_A, config.envelope_p)
    basis = bessel_basis(r, config.n_basis, config.cutoff_A) * envelope[:, None]
    return hidden_layers(basis, weights, jax.nn.silu)


def reached(irreps_in: e3nn.Irreps, irreps_out: e3nn.Irreps, lmax: int) -> e3nn.Irreps:
    """The irreps of the result that some product of features and harmonics leads to."""
    products = {
        ir for _, ir_in in irreps_in for ir_y in e3nn.s2_irreps(lmax) for ir in ir_in * ir_y.ir
    }
    return irreps_out.filter(keep=list(products))


def initial_embedding(
    atomic_numbers: tuple[int, ...], key: Array, shape: tuple[int, int], dtype: Any
) -> Float[Array, "elements channels"]:
    """Places in the periodic table, and random numbers beyond."""
    known = jnp.asarray(properties(atomic_numbers), dtype)[:, : shape[1]]
    return jax.random.normal(key, shape, dtype).at[:, : known.shape[1]].set(known)


def species_index(atomic_numbers: tuple[int, ...]) -> np.ndarray:
    """Atomic number -> place in the list of elements; the others, refused before, get 0."""
    index = np.zeros(119, np.int32)
    index[list(atomic_numbers)] = np.arange(len(atomic_numbers))
    return index


@dataclass(frozen=True)
class NequIPEnergies:
    """The network as a pure function of its parameters, see engine.potentials.AtomicEnergies."""

    config: NequIPConfig

    def __call__(
        self,
        parameters: Any,
        vectors: Float[Array, "edges 3"],
        species: Int[Array, " atoms"],
        graph: Graph,
    ) -> Float[Array, " atoms"]:
        """Energy of each atom in eV."""
        network = NequIP(self.config)
        energies: Array = network.apply({"params": parameters}, vectors, species, graph)  # type: ignore[assignment]
        return energies

    def features(
        self,
        parameters: Any,
        vectors: Float[Array, "edges 3"],
        species: Int[Array, " atoms"],
        graph: Graph,
    ) -> Float[Array, "atoms features"]:
        """The scalars from which the energy of each atom is read."""
        _, kept = NequIP(self.config).apply(
            {"params": parameters}, vectors, species, graph, mutable="features"
        )
        found: Array = kept["features"]["last"][0]
        return found


def nequip(config: NequIPConfig, parameters: Any, name: str, reference: str) -> Potential:
    """A trained NequIP model as a potential."""
    return Potential(
        name=name,
        atomic_energies=NequIPEnergies(config),
        parameters=parameters,
        cutoff_A=config.cutoff_A,
        elements=frozenset(config.atomic_numbers),
        reference=reference,
    )


def initial_parameters(config: NequIPConfig, seed: int, dtype: Any = jnp.float32) -> Any:
    """Random parameters to start training from."""
    one = jnp.zeros(1, jnp.int32)
    edge = jnp.asarray([[1.0, 0.0, 0.0]], dtype)
    species = jnp.asarray(config.atomic_numbers[:1], jnp.int32)
    return NequIP(config).init(jax.random.key(seed), edge, species, Graph(one, one, 1))["params"]
