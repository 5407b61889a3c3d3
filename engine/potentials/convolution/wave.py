r"""How the convolution changes along a displacement wave: the fast path to D(q).

At rest both copies of the crystal (see :mod:`engine.graph`) hold the same numbers, so that one is
computed. A wave is a complex amplitude on the atoms, z = a - i b, and an edge to a neighbour in
cell R carries the phase f = exp(2 pi i q.R). Write the convolution contracted with a cotangent c as

    L = sum_e c_r . m(x_s - x_r + R, h_s) ,

m linear in h. Its second derivatives are few and small; those by a sender's and a receiver's
variable carry the phase, the others do not. With t = dm/dx, g = (dm/dx)^T c, k = c . d^2m/dx^2 on
every edge, computed once, at rest, and sums over edges understood,

    d out_r  = m(f dh_s) + t f dx_s - t dx_r
    d hbar_s = m^T(f* dc_r) + g dx_s - g f* dx_r
    d xbar_s = t.(f* dc_r) + g.dh_s + k dx_s - k f* dx_r
    d xbar_r = -(t.dc_r + g.(f dh_s) + k f dx_s - k dx_r) .

The sums of f m, f t, f g and f k over the images of a pair are made once for every q and serve all
of its columns. Ordinary differentiation would instead push every column through the harmonics and
radial networks of all edges, and leave no room to take these sums first.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph, Wave, at_rest
from engine.potentials.convolution.edges_at_rest import (
    EdgesAtRest,
    Layer,
    Radial,
    cotangent_slopes,
    edge_stiffness,
    flattened,
    layer_at_rest,
    message_slopes,
    mixed,
    unflattened,
    unmixed,
)
from engine.potentials.convolution.paths import Features, Paths
from engine.potentials.convolution.wave_sums import (
    Amplitude,
    EdgeMessages,
    PairMessages,
    sums_with_phases,
)


class _Rest(NamedTuple):
    """The layer at rest: what it computes, its messages and their derivative."""

    layer: Layer
    h: Features
    out: Features
    slopes: Float[Array, "edges 3 out"]
    messages: PairMessages | EdgeMessages


def wave_convolution(
    paths: Paths,
    radial: Radial,
    last: Float[Array, "width n_weights"],
    mix: tuple[Float[Array, "paths_channels channels"], ...],
    h: Features,
    edges: EdgesAtRest,
    graph: Graph,
) -> Features:
    """The convolution on the graph of a wave; parameters as in engine.potentials.convolution."""
    assert graph.wave is not None
    n, n_edges = graph.n_atoms // 2, len(graph.senders) // 2
    cell = Graph(
        graph.senders[:n_edges], graph.receivers[:n_edges], n, graph.images, graph.complete
    )
    layer = layer_at_rest(paths, edges, cell, radial, last, mix)
    h_rest = [at_rest(x[:n], graph.wave) for x in h]
    no_phases = jnp.ones((n_edges, 1), last.dtype)
    messages = sums_with_phases(cell, no_phases).messages(layer)
    collected = messages.apply([x[None] for x in h_rest])
    out = [x[0] for x in mixed(mix, paths.by_output(collected))]
    rest = _Rest(layer, h_rest, out, message_slopes(paths, layer, h_rest), messages)
    return _convolve(paths, h, graph.wave, rest)


# The first derivative (forces) is the ordinary one: custom_vjp. What differentiates that again is
# the wave: custom_jvp, of the value and of its transpose.


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _convolve(paths: Paths, h: Features, wave: Wave, rest: _Rest) -> Features:
    return _value(paths, h, wave, rest)


def _forward(paths: Paths, h: Features, wave: Wave, rest: _Rest) -> tuple[Features, tuple]:
    return _value(paths, h, wave, rest), (h, wave, rest)


def _backward(paths: Paths, kept: tuple, c: Features) -> tuple[Features, Wave, None]:
    h, wave, rest = kept
    hbar, xbar = _transposed(paths, c, h, wave, rest)
    return hbar, Wave(jnp.zeros_like(wave.phases), xbar), None


_convolve.defvjp(_forward, _backward)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _value(paths: Paths, h: Features, wave: Wave, rest: _Rest) -> Features:
    return _plain_value(rest)


def _plain_value(rest: _Rest) -> Features:
    return [jnp.concatenate([x, x]) for x in rest.out]


@_value.defjvp
def _value_along_wave(paths: Paths, primals: tuple, tangents: tuple) -> tuple[Features, Features]:
    _, _, rest = primals
    dh, wave, _ = tangents
    layer, dx = rest.layer, _amplitude(wave.displacements)
    sums = sums_with_phases(layer.cell, _one_copy(wave.phases))

    collected = sums.messages(layer).apply([_amplitude(x) for x in dh])
    change = mixed(layer.mix, paths.by_output(collected))
    t, t_rest = sums.coupling(rest.slopes), layer.cell.sum_over_edges(rest.slopes)
    moved = sums.at_receivers(t, "dx,d->x", dx) - jnp.einsum("rdx,zrd->zrx", t_rest, dx)
    change = [x + y for x, y in zip(change, unflattened(moved, change), strict=True)]
    return _plain_value(rest), [_both_copies(x) for x in change]


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _transposed(
    paths: Paths, c: Features, h: Features, wave: Wave, rest: _Rest
) -> tuple[Features, Float[Array, "twice 3"]]:
    """Cotangents of the features and of the displacements, at rest."""
    return _plain_transposed(paths, c, rest)


def _plain_transposed(
    paths: Paths, c: Features, rest: _Rest
) -> tuple[Features, Float[Array, "twice 3"]]:
    layer, c = rest.layer, [_one_copy(x) for x in c]
    by_input = paths.by_input(unmixed(layer.mix, [x[None] for x in c]))
    hbar = rest.messages.transposed(by_input)
    force = jnp.einsum("edx,ex->ed", rest.slopes, flattened(c)[layer.cell.receivers])
    xbar = _at_senders(layer.cell, force) - layer.cell.sum_over_edges(force)
    return [jnp.concatenate([x[0], x[0]]) for x in hbar], jnp.concatenate([xbar, xbar])


@_transposed.defjvp
def _transposed_along_wave(paths: Paths, primals: tuple, tangents: tuple) -> tuple[tuple, tuple]:
    c, _, _, rest = primals
    dc, dh, wave, _ = tangents
    layer, c = rest.layer, [_one_copy(x) for x in c]
    cell, dx = layer.cell, _amplitude(wave.displacements)
    dc, dh = [_amplitude(x) for x in dc], [_amplitude(x) for x in dh]
    w, z = flattened(dc), flattened(dh)
    sums = sums_with_phases(cell, _one_copy(wave.phases))

    g_edges = cotangent_slopes(paths, layer, c)
    k_edges = edge_stiffness(paths, layer, c, rest.h)
    t, g, k = (sums.coupling(values) for values in (rest.slopes, g_edges, k_edges))
    t_rest = cell.sum_over_edges(rest.slopes)
    g_rest, k_senders = _at_senders(cell, g_edges), _at_senders(cell, k_edges)
    k_receivers = cell.sum_over_edges(k_edges)

    hbar = sums.messages(layer).transposed(paths.by_input(unmixed(layer.mix, dc)))
    pulled = jnp.einsum("sdx,zsd->zsx", g_rest, dx) - sums.at_senders(g, "dx,d->x", dx)
    hbar = [x + y for x, y in zip(hbar, unflattened(pulled, hbar), strict=True)]
    xbar_senders = (
        sums.at_senders(t, "dx,x->d", w)
        + jnp.einsum("sdx,zsx->zsd", g_rest, z)
        + jnp.einsum("sde,zse->zsd", k_senders, dx)
        - sums.at_senders(k, "dx,x->d", dx)
    )
    xbar_receivers = (
        jnp.einsum("rdx,zrx->zrd", t_rest, w)
        + sums.at_receivers(g, "dx,x->d", z)
        + sums.at_receivers(k, "dx,x->d", dx)
        - jnp.einsum("rde,zre->zrd", k_receivers, dx)
    )
    change = [_both_copies(x) for x in hbar], _both_copies(xbar_senders - xbar_receivers)
    return _plain_transposed(paths, primals[0], rest), change


def _one_copy(values: Float[Array, "twice ..."]) -> Float[Array, "half ..."]:
    return values[: len(values) // 2]


def _amplitude(values: Float[Array, "twice ..."]) -> Amplitude:
    return values.reshape(2, -1, *values.shape[1:])


def _both_copies(z: Amplitude) -> Float[Array, "twice ..."]:
    return z.reshape(-1, *z.shape[2:])


def _at_senders(cell: Graph, values: Float[Array, "edges ..."]) -> Float[Array, "atoms ..."]:
    return jax.ops.segment_sum(values, cell.senders, num_segments=cell.n_atoms)
