"""What the edges of a crystal at rest contribute to the derivatives of a convolution.

Along an edge e the message is m(v_e, h_s) = mix sum_paths C (h_s x Y(v_e)) R(|v_e|), and
L = sum_e c_r . m(v_e, h_s) its contraction with a cotangent c of the receiver. This module has the
first and second derivatives of both by the edge vector v, for every edge.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph
from engine.potentials.convolution.paths import Features, Paths, harmonics

Radial = Callable[[Float[Array, " edges"]], Float[Array, "edges width"]]
"""Distances in angstrom -> hidden layer of the radial network; zero beyond the cutoff."""


class EdgesAtRest(NamedTuple):
    """Functions of the edge vectors that all layers share, with derivatives by x, y, z.

    Attributes
    ----------
    distances : shape (edges,), in angstrom.
    direction : shape (edges, 3), its derivative.
    curvature : shape (edges, 3, 3), its second derivative.
    y, dy, ddy : shapes (edges, harmonics), (edges, 3, harmonics), (edges, 3, 3, harmonics).
    """

    distances: Float[Array, " edges"]
    direction: Float[Array, "edges 3"]
    curvature: Float[Array, "edges 3 3"]
    y: Float[Array, "edges harmonics"]
    dy: Float[Array, "edges 3 harmonics"]
    ddy: Float[Array, "edges 3 3 harmonics"]


def edges_at_rest(vectors: Float[Array, "edges 3"], lmax: int) -> EdgesAtRest:
    """Harmonics of the edges and their derivatives; vectors in angstrom."""
    r = jnp.linalg.norm(vectors, axis=1)
    unit = vectors / r[:, None]
    across = jnp.eye(3, dtype=vectors.dtype) - unit[:, :, None] * unit[:, None, :]

    def y(vectors: Float[Array, "edges 3"]) -> Float[Array, "edges harmonics"]:
        return harmonics(vectors, lmax)

    def along(
        f: Callable[[Array], Array], vectors: Float[Array, "edges 3"]
    ) -> Float[Array, "edges 3 ..."]:
        def derivative(axis: Float[Array, "3"]) -> Float[Array, "edges ..."]:
            return jax.jvp(f, (vectors,), (jnp.broadcast_to(axis, vectors.shape),))[1]

        return jax.vmap(derivative, out_axes=1)(jnp.eye(3, dtype=vectors.dtype))

    dy = partial(along, y)
    return EdgesAtRest(
        r, unit, across / r[:, None, None], y(vectors), dy(vectors), along(dy, vectors)
    )


class BlockAtRest(NamedTuple):
    """The paths from one irrep of the features on all edges.

    Attributes
    ----------
    coupled, slope, bend : shapes (edges, rows, components), with axes of 3 and 3 3 after the
        first: harmonics times Clebsch-Gordan coefficients, and their derivatives by x, y, z.
    weights : shape (3, edges, rows, channels), radial weights, their first and second derivative
        by distance.
    """

    coupled: Float[Array, "edges rows components"]
    slope: Float[Array, "edges 3 rows components"]
    bend: Float[Array, "edges 3 3 rows components"]
    weights: Float[Array, "3 edges rows channels"]


class Layer(NamedTuple):
    """A convolution on the edges at rest."""

    edges: EdgesAtRest
    cell: Graph
    mix: tuple[Float[Array, "paths_channels channels"], ...]
    blocks: list[BlockAtRest]


def layer_at_rest(
    paths: Paths,
    edges: EdgesAtRest,
    cell: Graph,
    radial: Radial,
    last: Float[Array, "width n_weights"],
    mix: tuple[Float[Array, "paths_channels channels"], ...],
) -> Layer:
    """Radial and angular functions of a layer on all edges."""
    ones = jnp.ones_like(edges.distances)

    def slope(r: Float[Array, " edges"]) -> tuple[Array, Array]:
        return jax.jvp(radial, (r,), (ones,))

    (value, first), (_, second) = jax.jvp(slope, (edges.distances,), (ones,))
    weights = jnp.stack([value, first, second]) @ last
    blocks = []
    for block in paths.blocks:
        coupling = jnp.asarray(block.coupling, last.dtype)
        flat = coupling.reshape(len(coupling), -1)
        coupled, slopes, bends = (
            (y @ flat).reshape(*y.shape[:-1], *coupling.shape[1:])
            for y in (edges.y, edges.dy, edges.ddy)
        )
        blocks.append(BlockAtRest(coupled, slopes, bends, weights[:, :, block.weights]))
    return Layer(edges, cell, mix, blocks)


def mixed(mix: tuple[Array, ...], collected: Features) -> Features:
    """Bring the channels of all paths of an irrep to its output channels."""
    return [x @ matrix for x, matrix in zip(collected, mix, strict=True)]


def unmixed(mix: tuple[Array, ...], c: Features) -> Features:
    """The transpose of :func:`mixed`."""
    return [x @ matrix.T for x, matrix in zip(c, mix, strict=True)]


def message_slopes(paths: Paths, layer: Layer, h: Features) -> Float[Array, "edges 3 out"]:
    """dm/dv, all components of the output irreps in a row."""
    edges, slopes = layer.edges, []
    for block, x in zip(layer.blocks, h, strict=True):
        sent = x[layer.cell.senders]
        turned = jnp.einsum("edki,eiu->edku", block.slope, sent)
        straight = block.weights[1] * jnp.einsum("eki,eiu->eku", block.coupled, sent)
        along = edges.direction[:, :, None, None] * straight[:, None]
        slopes.append(block.weights[0][:, None] * turned + along)
    return flattened(mixed(layer.mix, paths.by_output(slopes)))


def cotangent_slopes(paths: Paths, layer: Layer, c: Features) -> Float[Array, "edges 3 in"]:
    """Derivative by v of the cotangent an edge brings to the sender's features, dL/dh_s."""
    edges, slopes = layer.edges, []
    by_input = paths.by_input(unmixed(layer.mix, c))
    for block, x in zip(layer.blocks, by_input, strict=True):
        received = x[layer.cell.receivers]
        turned = jnp.einsum("edki,eku->ediu", block.slope, block.weights[0] * received)
        straight = jnp.einsum("eki,eku->eiu", block.coupled, block.weights[1] * received)
        slopes.append(turned + edges.direction[:, :, None, None] * straight[:, None])
    return flattened(slopes)


def edge_stiffness(
    paths: Paths, layer: Layer, c: Features, h: Features
) -> Float[Array, "edges 3 3"]:
    """Second derivative of L by every edge vector."""
    edges = layer.edges
    unit = edges.direction
    pairs = unit[:, :, None] * unit[:, None]
    stiffness = jnp.zeros_like(pairs)
    by_input = paths.by_input(unmixed(layer.mix, c))
    for block, x, sent in zip(layer.blocks, by_input, h, strict=True):
        received, sent = x[layer.cell.receivers], sent[layer.cell.senders]
        # L = sum_ki overlap_ki coupled_ki, and both factors depend on v.
        overlap = jnp.einsum("neku,eku,eiu->neki", block.weights, received, sent)
        bent = jnp.einsum("eki,edki->ed", overlap[1], block.slope)[:, :, None] * unit[:, None]
        first, second = jnp.einsum("neki,eki->ne", overlap[1:], block.coupled)
        stiffness += jnp.einsum("eki,edfki->edf", overlap[0], block.bend)
        stiffness += bent + jnp.swapaxes(bent, 1, 2)
        stiffness += first[:, None, None] * edges.curvature + second[:, None, None] * pairs
    return stiffness


def flattened(features: Features) -> Float[Array, "copies atoms dimension"]:
    """Irreps in a row; the last two axes of each are components and channels."""
    return jnp.concatenate([x.reshape(*x.shape[:-2], -1) for x in features], axis=-1)


def unflattened(flat: Float[Array, "copies atoms dimension"], like: Features) -> Features:
    """The inverse of :func:`flattened`."""
    parts, start = [], 0
    for x in like:
        size = x.shape[-1] * x.shape[-2]
        parts.append(flat[..., start : start + size].reshape(*flat.shape[:-1], *x.shape[-2:]))
        start += size
    return parts
