r"""How the convolution changes along a single wave: the path that training takes.

:mod:`engine.potentials.convolution.wave` prepares what serves all columns of D(q). A training step
takes one or two waves a structure, and differentiates by the parameters afterwards; then what is
prepared costs more than it saves. Here only one operation knows of phases,

    out_r = sum_s T(M_rs, h_s),      M_rs = sum_e Y(v_e) R(|v_e|),

over the edges e that join receiver r and sender s; Y are the harmonics, R the hidden radial layer,
and T, linear in M and in the features h, the last radial layer and the coupling. Y and R of the
displaced crystal are ordinary differentiable code. With
f = exp(2 pi i q.R), c the cotangent of the receiver, T_M and T_h the transposes of T in either
argument, and Mbar = T_M(c_r, h_s) the cotangent that every edge of a pair gets,

    d out_r  = T(sum f Y R, dh_s) + T(sum d(Y R), h_s)
    d hbar_s = T_h(sum f* Y R, dc_r) + T_h(sum f* d(Y R), c_r)
    d Mbar_e = T_M(dc_r, h_s) + f_e T_M(c_r, dh_s) .

Everything wide acts on pairs of atoms, once the images are summed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from engine.graph import Graph, Wave
from engine.potentials.convolution.pairs import Moments, collected_by_pairs, moments
from engine.potentials.convolution.paths import Features, Paths


class Basis(NamedTuple):
    """Functions of the edges; a copy of the crystal may stand before.

    Attributes
    ----------
    hidden : shape (receivers, senders, images, width), the hidden layer of the radial network.
    y : shape (receivers, senders, images, harmonics).
    """

    hidden: Float[Array, "*copies receivers senders images width"]
    y: Float[Array, "*copies receivers senders images harmonics"]


Tree = TypeVar("Tree", Array, Basis, Features)


def probe_convolution(
    paths: Paths,
    last: Float[Array, "width n_weights"],
    hidden: Float[Array, "twice_edges width"],
    y: Float[Array, "twice_edges harmonics"],
    h: Features,
    graph: Graph,
) -> Features:
    """What every atom of both copies collects, before mixing, on a graph of complete pairs.

    Parameters
    ----------
    last : last layer of the radial network.
    hidden, y : radial functions and harmonics of the edges of both copies.
    h : features of the atoms of both copies.
    """
    assert graph.wave is not None and graph.complete
    n = graph.n_atoms // 2
    shape = 2, n, n, graph.images, -1
    basis = Basis(_formed(hidden).reshape(shape), y.reshape(shape))
    copies = _convolve(paths, last, basis, [x.reshape(2, n, *x.shape[1:]) for x in h], graph.wave)
    return [x.reshape(-1, *x.shape[2:]) for x in copies]


def _formed(values: Float[Array, "edges width"]) -> Float[Array, "edges width"]:
    """The same values; what comes back for them in training is formed as an array.

    Left alone, XLA for CPUs adds up the many parts of that cotangent while it writes it transposed
    for a matrix product, which took a quarter of the time of a step. It looks into everything but
    a matrix product.
    """
    return jnp.matmul(values, jnp.eye(values.shape[1], dtype=values.dtype), precision="highest")


# The first derivative (forces) is the ordinary one: custom_vjp. What differentiates that again is
# the wave: custom_jvp, of the value and of its transpose. Both copies are at rest the same.


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _convolve(paths: Paths, last: Array, basis: Basis, h: Features, wave: Wave) -> Features:
    return _value(paths, last, basis, h, wave)


def _forward(
    paths: Paths, last: Array, basis: Basis, h: Features, wave: Wave
) -> tuple[Features, tuple]:
    return _value(paths, last, basis, h, wave), (last, basis, h, wave)


def _backward(paths: Paths, kept: tuple, c: Features) -> tuple[None, Basis, Features, Wave]:
    last, basis, h, wave = kept
    basis_bar, h_bar = _transposed(paths, last, basis, h, c, wave)
    return None, basis_bar, h_bar, jax.tree.map(jnp.zeros_like, wave)


_convolve.defvjp(_forward, _backward)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _value(paths: Paths, last: Array, basis: Basis, h: Features, wave: Wave) -> Features:
    return _plain_value(paths, last, basis, h)


def _plain_value(paths: Paths, last: Array, basis: Basis, h: Features) -> Features:
    return _twice(collected_by_pairs(paths, last, moments(*_first(basis)), _first(h)))


@_value.defjvp
def _value_along_wave(paths: Paths, primals: tuple, tangents: tuple) -> tuple:
    last, basis, h, _ = primals
    _, d_basis, dh, wave = tangents
    collect, rest = partial(collected_by_pairs, paths, last), _first(basis)
    sent, (cos, sin) = jax.vmap(collect, (None, 0)), _phases(rest, wave)
    change = _sum(
        jax.vmap(collect, (0, None))(_changes(rest, d_basis), _first(h)),
        sent(moments(rest.hidden, cos * rest.y), dh),
        sent(moments(rest.hidden, sin * rest.y), [_quarter_turn(x) for x in dh]),
    )
    return _plain_value(paths, last, basis, h), change


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _transposed(
    paths: Paths, last: Array, basis: Basis, h: Features, c: Features, wave: Wave
) -> tuple[Basis, Features]:
    """Cotangents of the basis and of the features, at rest."""
    return _plain_transposed(paths, last, basis, h, c)


def _plain_transposed(
    paths: Paths, last: Array, basis: Basis, h: Features, c: Features
) -> tuple[Basis, Features]:
    rest, received = _first(basis), _first(c)
    summed = moments(*rest)
    to_moments, to_features = _transposes(paths, last, summed, _first(h))
    bar = to_moments(_first(h), received)
    return _twice(_spread(bar, rest)), _twice(to_features(summed, received))


@_transposed.defjvp
def _transposed_along_wave(paths: Paths, primals: tuple, tangents: tuple) -> tuple:
    last, basis, h, c, _ = primals
    _, d_basis, dh, dc, wave = tangents
    rest, received, sent = _first(basis), _first(c), _first(h)
    cos, sin = _phases(rest, wave)
    to_moments, to_features = _transposes(paths, last, moments(*rest), sent)

    turned = jax.tree.map(lambda x: cos * x - sin * _quarter_turn(x), d_basis)
    back = jax.vmap(to_features, (None, 0))
    h_bar = _sum(
        jax.vmap(to_features, (0, None))(_changes(rest, turned), received),
        back(moments(rest.hidden, cos * rest.y), dc),
        back(moments(rest.hidden, sin * rest.y), [-_quarter_turn(x) for x in dc]),
    )
    bar = to_moments(sent, received)
    by_receivers = jax.vmap(to_moments, (None, 0))(sent, dc)
    by_senders = jax.vmap(to_moments, (0, None))(dh, received)
    spread = jax.vmap(_spread, (0, None))
    straight, phased = spread(by_receivers, rest), spread(by_senders, rest)
    basis_bar = jax.tree.map(
        lambda x, y, z: x + cos * y + sin * _quarter_turn(y) + z,
        straight,
        phased,
        jax.vmap(_spread, (None, 0))(bar, d_basis),
    )
    return _plain_transposed(paths, *primals[:4]), (basis_bar, h_bar)


def _transposes(
    paths: Paths, last: Array, summed: Moments, h: Features
) -> tuple[Callable[[Features, Features], Moments], Callable[[Moments, Features], Features]]:
    """T_M of (h, c) and T_h of (M, c); moments and features here say of what shapes."""
    collect = partial(collected_by_pairs, paths, last)

    def to_moments(h: Features, c: Features) -> Moments:
        bar: Moments = jax.linear_transpose(lambda x: collect(x, h), summed)(c)[0]
        return bar

    def to_features(summed: Moments, c: Features) -> Features:
        bar: Features = jax.linear_transpose(lambda x: collect(summed, x), h)(c)[0]
        return bar

    return to_moments, to_features


def _spread(bar: Moments, basis: Basis) -> Basis:
    """Cotangents of the functions of every edge from that of the moments of its pair."""
    return Basis(
        jnp.einsum("rsjm,rspj->rspm", bar, basis.y),
        jnp.einsum("rsjm,rspm->rspj", bar, basis.hidden),
    )


def _changes(rest: Basis, change: Basis) -> Float[Array, "2 ..."]:
    """Moments of both copies of d(Y R)."""
    by_hidden = jax.vmap(moments, (0, None))(change.hidden, rest.y)
    return by_hidden + jax.vmap(moments, (None, 0))(rest.hidden, change.y)


def _phases(rest: Basis, wave: Wave) -> tuple[Array, Array]:
    """Cos and sin of 2 pi q.R on the images of every pair."""
    phases = wave.phases[: len(wave.phases) // 2]
    cos, sin = jnp.moveaxis(phases.reshape(*rest.y.shape[:3], 1, 2), -1, 0)
    return cos, sin


def _quarter_turn(copies: Array) -> Array:
    """(a, b) -> (b, -a)."""
    return jnp.stack([copies[1], -copies[0]])


def _first(values: Tree) -> Tree:
    return jax.tree.map(lambda x: x[0], values)


def _twice(values: Tree) -> Tree:
    return jax.tree.map(lambda x: jnp.stack([x, x]), values)


def _sum(*several: Features) -> Features:
    return [sum(parts[1:], parts[0]) for parts in zip(*several, strict=True)]
