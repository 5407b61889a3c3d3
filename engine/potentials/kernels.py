r"""The sums over neighbours of an equivariant convolution, in two orders.

An atom r collects from its neighbours s, over all edges e that join the two,

    out_r = sum_e sum_paths C (h_s x Y(v_e)) R(|v_e|) ,

products of the sender's features h with the spherical harmonics Y of the edge, coupled by
Clebsch-Gordan coefficients C, each path and channel weighted by a radial function R.

In a crystal of few atoms many edges join the same two atoms and share h_s. Then the sum over these
images is taken first, sum_e R(|v_e|) Y(v_e), and features act on its result, the *kernel* of the
pair: nothing of size (edges x channels x components) is formed. In large cells, with one edge a
pair, every edge has its own message. Both orders give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import e3nn_jax as e3nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Inexact

from engine.graph import Graph

Features = list[Inexact[Array, "atoms components channels"]]
"""One array an irrep, the channels last: vector instructions run along them."""


class Path(NamedTuple):
    """One product: irrep ``i_in`` of the features, degree l, irrep ``i_out`` of the result.

    ``weights`` are its places among all radial weights, ``within`` those among the ones of its l.
    """

    i_in: int
    l: int
    i_out: int
    weights: slice
    within: slice


@dataclass(frozen=True)
class Paths:
    """The products a convolution keeps.

    Attributes
    ----------
    irreps_in : of the features, each irrep once.
    irreps_out : of the result; an irrep counts, not its multiplicity.
    lmax : largest degree of the harmonics.
    """

    irreps_in: e3nn.Irreps
    irreps_out: e3nn.Irreps
    lmax: int

    @cached_property
    def all(self) -> tuple[Path, ...]:
        """In the order of their radial weights: by output irrep, then input irrep, then degree."""
        found: list[Path] = []
        start, used = 0, [0] * (self.lmax + 1)
        for i_out, (_, ir_out) in enumerate(self.irreps_out):
            for i_in, (mul, ir_in) in enumerate(self.irreps_in):
                for l in range(self.lmax + 1):
                    if ir_out in ir_in * e3nn.Irrep(l, (-1) ** l):
                        within = slice(used[l], used[l] + mul)
                        found.append(Path(i_in, l, i_out, slice(start, start + mul), within))
                        start, used[l] = start + mul, used[l] + mul
        return tuple(found)

    @property
    def n_weights(self) -> int:
        """Number of radial weights of an edge."""
        return self.all[-1].weights.stop

    @cached_property
    def of_degree(self) -> tuple[np.ndarray, ...]:
        """For each l the places of its radial weights."""
        places: list[list[int]] = [[] for _ in range(self.lmax + 1)]
        for path in self.all:
            places[path.l] += range(path.weights.start, path.weights.stop)
        return tuple(np.array(p, int) for p in places)

    @property
    def channels(self) -> tuple[int, ...]:
        """For each output irrep the number of channels its paths bring together."""
        return tuple(
            sum(self.irreps_in[p.i_in].mul for p in self.all if p.i_out == i_out)
            for i_out in range(len(self.irreps_out))
        )

    def coupling(self, path: Path, dtype: np.dtype) -> Float[Array, "components harmonics out"]:
        """Clebsch-Gordan coefficients, normalised so that components keep their size."""
        degrees = (self.irreps_in[path.i_in].ir.l, path.l, self.irreps_out[path.i_out].ir.l)
        return jnp.asarray(_coupling(*degrees), dtype)


@lru_cache(maxsize=256)
def _coupling(l1: int, l2: int, l3: int) -> np.ndarray:
    with jax.ensure_compile_time_eval():
        return np.asarray(e3nn.clebsch_gordan(l1, l2, l3), float) * np.sqrt(2 * l3 + 1)


def harmonics(vectors: Float[Array, "edges 3"], lmax: int) -> Float[Array, "edges harmonics"]:
    """Real spherical harmonics of the directions, l = 0 ... lmax, components of mean square 1."""
    return e3nn.spherical_harmonics(
        e3nn.s2_irreps(lmax), vectors, normalize=True, normalization="component"
    ).array


def degree(l: int) -> slice:
    """Where the harmonics of degree l stand."""
    return slice(l * l, (l + 1) ** 2)


# --- features ------------------------------------------------------------------------------------


def channels_last(features: e3nn.IrrepsArray) -> Features:
    """Features as one array (atoms, components, channels) an irrep."""
    shape = features.shape[:-1]
    return [
        jnp.zeros((*shape, ir.dim, mul), features.dtype) if x is None else jnp.swapaxes(x, -1, -2)
        for (mul, ir), x in zip(features.irreps, features.chunks, strict=True)
    ]


def irreps_array(irreps: e3nn.Irreps, features: Features) -> e3nn.IrrepsArray:
    """The inverse of :func:`channels_last`."""
    chunks = [jnp.swapaxes(x, -1, -2) for x in features]
    return e3nn.from_chunks(irreps, chunks, features[0].shape[:-2])


# --- kernels of pairs ------------------------------------------------------------------------------


class PairKernel(NamedTuple):
    """Sums over the images of every pair of atoms.

    ``by_degree[l]`` has shape (receivers, senders, 2l+1, weights of degree l).
    """

    by_degree: tuple[Inexact[Array, "receivers senders harmonics weights"], ...]

    def apply(self, paths: Paths, h: Features, graph: Graph) -> Features:
        """Messages summed at their receivers, all channels of an output irrep side by side."""
        out: list[list[Array]] = [[] for _ in paths.irreps_out]
        for path in paths.all:
            kernel = self.by_degree[path.l][..., path.within]
            coupled = couple(paths, path, h[path.i_in])
            out[path.i_out].append(jnp.einsum("rsju,sjku->rku", kernel, coupled))
        return [jnp.concatenate(parts, axis=-1) for parts in out]

    def apply_transposed(self, paths: Paths, c: Features, graph: Graph) -> Features:
        """Cotangents of the messages brought back to the senders."""
        back: list[Array | float] = [0.0] * len(paths.irreps_in)
        for path, cotangent in zip(paths.all, split_paths(paths, c), strict=True):
            kernel = self.by_degree[path.l][..., path.within]
            coupled = jnp.einsum(
                "rku,ijk->rjiu", cotangent, paths.coupling(path, cotangent.real.dtype)
            )
            back[path.i_in] += jnp.einsum("rsju,rjiu->siu", kernel, coupled)
        return back


class EdgeKernel(NamedTuple):
    """Every edge by itself: radial weights (edges, n_weights) and harmonics (edges, harmonics)."""

    weights: Inexact[Array, "edges n_weights"]
    harmonics: Float[Array, "edges harmonics"]

    def _coupling(self, paths: Paths, path: Path) -> Float[Array, "edges components out"]:
        y = self.harmonics[:, degree(path.l)]
        return jnp.einsum("ej,ijk->eik", y, paths.coupling(path, y.dtype))

    def apply(self, paths: Paths, h: Features, graph: Graph) -> Features:
        """As :meth:`PairKernel.apply`."""
        out: list[list[Array]] = [[] for _ in paths.irreps_out]
        gathered = [graph.gather(x) for x in h]
        for path in paths.all:
            message = jnp.einsum("eiu,eik->eku", gathered[path.i_in], self._coupling(paths, path))
            message = message * self.weights[:, None, path.weights]
            out[path.i_out].append(graph.sum_over_edges(message))
        return [jnp.concatenate(parts, axis=-1) for parts in out]

    def apply_transposed(self, paths: Paths, c: Features, graph: Graph) -> Features:
        """As :meth:`PairKernel.apply_transposed`."""
        back: list[Array | float] = [0.0] * len(paths.irreps_in)
        for path, cotangent in zip(paths.all, split_paths(paths, c), strict=True):
            message = cotangent[graph.receivers] * self.weights[:, None, path.weights]
            message = jnp.einsum("eku,eik->eiu", message, self._coupling(paths, path))
            back[path.i_in] += jax.ops.segment_sum(message, graph.senders, graph.n_atoms)
        return back


Kernel = PairKernel | EdgeKernel


def kernel(
    paths: Paths,
    weights: Inexact[Array, "edges n_weights"],
    y: Float[Array, "edges harmonics"],
    graph: Graph,
) -> Kernel:
    """The kernel in the order that suits the graph, from the radial weights of every edge."""
    if not graph.complete:
        return EdgeKernel(weights, y)
    n, images = graph.n_atoms, graph.images
    weights = weights.reshape(n, n, images, -1)
    y = y.reshape(n, n, images, -1)
    return PairKernel(
        tuple(
            jnp.einsum("rspu,rspj->rsju", weights[..., places], y[..., degree(l)])
            for l, places in enumerate(paths.of_degree)
        )
    )


def kernel_by_hidden(
    paths: Paths,
    hidden: Float[Array, "edges width"],
    radial: Float[Array, "width n_weights"],
    y: Float[Array, "edges harmonics"],
    graph: Graph,
) -> PairKernel:
    """The kernel of pairs with many images: the last radial layer acts after their sum."""
    n, images = graph.n_atoms, graph.images
    hidden = hidden.reshape(n, n, images, -1)
    moments = jnp.einsum("rspm,rspj->rsjm", hidden, y.reshape(n, n, images, -1))
    return PairKernel(
        tuple(
            moments[:, :, degree(l)] @ radial[:, places] for l, places in enumerate(paths.of_degree)
        )
    )


def couple(
    paths: Paths, path: Path, h: Inexact[Array, "atoms components channels"]
) -> Inexact[Array, "atoms harmonics out channels"]:
    """Features times Clebsch-Gordan coefficients."""
    return jnp.einsum("siu,ijk->sjku", h, paths.coupling(path, h.real.dtype))


def split_paths(paths: Paths, collected: Features) -> list[Array]:
    """The parts that single paths have in collected channels, in the order of the paths."""
    start = [0] * len(paths.irreps_out)
    parts = []
    for path in paths.all:
        first = start[path.i_out]
        start[path.i_out] += paths.irreps_in[path.i_in].mul
        parts.append(collected[path.i_out][..., first : start[path.i_out]])
    return parts
