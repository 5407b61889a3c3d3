"""The equivariant convolution that NequIP and MACE share.

    out_r = mix  sum_e sum_paths C (h_s x Y(v_e)) R(|v_e|)

S. Batzner et al., Nat. Commun. 13, 2453 (2022), equation 5; I. Batatia et al., NeurIPS 2022,
equation 8. ``mix`` is the linear layer that follows in both networks: one matrix an irrep, from
the channels of all paths to the output channels. The order of the sums is chosen in
:mod:`engine.potentials.kernels`; how the sum changes along a phonon stands in
:mod:`engine.potentials.wave_convolution`.
"""

from __future__ import annotations

from typing import NamedTuple

import e3nn_jax as e3nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph
from engine.potentials.edges_at_rest import EdgesAtRest, Radial, edges_at_rest, mixed
from engine.potentials.kernels import (
    Paths,
    channels_last,
    harmonics,
    irreps_array,
    summed_by_edges,
    summed_by_pairs,
)
from engine.potentials.wave_convolution import wave_convolution


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
    if graph.wave is not None:
        return edges_at_rest(jax.lax.stop_gradient(vectors[: len(vectors) // 2]), lmax)
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
        if graph.complete:
            collected = summed_by_pairs(paths, hidden, weights.radial, edges.harmonics, h, graph)
        else:
            by_edge = hidden @ weights.radial
            collected = summed_by_edges(paths, by_edge, edges.harmonics, h, graph)
        out = mixed(weights.mix, collected)
    return irreps_array(paths.irreps_out, out)
