r"""The equivariant convolution that NequIP and MACE share, and the order of its sums.

    out_r = mix  sum_e sum_paths C (h_s x Y(v_e)) R(|v_e|)

An atom r collects from its neighbours s, over all edges e that join the two, products of the
sender's features h with the spherical harmonics Y of the edge, coupled by Clebsch-Gordan
coefficients C, each path and channel weighted by a radial function R; ``mix`` is the linear layer
that follows in both networks: one matrix an irrep, from the channels of all paths to the output
channels. S. Batzner et al., Nat. Commun. 13, 2453 (2022), equation 5; I. Batatia et al.,
NeurIPS 2022, equation 8.

In a crystal of few atoms many edges join the same two atoms and share h_s. Then the sum over these
images is taken first, sum_e R(|v_e|) Y(v_e), and features act on its result, the kernel of the
pair: nothing of size (edges x channels x components) is formed. In large cells, with one edge a
pair, every edge has its own message. Both orders give the same numbers. How the sum changes along
a phonon stands in :mod:`engine.potentials.convolution.wave`.
"""

from __future__ import annotations

from typing import NamedTuple

import e3nn_jax as e3nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph, at_rest
from engine.potentials.convolution.edges_at_rest import EdgesAtRest, Radial, edges_at_rest, mixed
from engine.potentials.convolution.pairs import collected, collected_by_pairs, moments
from engine.potentials.convolution.paths import (
    Features,
    Paths,
    channels_last,
    degree,
    harmonics,
    irreps_array,
)
from engine.potentials.convolution.probe import probe_convolution
from engine.potentials.convolution.wave import wave_convolution

FEW_IMAGES = 4
"""Up to so many images, the radial weights of each are cheaper than those of their sum."""


class ConvolutionWeights(NamedTuple):
    """Parameters of a convolution.

    Attributes
    ----------
    radial : shape (width, n_weights), the last layer of the radial network, in the order of paths.
    mix : a matrix (channels of all paths, channels) for each output irrep, normalised already.
    """

    radial: Float[Array, "width n_weights"]
    mix: tuple[Float[Array, "paths_channels channels"], ...]


class Geometry(NamedTuple):
    """What all layers of a network share.

    Attributes
    ----------
    distances : shape (edges,), in angstrom.
    harmonics : shape (edges, (lmax+1)^2).
    """

    distances: Float[Array, " edges"]
    harmonics: Float[Array, "edges harmonics"]


def geometry(vectors: Float[Array, "edges 3"], lmax: int, graph: Graph) -> Geometry | EdgesAtRest:
    """Functions of the edge vectors (angstrom, from receiver to sender) for :func:`convolution`."""
    if graph.wave is not None and not _by_probe(graph):
        return edges_at_rest(at_rest(vectors[: len(vectors) // 2], graph.wave), lmax)
    return Geometry(jnp.linalg.norm(vectors, axis=1), harmonics(vectors, lmax))


def convolution(
    paths: Paths,
    weights: ConvolutionWeights,
    features: e3nn.IrrepsArray,
    radial: Radial,
    edges: Geometry | EdgesAtRest,
    graph: Graph,
) -> e3nn.IrrepsArray:
    """Sum over the neighbours of every atom, mixed to ``paths.irreps_out``.

    Parameters
    ----------
    features : of ``paths.irreps_in``, shape (atoms, dimension).
    radial : distances in angstrom (any number of edges) -> hidden layer of the radial network.
        Must treat every edge by itself and vanish beyond the cutoff.
    """
    h = channels_last(features)
    if isinstance(edges, EdgesAtRest):
        out = wave_convolution(paths, radial, *weights, h, edges, graph)
    else:
        hidden = radial(edges.distances)
        if _by_probe(graph):
            summed = probe_convolution(paths, weights.radial, hidden, edges.harmonics, h, graph)
        elif graph.complete:
            summed = summed_by_pairs(paths, hidden, weights.radial, edges.harmonics, h, graph)
        else:
            by_edge = hidden @ weights.radial
            summed = summed_by_edges(paths, by_edge, edges.harmonics, h, graph)
        out = mixed(weights.mix, summed)
    return irreps_array(paths.irreps_out, out)


def _by_probe(graph: Graph) -> bool:
    """Whether a single wave goes by the moments of pairs: with few images they only cost."""
    return graph.wave is not None and graph.single and graph.images > FEW_IMAGES


def summed_by_pairs(
    paths: Paths,
    hidden: Float[Array, "edges width"],
    radial: Float[Array, "width n_weights"],
    y: Float[Array, "edges harmonics"],
    h: Features,
    graph: Graph,
) -> Features:
    """Messages summed at their receivers: over images first, on a graph of complete pairs."""
    n, images = graph.n_atoms, graph.images
    y = y.reshape(n, n, images, -1)
    if images > FEW_IMAGES:  # the last radial layer acts after the sum
        summed = moments(hidden.reshape(n, n, images, -1), y)
        return collected_by_pairs(paths, radial, summed, h)
    weights = (hidden @ radial).reshape(n, n, images, -1)
    kernels = [
        jnp.einsum("rspu,rspj->rsju", weights[..., paths.of_degree(l)], y[..., degree(l)])
        for l in range(paths.lmax + 1)
    ]
    return collected(paths, kernels, h)


def summed_by_edges(
    paths: Paths,
    weights: Float[Array, "edges n_weights"],
    y: Float[Array, "edges harmonics"],
    h: Features,
    graph: Graph,
) -> Features:
    """Messages summed at their receivers, an edge at a time."""
    by_degree = jnp.split(y, [degree(l).stop for l in range(paths.lmax)], axis=1)
    gathered = [graph.gather(x) for x in h]
    parts = []
    for path, radial in zip(paths.all, paths.split(weights), strict=True):
        coupling = paths.coupling(path, y.dtype)
        coupled = jnp.einsum("ej,ijk->eik", by_degree[path.l], coupling)
        # As products and sums, which fuse: matrices this small are slow one by one.
        message = (gathered[path.i_in][:, :, None] * coupled[..., None]).sum(1)
        parts.append(message * radial[:, None])
    return [graph.sum_over_edges(x) for x in paths.joined(parts)]
