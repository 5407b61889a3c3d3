"""The products of features and harmonics that a convolution keeps, and the arrays they act on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import e3nn_jax as e3nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

Features = list[Float[Array, "*copies atoms components channels"]]
"""One array an irrep, the channels last: vector instructions run along them."""


class Path(NamedTuple):
    """One product: irrep ``i_in`` of the features, degree l, irrep ``i_out`` of the result.

    Attributes
    ----------
    weights : its places among all radial weights.
    within_l : its places among the weights of its degree.
    channels : its places among the channels that the paths of ``i_out`` bring together.
    """

    i_in: int
    l: int
    i_out: int
    weights: slice
    within_l: slice
    channels: slice


class Block(NamedTuple):
    """All paths from one irrep of the features; a row is one output component of one path.

    Attributes
    ----------
    paths : the paths.
    rows : for each path its rows.
    coupling : shape (harmonics, rows, components), Clebsch-Gordan coefficients.
    weights : shape (rows, channels), the place of the radial weight.
    """

    paths: list[Path]
    rows: list[slice]
    coupling: Float[np.ndarray, "harmonics rows components"]
    weights: Int[np.ndarray, "rows channels"]


@dataclass(frozen=True)
class Paths:
    """The products a convolution keeps.

    Attributes
    ----------
    irreps_in : of the features, each irrep once.
    irreps_out : of the result, each irrep once.
    lmax : largest degree of the harmonics.
    """

    irreps_in: e3nn.Irreps
    irreps_out: e3nn.Irreps
    lmax: int

    @cached_property
    def all(self) -> tuple[Path, ...]:
        """In the order of their radial weights: by output irrep, then input irrep, then degree."""
        found: list[Path] = []
        weights, of_l, of_out = 0, [0] * (self.lmax + 1), [0] * len(self.irreps_out)
        for i_out, (_, ir_out) in enumerate(self.irreps_out):
            for i_in, (mul, ir_in) in enumerate(self.irreps_in):
                for l in range(self.lmax + 1):
                    if ir_out in ir_in * e3nn.Irrep(l, (-1) ** l):
                        starts = (weights, of_l[l], of_out[i_out])
                        places = (slice(start, start + mul) for start in starts)
                        found.append(Path(i_in, l, i_out, *places))
                        weights, of_l[l], of_out[i_out] = (start + mul for start in starts)
        return tuple(found)

    @property
    def n_weights(self) -> int:
        """Number of radial weights of an edge."""
        return self.all[-1].weights.stop

    def of_degree(self, l: int) -> np.ndarray:
        """The places of the radial weights of a degree."""
        slices = [path.weights for path in self.all if path.l == l]
        return np.concatenate([np.arange(s.start, s.stop) for s in slices] or [np.arange(0)])

    def split(
        self, weights: Float[Array, "... n_weights"], l: int | None = None
    ) -> list[Float[Array, "... channels"]]:
        """Radial weights path by path; with a degree, its weights by its paths.

        Split, not sliced: the transpose of a slice pads, once for every path.
        """
        chosen = [path for path in self.all if l is None or path.l == l]
        stops = [(path.weights if l is None else path.within_l).stop for path in chosen]
        return jnp.split(weights, stops[:-1], axis=-1) if chosen else []

    @property
    def channels(self) -> tuple[int, ...]:
        """For each output irrep the number of channels its paths bring together."""
        return tuple(
            max(path.channels.stop for path in self.all if path.i_out == i_out)
            for i_out in range(len(self.irreps_out))
        )

    def coupling(self, path: Path, dtype: np.dtype) -> Float[Array, "components harmonics out"]:
        """Clebsch-Gordan coefficients, normalised so that components keep their size."""
        degrees = (self.irreps_in[path.i_in].ir.l, path.l, self.irreps_out[path.i_out].ir.l)
        return jnp.asarray(_coupling(*degrees), dtype)

    def block(self, i_in: int) -> Block:
        """All paths from one irrep of the features, their output components in a row."""
        paths = [path for path in self.all if path.i_in == i_in]
        mul, ir_in = self.irreps_in[i_in]
        dims = [self.irreps_out[path.i_out].ir.dim for path in paths]
        ends = np.cumsum([0, *dims])
        coupling = np.zeros(((self.lmax + 1) ** 2, ends[-1], ir_in.dim))
        weights = np.zeros((ends[-1], mul), int)
        for path, first, last in zip(paths, ends[:-1], ends[1:], strict=True):
            c = _coupling(ir_in.l, path.l, self.irreps_out[path.i_out].ir.l)
            coupling[degree(path.l), first:last] = c.transpose(1, 2, 0)
            weights[first:last] = np.arange(path.weights.start, path.weights.stop)
        rows = [slice(*pair) for pair in pairwise(ends)]
        return Block(paths, rows, coupling, weights)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """:meth:`block` of every irrep of the features."""
        return tuple(self.block(i) for i in range(len(self.irreps_in)))

    def by_output(self, blocks: Features) -> Features:
        """From arrays (..., rows, channels) of the blocks to one array an output irrep."""
        together: list[list[Array]] = [[] for _ in self.irreps_out]
        for path in self.all:
            block = self.blocks[path.i_in]
            rows = block.rows[block.paths.index(path)]
            together[path.i_out].append(blocks[path.i_in][..., rows, :])
        return [jnp.concatenate(side, axis=-1) for side in together]

    def by_input(self, collected: Features) -> Features:
        """The transpose of :meth:`by_output`."""
        shape, dtype = collected[0].shape[:-2], collected[0].dtype
        return [
            jnp.concatenate(
                [
                    jnp.zeros((*shape, 0, mul), dtype),  # an irrep may have no path at all
                    *(collected[path.i_out][..., path.channels] for path in block.paths),
                ],
                axis=-2,
            )
            for block, (mul, _) in zip(self.blocks, self.irreps_in, strict=True)
        ]

    def joined(self, parts: list[Float[Array, "... channels"]]) -> Features:
        """What single paths bring, side by side for each output irrep."""
        together: list[list[Array]] = [[] for _ in self.irreps_out]
        for path, part in zip(self.all, parts, strict=True):
            together[path.i_out].append(part)
        return [jnp.concatenate(side, axis=-1) for side in together]


@lru_cache(maxsize=256)
def _coupling(l1: int, l2: int, l3: int) -> np.ndarray:
    with jax.ensure_compile_time_eval():
        return np.asarray(e3nn.clebsch_gordan(l1, l2, l3), float) * np.sqrt(2 * l3 + 1)


def degree(l: int) -> slice:
    """Where the harmonics of degree l stand."""
    return slice(l * l, (l + 1) ** 2)


def harmonics(vectors: Float[Array, "edges 3"], lmax: int) -> Float[Array, "edges harmonics"]:
    """Real spherical harmonics of the directions, l = 0 ... lmax, components of mean square 1."""
    return e3nn.spherical_harmonics(
        e3nn.s2_irreps(lmax), vectors, normalize=True, normalization="component"
    ).array


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
