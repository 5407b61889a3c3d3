"""Sums over neighbours of the amplitudes of a wave, with the phases of the edges.

An amplitude z = a - i b is an array (2, atoms, ...), a and b; a quantity at rest is one of shape
(1, atoms, ...), and its only phase is 1. A sum at the receivers multiplies
what comes from the senders by f = exp(2 pi i q.R); its adjoint, at the senders, by f*. In a crystal
of few atoms the phases are summed over the images of a pair first, otherwise edge by edge.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph
from engine.potentials.convolution.edges_at_rest import BlockAtRest, Layer
from engine.potentials.convolution.paths import Features

Amplitude = Float[Array, "2 atoms ..."]


def forth(z: Amplitude) -> Float[Array, "2 2 atoms ..."]:
    """What cos and sin multiply in f z: (a, b) -> [(a, b), (b, -a)]; nothing turns at rest."""
    if len(z) == 1:
        return z[None]
    a, b = z
    return jnp.stack([jnp.stack([a, b]), jnp.stack([b, -a])])


def back(z: Amplitude) -> Float[Array, "2 2 atoms ..."]:
    """What cos and sin multiply in f* z: (a, b) -> [(a, -b), (b, a)]."""
    if len(z) == 1:
        return z[None]
    a, b = z
    return jnp.stack([jnp.stack([a, -b]), jnp.stack([b, a])])


class PairSums(NamedTuple):
    """Sums with phases on a graph of complete pairs; phases (2, receivers, senders, images)."""

    cell: Graph
    phases: Float[Array, "2 receivers senders images"]

    def coupling(
        self, values: Float[Array, "edges d x"]
    ) -> Float[Array, "2 receivers senders d x"]:
        """Phases times an array of the edges."""
        n, images = self.cell.n_atoms, self.cell.images
        values = values.reshape(n, n, images, *values.shape[1:])
        return jnp.einsum("crsp,rspdx->crsdx", self.phases, values)

    def at_receivers(self, coupling: Array, how: str, z: Amplitude) -> Amplitude:
        """Sum of f values . z; ``how`` contracts (d, x) as in "dx,d->x"."""
        values, other, result = _parsed(how)
        return jnp.einsum(f"crs{values},zcs{other}->zr{result}", coupling, forth(z))

    def at_senders(self, coupling: Array, how: str, z: Amplitude) -> Amplitude:
        """Sum of f* values . z over receivers."""
        values, other, result = _parsed(how)
        return jnp.einsum(f"crs{values},zcr{other}->zs{result}", coupling, back(z))

    def messages(self, layer: Layer) -> PairMessages:
        """The messages as matrices between senders and receivers, one for each channel."""
        n, images = self.cell.n_atoms, self.cell.images
        matrices = []
        for block in layer.blocks:
            coupled = block.coupled.reshape(n, n, images, *block.coupled.shape[1:])
            phased = self.phases[..., None, None] * coupled
            weights = block.weights[0].reshape(n, n, images, *block.weights.shape[2:])
            matrices.append(jnp.einsum("crspki,rspku->urkcsi", phased, weights))
        return PairMessages(matrices)


class PairMessages(NamedTuple):
    """For each input irrep a matrix (receivers, rows) x (2, senders, components) a channel."""

    matrices: list[Float[Array, "u receivers k 2 senders i"]]

    def apply(self, z: Features) -> Features:
        """Messages summed at the receivers, with f."""
        return [
            jnp.einsum("urkcsi,zcsiu->zrku", matrix, forth(x))
            for matrix, x in zip(self.matrices, z, strict=True)
        ]

    def transposed(self, w: Features) -> Features:
        """Cotangents summed at the senders, with f*."""
        return [
            jnp.einsum("urkcsi,zcrku->zsiu", matrix, back(x))
            for matrix, x in zip(self.matrices, w, strict=True)
        ]


class EdgeSums(NamedTuple):
    """Sums with phases edge by edge; phases (2, edges)."""

    cell: Graph
    phases: Float[Array, "2 edges"]

    def coupling(self, values: Float[Array, "edges d x"]) -> Float[Array, "edges d x"]:
        """As :meth:`PairSums.coupling`; the phases come later."""
        return values

    def at_receivers(self, coupling: Array, how: str, z: Amplitude) -> Amplitude:
        """As :meth:`PairSums.at_receivers`."""
        values, other, result = _parsed(how)
        return self.collect(
            jnp.einsum(f"e{values},ze{other}->ze{result}", coupling, self.gather(z))
        )

    def at_senders(self, coupling: Array, how: str, z: Amplitude) -> Amplitude:
        """As :meth:`PairSums.at_senders`."""
        values, other, result = _parsed(how)
        return self.scatter(
            jnp.einsum(f"e{values},ze{other}->ze{result}", coupling, z[:, self.cell.receivers])
        )

    def messages(self, layer: Layer) -> EdgeMessages:
        """The messages of every edge."""
        return EdgeMessages(self, layer.blocks)

    def gather(self, z: Amplitude) -> Float[Array, "2 edges ..."]:
        """F z of the senders."""
        return self._with_phases(forth(z[:, self.cell.senders]))

    def scatter(self, z: Float[Array, "2 edges ..."]) -> Amplitude:
        """Sum of f* z at the senders."""
        return self._sum(self._with_phases(back(z)), self.cell.senders)

    def collect(self, z: Float[Array, "2 edges ..."]) -> Amplitude:
        """Sum at the receivers."""
        return self._sum(z, self.cell.receivers)

    def _with_phases(self, turned: Float[Array, "2 2 edges ..."]) -> Float[Array, "2 edges ..."]:
        phases = self.phases.reshape(1, *self.phases.shape, *(1,) * (turned.ndim - 3))
        return (phases * turned).sum(1)

    def _sum(self, z: Float[Array, "2 edges ..."], atoms: Array) -> Amplitude:
        return jax.vmap(lambda x: jax.ops.segment_sum(x, atoms, num_segments=self.cell.n_atoms))(z)


class EdgeMessages(NamedTuple):
    """As :class:`PairMessages`, edge by edge."""

    sums: EdgeSums
    blocks: list[BlockAtRest]

    def apply(self, z: Features) -> Features:
        """As :meth:`PairMessages.apply`."""
        sums = self.sums
        return [
            sums.collect(
                block.weights[0] * jnp.einsum("eki,zeiu->zeku", block.coupled, sums.gather(x))
            )
            for block, x in zip(self.blocks, z, strict=True)
        ]

    def transposed(self, w: Features) -> Features:
        """As :meth:`PairMessages.transposed`."""
        receivers = self.sums.cell.receivers
        return [
            self.sums.scatter(
                jnp.einsum("eki,zeku->zeiu", block.coupled, block.weights[0] * x[:, receivers])
            )
            for block, x in zip(self.blocks, w, strict=True)
        ]


def sums_with_phases(cell: Graph, phases: Float[Array, "edges phases"]) -> PairSums | EdgeSums:
    """The sums in the order that suits the graph; phases are cos and sin of 2 pi q.R, or 1."""
    phases = phases.T
    if cell.complete:
        return PairSums(cell, phases.reshape(-1, cell.n_atoms, cell.n_atoms, cell.images))
    return EdgeSums(cell, phases)


def _parsed(how: str) -> tuple[str, str, str]:
    (values, other), result = how.split("->")[0].split(","), how.split("->")[1]
    return values, other, result
