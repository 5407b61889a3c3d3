"""The equivariant convolution that NequIP and MACE share.

    out_r = mix  sum_e sum_paths C (h_s x Y(v_e)) R(|v_e|)

S. Batzner et al., Nat. Commun. 13, 2453 (2022), equation 5; I. Batatia et al., NeurIPS 2022,
equation 8. ``mix`` is the linear layer that follows in both networks: one matrix an irrep, from
the channels of all paths to the output channels. The order of the sums is chosen in
:mod:`engine.potentials.kernels`; how the sum changes along a phonon stands in
:mod:`engine.potentials.wave_convolution`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import e3nn_jax as e3nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph
from engine.potentials.kernels import (
    Features,
    Paths,
    channels_last,
    harmonics,
    irreps_array,
    kernel,
    kernel_by_hidden,
)
from engine.potentials.wave_convolution import wave_convolution

Radial = Callable[[Float[Array, " edges"]], Float[Array, "edges width"]]
"""Distances in angstrom -> hidden layer of the radial network; zero beyond the cutoff."""

FEW_IMAGES = 4
"""Up to so many images of a pair, the radial weights of each are cheaper than those of their sum."""


class ConvolutionWeights(NamedTuple):
    """Parameters of a convolution.

    Attributes
    ----------
    radial : shape (width, n_weights), the last layer of the radial network, in the order of paths.
    mix : a matrix (channels of all paths, channels) for each output irrep, normalised already.
    """

    radial: Float[Array, "width n_weights"]
    mix: tuple[Float[Array, "paths_channels channels"], ...]


def convolution(
    paths: Paths,
    weights: ConvolutionWeights,
    features: e3nn.IrrepsArray,
    radial: Radial,
    vectors: Float[Array, "edges 3"],
    graph: Graph,
) -> e3nn.IrrepsArray:
    """Sum over the neighbours of every atom, mixed to ``paths.irreps_out``.

    Parameters
    ----------
    features : of ``paths.irreps_in``, shape (atoms, dimension).
    radial : must treat every edge by itself; it is differentiated here, too.
    vectors : edge vectors in angstrom, from receiver to sender.
    """
    if graph.wave is not None:
        return wave_convolution(paths, radial, *weights, features, vectors, graph)
    r, y = jnp.linalg.norm(vectors, axis=1), harmonics(vectors, paths.lmax)
    hidden = radial(r)
    if graph.complete and graph.images > FEW_IMAGES:
        summed = kernel_by_hidden(paths, hidden, weights.radial, y, graph)
    else:
        summed = kernel(paths, hidden @ weights.radial, y, graph)
    collected = summed.apply(paths, channels_last(features), graph)
    return irreps_array(paths.irreps_out, mixed(weights.mix, collected))


def mixed(mix: tuple[Array, ...], collected: Features) -> Features:
    """Bring the channels of all paths of an irrep to its output channels."""
    return [x @ matrix for x, matrix in zip(collected, mix, strict=True)]
