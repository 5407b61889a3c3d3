r"""How the convolution changes along a displacement wave: the engine's fast path to D(q).

At rest both copies of the crystal (see :mod:`engine.graph`) hold the same numbers, so that one is
computed. A wave is a complex amplitude on the atoms, z = a - i b, and an edge to a neighbour in
cell R carries the phase f = exp(2 pi i q.R). Write the convolution contracted with a cotangent c as

    L = sum_e c_r . m(x_s - x_r + R, h_s) ,

m linear in h. Its second derivatives are few and small; pairs of a sender's and a receiver's
variable carry the phase, the others do not. With t = dm/dx, s = (dm/dx)^T c, k = c . d^2m/dx^2 on
every edge (computed once, at rest) and sums over edges understood,

    d out_r  = m(f dh_s) + t f dx_s - t dx_r
    d hbar_s = m^T(f* dc_r) + s dx_s - s f* dx_r
    d xbar_s = t.(f* dc_r) + s.dh_s + k dx_s - k f* dx_r
    d xbar_r = -(t.dc_r + s.(f dh_s) + k f dx_s - k dx_r) .

The sums of f t, f s and f k over images are made once for every q and serve all of its columns.
Ordinary differentiation would instead push every column through the harmonics and radial networks
of all edges, and leave no room to take these sums first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import e3nn_jax as e3nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float, Inexact

from engine.graph import Graph, Wave
from engine.potentials.kernels import (
    Features,
    Paths,
    channels_last,
    couple,
    degree,
    harmonics,
    irreps_array,
    kernel,
    split_paths,
)

Radial = Callable[[Float[Array, " edges"]], Float[Array, "edges width"]]


class _Model(NamedTuple):
    """What does not depend on the structure."""

    paths: Paths
    radial: Radial
    last: Float[Array, "width n_weights"]
    mix: tuple[Float[Array, "paths_channels channels"], ...]


class _Edges(NamedTuple):
    """Functions of the edges at rest, and their derivatives.

    ``y`` has shape (edges, 4, harmonics): value and derivative along x, y, z; the derivative of
    the radial weights along these is ``slope`` times ``direction``.
    """

    weights: Float[Array, "edges n_weights"]
    slope: Float[Array, "edges n_weights"]
    direction: Float[Array, "edges 3"]
    y: Float[Array, "edges 4 harmonics"]


def wave_convolution(
    paths: Paths,
    radial: Radial,
    last: Float[Array, "width n_weights"],
    mix: tuple[Float[Array, "paths_channels channels"], ...],
    features: e3nn.IrrepsArray,
    vectors: Float[Array, "twice_edges 3"],
    graph: Graph,
) -> e3nn.IrrepsArray:
    """The convolution on the graph of a wave; parameters as in engine.potentials.convolution."""
    n_edges, n = len(graph.senders) // 2, graph.n_atoms // 2
    cell = Graph(
        graph.senders[:n_edges], graph.receivers[:n_edges], n, graph.images, graph.complete
    )
    model = _Model(paths, radial, last, mix)
    values = jax.lax.stop_gradient(vectors[:n_edges])

    @jax.custom_vjp
    def convolve(h: Features, wave: Wave, vectors: Array) -> Features:
        return forward(h, wave, vectors)

    @jax.custom_jvp
    def forward(h: Features, wave: Wave, vectors: Array) -> Features:
        return _twice(_at_rest(model, _first(h), vectors, cell))

    @forward.defjvp
    def forward_wave(primals: tuple, tangents: tuple) -> tuple[Features, Features]:
        h, _, vectors = primals
        dh, wave, _ = tangents
        return forward(*primals), _halves(
            _along_wave(model, _first(h), vectors, cell, [_amplitude(x) for x in dh], wave)
        )

    @jax.custom_jvp
    def backward(c: Features, h: Features, wave: Wave, vectors: Array) -> tuple[Features, Array]:
        hbar, xbar = _transposed(model, _first(c), _first(h), vectors, cell)
        return _twice(hbar), jnp.concatenate([xbar, xbar])

    @backward.defjvp
    def backward_wave(primals: tuple, tangents: tuple) -> tuple[tuple, tuple]:
        c, h, _, vectors = primals
        dc, dh, wave, _ = tangents
        hbar, xbar = _transposed_along_wave(
            model, _first(c), _first(h), vectors, cell,
            [_amplitude(x) for x in dc], [_amplitude(x) for x in dh], wave,
        )
        return backward(*primals), (_halves(hbar), _half(xbar))

    def convolve_forward(h: Features, wave: Wave, vectors: Array) -> tuple[Features, tuple]:
        return forward(h, wave, vectors), (h, wave, vectors)

    def convolve_backward(kept: tuple, c: Features) -> tuple:
        hbar, xbar = backward(c, *kept)
        wave, vectors = kept[1:]
        return hbar, Wave(jnp.zeros_like(wave.phases), xbar), jnp.zeros_like(vectors)

    convolve.defvjp(convolve_forward, convolve_backward)
    assert graph.wave is not None
    return irreps_array(paths.irreps_out, convolve(channels_last(features), graph.wave, values))


# --- copies and amplitudes -------------------------------------------------------------------------


def _first(features: Features) -> Features:
    return [x[: len(x) // 2] for x in features]


def _twice(features: Features) -> Features:
    return [jnp.concatenate([x, x]) for x in features]


def _amplitude(ab: Float[Array, "twice ..."]) -> Complex[Array, "atoms ..."]:
    a, b = jnp.split(ab, 2)
    return jax.lax.complex(a, -b)


def _half(z: Complex[Array, "atoms ..."]) -> Float[Array, "twice ..."]:
    return jnp.concatenate([z.real, -z.imag])


def _halves(features: Features) -> Features:
    return [_half(z) for z in features]


# --- at rest ---------------------------------------------------------------------------------------


def _edges(model: _Model, vectors: Float[Array, "edges 3"]) -> _Edges:
    r = jnp.linalg.norm(vectors, axis=1)
    hidden, slope = jax.jvp(model.radial, (r,), (jnp.ones_like(r),))
    harmonic = partial(harmonics, lmax=model.paths.lmax)
    along = [jnp.broadcast_to(e, vectors.shape) for e in jnp.eye(3, dtype=vectors.dtype)]
    derivatives = [jax.jvp(harmonic, (vectors,), (e,))[1] for e in along]
    return _Edges(
        weights=hidden @ model.last,
        slope=slope @ model.last,
        direction=vectors / r[:, None],
        y=jnp.stack([harmonic(vectors), *derivatives], axis=1),
    )


def _at_rest(
    model: _Model, h: Features, vectors: Float[Array, "edges 3"], cell: Graph
) -> Features:
    edges = _edges(model, vectors)
    messages = kernel(model.paths, edges.weights, edges.y[:, 0], cell)
    return _mixed(model, messages.apply(model.paths, h, cell))


def _mixed(model: _Model, collected: Features) -> Features:
    return [x @ matrix for x, matrix in zip(collected, model.mix, strict=True)]


def _unmixed(model: _Model, c: Features) -> Features:
    return [x @ matrix.T for x, matrix in zip(c, model.mix, strict=True)]


def _transposed(
    model: _Model, c: Features, h: Features, vectors: Float[Array, "edges 3"], cell: Graph
) -> tuple[Features, Float[Array, "atoms 3"]]:
    edges = _edges(model, vectors)
    collected = _unmixed(model, c)
    messages = kernel(model.paths, edges.weights, edges.y[:, 0], cell)
    hbar = messages.apply_transposed(model.paths, collected, cell)
    pull = jax.grad(_overlap, argnums=1)(model, vectors, _overlap_weights(model, collected, h, cell))
    return hbar, _to_senders(pull, cell) - cell.sum_over_edges(pull)


def _overlap_weights(
    model: _Model, collected: Features, h: Features, cell: Graph
) -> Float[Array, "edges harmonics width"]:
    """What L is contracted of, for every edge: sum_jm weights[j, m] Y_j(v) H_m(|v|)."""
    paths = model.paths
    by_degree: list[Array | float] = [0.0] * (paths.lmax + 1)
    for path, c in zip(paths.all, split_paths(paths, collected), strict=True):
        coupled = couple(paths, path, h[path.i_in])
        if cell.complete:
            overlap = jnp.einsum("rku,sjku->rsju", c, coupled)
        else:
            overlap = jnp.einsum("eku,ejku->eju", c[cell.receivers], coupled[cell.senders])
        by_degree[path.l] += overlap @ model.last[:, path.weights].T
    overlaps = jnp.concatenate(by_degree, axis=-2)
    if not cell.complete:
        return overlaps
    images = jnp.broadcast_to(
        overlaps[:, :, None], (*overlaps.shape[:2], cell.images, *overlaps.shape[2:])
    )
    return images.reshape(-1, *overlaps.shape[2:])


def _overlap(
    model: _Model, vectors: Float[Array, "edges 3"], weights: Float[Array, "edges harmonics width"]
) -> Float[Array, ""]:
    """L as a function of the edge vectors alone."""
    hidden = model.radial(jnp.linalg.norm(vectors, axis=1))
    return jnp.einsum("ejm,ej,em->", weights, harmonics(vectors, model.paths.lmax), hidden)


def _stiffness(
    model: _Model, c: Features, h: Features, vectors: Float[Array, "edges 3"], cell: Graph
) -> Float[Array, "edges 3 3"]:
    """k: second derivative of L by the vector of every edge."""
    weights = _overlap_weights(model, _unmixed(model, c), h, cell)
    pull = partial(jax.grad(_overlap, argnums=1), model, weights=weights)
    along = [jnp.broadcast_to(e, vectors.shape) for e in jnp.eye(3, dtype=vectors.dtype)]
    return jnp.stack([jax.jvp(pull, (vectors,), (e,))[1] for e in along], axis=2)


def _message_slopes(
    model: _Model, h: Features, vectors: Float[Array, "edges 3"], cell: Graph
) -> Float[Array, "edges 3 out"]:
    """t: derivative of every edge's message, mixed, by its vector."""
    paths, edges = model.paths, _edges(model, vectors)
    out: list[list[Array]] = [[] for _ in paths.irreps_out]
    for path in paths.all:
        coupled = couple(paths, path, h[path.i_in])
        out[path.i_out].append(_derivative(edges, path, coupled, cell, "s"))
    mixed = _mixed(model, [jnp.concatenate(parts, axis=-1) for parts in out])
    return jnp.concatenate([x.reshape(*x.shape[:2], -1) for x in mixed], axis=-1)


def _cotangent_slopes(
    model: _Model, c: Features, vectors: Float[Array, "edges 3"], cell: Graph
) -> Float[Array, "edges 3 in"]:
    """s: derivative by its vector of what every edge brings back to the sender's features."""
    paths, edges = model.paths, _edges(model, vectors)
    back: list[Array | float] = [0.0] * len(paths.irreps_in)
    for path, cotangent in zip(paths.all, split_paths(paths, _unmixed(model, c)), strict=True):
        coupled = jnp.einsum("rku,ijk->rjiu", cotangent, paths.coupling(path, vectors.dtype))
        back[path.i_in] += _derivative(edges, path, coupled, cell, "r")
    return jnp.concatenate([x.reshape(*x.shape[:2], -1) for x in back], axis=-1)


def _derivative(
    edges: _Edges, path: object, coupled: Float[Array, "atoms harmonics k u"], cell: Graph, end: str
) -> Float[Array, "edges 3 k u"]:
    """d(R Y)/dv contracted with features (end "s") or cotangents (end "r") of an end of the edge."""
    y = edges.y[:, :, degree(path.l)]
    if cell.complete:
        y = y.reshape(cell.n_atoms, cell.n_atoms, cell.images, *y.shape[1:])
        x = jnp.einsum(f"rspvj,{end}jku->rspvku", y, coupled)
        x = x.reshape(-1, *x.shape[3:])
    else:
        atoms = cell.senders if end == "s" else cell.receivers
        x = jnp.einsum("evj,ejku->evku", y, coupled[atoms])
    weights, slope = edges.weights[:, path.weights], edges.slope[:, path.weights]
    bent = weights[:, None, None] * x[:, 1:]
    return bent + slope[:, None, None] * edges.direction[:, :, None, None] * x[:, :1]


# --- along the wave --------------------------------------------------------------------------------


def _along_wave(
    model: _Model,
    h: Features,
    vectors: Float[Array, "edges 3"],
    cell: Graph,
    dh: Features,
    wave: Wave,
) -> Features:
    """d out."""
    phase, dx = _phase(wave), _amplitude(wave.displacements)
    edges = _edges(model, vectors)
    messages = kernel(model.paths, phase[:, None] * edges.weights, edges.y[:, 0], cell)
    change = _mixed(model, messages.apply(model.paths, dh, cell))
    t = _message_slopes(model, h, vectors, cell)
    moved = _couplings(t, phase, cell).from_senders(dx, cell)
    moved -= jnp.einsum("rdo,rd->ro", cell.sum_over_edges(t), dx)
    return [x + y for x, y in zip(change, _unflattened(moved, change), strict=True)]


def _transposed_along_wave(
    model: _Model,
    c: Features,
    h: Features,
    vectors: Float[Array, "edges 3"],
    cell: Graph,
    dc: Features,
    dh: Features,
    wave: Wave,
) -> tuple[Features, Complex[Array, "atoms 3"]]:
    """d hbar and d xbar."""
    phase, dx = _phase(wave), _amplitude(wave.displacements)
    edges = _edges(model, vectors)
    messages = kernel(model.paths, phase.conj()[:, None] * edges.weights, edges.y[:, 0], cell)
    hbar = messages.apply_transposed(model.paths, _unmixed(model, dc), cell)
    t = _message_slopes(model, h, vectors, cell)
    s = _cotangent_slopes(model, c, vectors, cell)
    k = _stiffness(model, c, h, vectors, cell)
    t_wave, s_wave, k_wave = (_couplings(x, phase, cell) for x in (t, s, k))
    s_rest = _to_senders(s, cell)
    w, z = _flattened(dc), _flattened(dh)

    pulled = jnp.einsum("sdi,sd->si", s_rest, dx) - s_wave.from_receivers(dx, cell)
    hbar = [x + y for x, y in zip(hbar, _unflattened(pulled, hbar), strict=True)]
    senders = (
        t_wave.from_receivers_of(w, cell)
        + jnp.einsum("sdi,si->sd", s_rest, z)
        + jnp.einsum("sde,se->sd", _to_senders(k, cell), dx)
        - k_wave.from_receivers(dx, cell)
    )
    receivers = (
        jnp.einsum("rdo,ro->rd", cell.sum_over_edges(t), w)
        + s_wave.from_senders_of(z, cell)
        + k_wave.from_senders(dx, cell)
        - jnp.einsum("rde,re->rd", cell.sum_over_edges(k), dx)
    )
    return hbar, senders - receivers


class _Couplings(NamedTuple):
    """f times an edge array of shape (edges, 3, x), summed over images where pairs are complete."""

    values: Complex[Array, "pairs 3 x"]

    def from_senders(self, dx: Array, cell: Graph) -> Complex[Array, "receivers x"]:
        """Sum at the receivers, contracted with the senders' displacements."""
        return self._contracted("dx", "d", "x", dx, cell)

    def from_senders_of(self, z: Array, cell: Graph) -> Complex[Array, "receivers 3"]:
        """Sum at the receivers, contracted with x of the senders."""
        return self._contracted("dx", "x", "d", z, cell)

    def from_receivers(self, dx: Array, cell: Graph) -> Complex[Array, "senders x"]:
        """Sum at the senders of the conjugate, contracted with the receivers' displacements."""
        return self._contracted("dx", "d", "x", dx.conj(), cell, backwards=True).conj()

    def from_receivers_of(self, w: Array, cell: Graph) -> Complex[Array, "senders 3"]:
        """Sum at the senders of the conjugate, contracted with x of the receivers."""
        return self._contracted("dx", "x", "d", w.conj(), cell, backwards=True).conj()

    def _contracted(
        self, a: str, b: str, c: str, nodes: Array, cell: Graph, backwards: bool = False
    ) -> Array:
        if cell.complete:
            here, there = ("s", "r") if backwards else ("r", "s")
            return jnp.einsum(f"rs{a},{there}{b}->{here}{c}", self.values, nodes)
        ends = (cell.receivers, cell.senders) if backwards else (cell.senders, cell.receivers)
        values = jnp.einsum(f"e{a},e{b}->e{c}", self.values, nodes[ends[0]])
        return jax.ops.segment_sum(values, ends[1], num_segments=cell.n_atoms)


def _couplings(
    values: Float[Array, "edges 3 x"], phase: Complex[Array, " edges"], cell: Graph
) -> _Couplings:
    if not cell.complete:
        return _Couplings(values * phase[:, None, None])
    n, images = cell.n_atoms, cell.images
    values = values.reshape(n, n, images, *values.shape[1:])
    parts = jnp.stack([phase.real, phase.imag]).reshape(2, n, n, images)
    real, imaginary = jnp.einsum("crsp,rspdx->crsdx", parts, values)
    return _Couplings(jax.lax.complex(real, imaginary))


def _phase(wave: Wave) -> Complex[Array, " edges"]:
    phases = wave.phases[: len(wave.phases) // 2]
    return jax.lax.complex(phases[:, 0], phases[:, 1])


def _to_senders(values: Inexact[Array, "edges ..."], cell: Graph) -> Inexact[Array, "atoms ..."]:
    return jax.ops.segment_sum(values, cell.senders, num_segments=cell.n_atoms)


def _flattened(features: Features) -> Inexact[Array, "atoms dimension"]:
    return jnp.concatenate([x.reshape(len(x), -1) for x in features], axis=1)


def _unflattened(flat: Inexact[Array, "atoms dimension"], like: Features) -> Features:
    parts, start = [], 0
    for x in like:
        size = x.shape[1] * x.shape[2]
        parts.append(flat[:, start : start + size].reshape(x.shape))
        start += size
    return parts
