r"""MACE: higher-order equivariant message passing.

I. Batatia, D. P. Kovács, G. N. C. Simm, C. Ortner, G. Csányi, NeurIPS 2022 (arXiv:2206.07697);
equation numbers below are of that paper. Features h of an atom are sets of channels for each irrep
of O(3). In every layer

    A_i = (1/N) mix( sum_{j in neighbours} R(r_ij) h_j (x) Y(r_ij) )     one-body, equations 8 and 9
    B_i = polynomials of A_i up to order nu                              many-body, equation 10
    h_i <- linear(B_i) + skip(h_i)                                       update, equations 11 and 12

and the energy of an atom is E_0 + scale * (sum over layers of a readout of h_i) + shift. Other
variants that trained models use are options of
:class:`~engine.potentials.mace.config.MACEConfig`.

Arrays that are learnt are in the collection ``params``; those that are computed once (couplings,
basis) in ``constants``. Every array is of the dtype of the edge vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from engine.potentials.mace.config import MACEConfig
from engine.potentials.mace.radial import initial_basis, radial_functions
from engine.potentials.mace.symmetric_contraction import Features, SymmetricContraction
from engine.potentials.mace.zbl import repulsion
from engine.potentials.potential import Potential
from engine.potentials.radial import hidden_layers, polynomial_envelope

SCALAR = e3nn.Irrep("0e")

Basis = Callable[
    [Float[Array, " edges"]], tuple[Float[Array, "edges size"], Float[Array, "edges 1"]]
]
"""Distances in angstrom -> functions of them, and the factor still due on what they lead to."""


class MACE(nn.Module):
    """The network: edge vectors, atomic numbers and graph to the energy of each atom."""

    config: MACEConfig

    @nn.compact
    def __call__(
        self, vectors: Float[Array, "edges 3"], numbers: Int[Array, " atoms"], graph: Graph
    ) -> Float[Array, " atoms"]:
        """Energies in eV; vectors from the receiver to the sender, in angstrom."""
        c, dtype = self.config, vectors.dtype
        species = c.species_of(numbers)
        radii = jnp.asarray(c.radii(), dtype)[species]
        # What an edge is, not how its atoms move: no derivative passes here, hence no gather.
        reach = radii[graph.receivers] + radii[graph.senders]
        basis = RadialBasis(c, name="basis")(reach)
        r, edges = jnp.linalg.norm(vectors, axis=1), geometry(vectors, c.l_max, graph)

        embedding = self.param("embedding", normal(), (len(c.elements), c.channels), dtype)
        h: Features = {SCALAR: embedding[species][:, :, None]}
        energies = []
        for layer in range(c.layers):
            a, skip = Interaction(c, layer, name=f"interaction_{layer}")(
                h, basis, r, edges, species, graph
            )
            h = Product(c, layer, name=f"product_{layer}")(a, skip, species)
            last = layer == c.layers - 1
            if last or not c.last_readout_only:
                width = c.readout_width if last else 0
                energies.append(Readout(c, width, name=f"readout_{layer}")(h))
        self.sow("features", "last", h[SCALAR][:, :, 0])  # nothing, unless somebody asks
        energy = sum(energies)
        if c.repulsion is not None:
            energy += repulsion(c.repulsion, r, numbers.astype(dtype), reach, graph)
        reference = jnp.asarray(c.atomic_energies_eV or [0.0] * len(c.elements), dtype)
        return c.scale * energy + c.shift_eV + reference[species]


class RadialBasis(nn.Module):
    """The functions of a distance, with the sizes of the two atoms of each edge built in."""

    config: MACEConfig

    @nn.compact
    def __call__(self, reach: Float[Array, " edges"]) -> Basis:
        """A function of distances: to the basis, and the factor still due (1, or the envelope).

        Parameters
        ----------
        reach : sum of the covalent radii of the atoms of each edge, in angstrom.
        """
        c, dtype = self.config, reach.dtype
        start = initial_basis(c.radial_basis, c.basis_size, c.cutoff_A)

        def initial(name: str) -> Array:
            return jnp.asarray(start[name], dtype)

        if c.train_basis:
            places = self.param("places", lambda _: initial("places"))
        else:
            places = self.variable("constants", "places", initial, "places").value.astype(dtype)
        factor = self.variable("constants", "factor", initial, "factor").value.astype(dtype)

        def basis(r: Float[Array, " edges"]) -> tuple[Array, Array]:
            # The convolution of a wave asks for one of its two copies of the edges: the first.
            x = r if c.distance_transform is None else c.distance_transform(r, reach[: len(r)])
            functions = radial_functions(c.radial_basis, places, factor, x)
            envelope = polynomial_envelope(r, c.cutoff_A, c.envelope_power)[:, None]
            if c.envelope_on_basis:
                return functions * envelope, jnp.ones_like(envelope)
            return functions, envelope

        return basis


class Interaction(nn.Module):
    """One-body features A from the neighbours, and what the skip connection adds later."""

    config: MACEConfig
    layer: int

    @nn.compact
    def __call__(
        self,
        h: Features,
        basis: Basis,
        r: Float[Array, " edges"],
        edges: Geometry | EdgesAtRest,
        species: Int[Array, " atoms"],
        graph: Graph,
    ) -> tuple[Features, Features]:
        """A of equation 8, divided by N or the density; and the skip (empty if it acts on A)."""
        c, layer, dtype = self.config, self.layer, r.dtype
        sent = e3nn.Irreps(c.message_irreps[layer]) if c.message_irreps else irreps_array(h).irreps
        features = irreps_array(Linear(sent, name="up")(h))
        paths = Paths(features.irreps, c.message_targets(features.irreps), c.l_max)

        sizes = [c.basis_size, *c.radial_mlp]
        network = [
            self.param(f"radial_{i}", normal(a), (a, b), dtype)
            for i, (a, b) in enumerate(pairwise(sizes))
        ]
        weights = ConvolutionWeights(
            radial=self.param(
                "radial_last", normal(sizes[-1]), (sizes[-1], paths.n_weights), dtype
            ),
            mix=tuple(
                self.param(f"mix_{ir}", normal(n), (n, c.channels), dtype)
                for n, (_, ir) in zip(paths.channels, paths.irreps_out, strict=True)
            ),
        )

        def radial(r: Float[Array, " edges"]) -> Float[Array, "edges width"]:
            functions, factor = basis(r)
            return hidden_layers(functions, network, c.activation) * factor

        collected = convolution(paths, weights, features, radial, edges, graph)
        norm = self.density(basis, r, graph) if c.density[layer] else c.average_neighbours[layer]
        a = {ir: x / norm for (_, ir), x in zip(collected.irreps, collected.chunks, strict=True)}
        irreps = c.irreps_after(layer) if c.residual[layer] else collected.irreps
        skip = Linear(irreps, len(c.elements), name="skip")
        return (a, skip(h, species)) if c.residual[layer] else (skip(a, species), {})

    def density(
        self, basis: Basis, r: Float[Array, " edges"], graph: Graph
    ) -> Float[Array, "atoms 1 1"]:
        """1 + sum over neighbours of tanh of the square of a learnt function of distance."""
        functions, factor = basis(r)
        n = functions.shape[1]
        slope = self.param("density", normal(n), (n, 1), r.dtype)
        each = jnp.tanh((functions @ slope) ** 2) * factor
        return 1 + graph.sum_over_edges(each)[:, :, None]


class Product(nn.Module):
    """Many-body features of A, mixed and added to the skip connection."""

    config: MACEConfig
    layer: int

    @nn.compact
    def __call__(self, a: Features, skip: Features, species: Int[Array, " atoms"]) -> Features:
        """The features after this layer."""
        c = self.config
        irreps = c.irreps_after(self.layer)
        by_species = c.species_in_products
        b = SymmetricContraction(
            irreps,
            c.correlation[self.layer],
            len(c.elements) if by_species else 1,
            name="contraction",
        )(a, species if by_species else jnp.zeros_like(species))
        h = Linear(irreps, name="linear")(b)
        return {ir: x + skip[ir] if ir in skip else x for ir, x in h.items()}


class Readout(nn.Module):
    """The scalars of an atom to a number: linear, or with one hidden layer."""

    config: MACEConfig
    width: int

    @nn.compact
    def __call__(self, h: Features) -> Float[Array, " atoms"]:
        """One number an atom."""
        x = {SCALAR: h[SCALAR]}
        if self.width:
            x = Linear(e3nn.Irreps(f"{self.width}x0e"), name="hidden")(x)
            x = {SCALAR: self.config.activation(x[SCALAR])}
        return Linear(e3nn.Irreps("0e"), name="out")(x)[SCALAR][:, 0, 0]


class Linear(nn.Module):
    """Mixes the channels of each irrep: for all atoms alike, or by species."""

    irreps: e3nn.Irreps
    n_species: int = 0

    @nn.compact
    def __call__(self, x: Features, species: Int[Array, " atoms"] | None = None) -> Features:
        """Irreps that the input does not have are left out."""
        out = {}
        for mul, ir in self.irreps:
            if ir not in x:
                continue
            shape = (x[ir].shape[1], mul)
            if species is None:
                w = self.param(str(ir), normal(shape[0]), shape, x[ir].dtype)
                out[ir] = jnp.einsum("uv,num->nvm", w, x[ir])
            else:
                w = self.param(str(ir), normal(shape[0]), (self.n_species, *shape), x[ir].dtype)
                out[ir] = jnp.einsum("nuv,num->nvm", w[species], x[ir])
        return out


def normal(fan_in: int = 1) -> nn.initializers.Initializer:
    """Normally distributed weights that keep the size of what they sum ``fan_in`` terms of."""
    return nn.initializers.normal(fan_in**-0.5)


def irreps_array(features: Features) -> e3nn.IrrepsArray:
    """The same features in e3nn's form, for the convolution."""
    irreps = e3nn.Irreps([(x.shape[1], ir) for ir, x in features.items()])
    chunks = list(features.values())
    return e3nn.from_chunks(irreps, chunks, chunks[0].shape[:1])


@dataclass(frozen=True)
class MACEEnergies:
    """:class:`MACE` as the function that :class:`Potential` asks for; equal for equal config."""

    config: MACEConfig

    def __call__(
        self,
        parameters: Any,
        vectors: Float[Array, "edges 3"],
        numbers: Int[Array, " atoms"],
        graph: Graph,
    ) -> Float[Array, " atoms"]:
        """Energy of each atom in eV."""
        energies: Any = MACE(self.config).apply(parameters, vectors, numbers, graph)
        return energies

    def features(
        self,
        parameters: Any,
        vectors: Float[Array, "edges 3"],
        numbers: Int[Array, " atoms"],
        graph: Graph,
    ) -> Float[Array, "atoms features"]:
        """The scalars of the last layer."""
        _, kept = MACE(self.config).apply(parameters, vectors, numbers, graph, mutable="features")
        found: Array = kept["features"]["last"][0]
        return found


def initial_parameters(config: MACEConfig, key: Array, dtype: np.dtype) -> Any:
    """Random parameters and computed constants of a model that is still to be trained."""
    graph = Graph(jnp.zeros(1, jnp.int32), jnp.zeros(1, jnp.int32), 1)
    vectors = jnp.full((1, 3), 0.5 * config.cutoff_A, dtype)
    numbers = jnp.full(1, config.elements[0], jnp.int32)
    made = jax.jit(MACE(config).init)(key, vectors, numbers, graph)
    return {kind: made[kind] for kind in ("params", "constants") if kind in made}


def mace_potential(config: MACEConfig, parameters: Any, name: str, reference: str) -> Potential:
    """A model with its parameters as a potential."""
    return Potential(
        name=name,
        atomic_energies=MACEEnergies(config),
        parameters=parameters,
        cutoff_A=config.cutoff_A,
        elements=frozenset(config.elements),
        reference=reference,
    )
