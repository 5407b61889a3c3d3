"""The convolution in every order of its sums, against e3nn's own tensor product."""

import e3nn_jax as e3nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from ase.build import bulk

from engine.graph import neighbour_system
from engine.potentials.convolution import ConvolutionWeights, Paths, convolution, geometry

FEATURES = e3nn.Irreps("5x0e + 2x0o + 3x1o + 2x1e + 2x2e")
OUT = e3nn.Irreps("4x0e + 1x0o + 3x1o + 2x1e + 2x2e")
PATHS = Paths(FEATURES, OUT, lmax=2)
CUTOFF_A, WIDTH = 5.0, 6


def random(seed: int, *shape: int) -> jax.Array:
    return jax.random.normal(jax.random.key(seed), shape, jnp.float64)


def radial(r: jax.Array) -> jax.Array:
    envelope = jnp.where(r < CUTOFF_A, (1 - jnp.minimum(r / CUTOFF_A, 1.0) ** 2) ** 3, 0.0)
    return envelope[:, None] * jnp.cos(jnp.arange(WIDTH) * r[:, None])


WEIGHTS = ConvolutionWeights(
    random(0, WIDTH, PATHS.n_weights),
    tuple(
        random(i, n, mul) for i, (n, (mul, _)) in enumerate(zip(PATHS.channels, OUT, strict=True))
    ),
)


def by_e3nn(system, features: e3nn.IrrepsArray) -> e3nn.IrrepsArray:
    """Gather, tensor product, weights, scatter, linear map: the definition."""
    graph, x = system.graph, system.positions
    vectors = graph.gather(x) - x[graph.receivers] + system.lattice_vectors
    y = e3nn.spherical_harmonics(e3nn.s2_irreps(2), vectors, True, normalization="component")
    messages = e3nn.tensor_product(
        features[graph.senders], y, filter_ir_out=[ir for _, ir in OUT], regroup_output=True
    )
    r = jnp.linalg.norm(vectors, axis=1)
    messages = messages * (radial(r) @ WEIGHTS.radial)
    summed = e3nn.IrrepsArray(messages.irreps, graph.sum_over_edges(messages.array)).regroup()
    chunks = [
        jnp.einsum("uv,num->nvm", mix, x) for mix, x in zip(WEIGHTS.mix, summed.chunks, strict=True)
    ]
    return e3nn.from_chunks(OUT, chunks, (graph.n_atoms,))


@pytest.mark.parametrize("layout", ["pairs", "edges"])
@pytest.mark.parametrize(("a", "images"), [(8.5, "few"), (4.4, "many")])
def test_equals_the_tensor_product_of_e3nn(layout, a, images):
    atoms = bulk("SiC", "zincblende", a=a)
    atoms.positions[1] += [0.1, -0.05, 0.08]
    system = neighbour_system(atoms, CUTOFF_A, layout=layout)
    if layout == "pairs":
        assert (system.graph.images > 4) == (images == "many")
    graph, x = system.graph, system.positions
    vectors = graph.gather(x) - x[graph.receivers] + system.lattice_vectors
    features = e3nn.IrrepsArray(FEATURES, random(9, 2, FEATURES.dim))
    found = convolution(PATHS, WEIGHTS, features, radial, geometry(vectors, 2, graph), graph)
    expected = by_e3nn(system, features)
    assert found.irreps == expected.irreps
    assert np.allclose(found.array, expected.array, rtol=1e-11, atol=1e-11)


def test_an_irrep_without_paths_is_no_obstacle():
    paths = Paths(e3nn.Irreps("2x0e + 3x0o"), e3nn.Irreps("2x0e"), lmax=0)
    assert [path.i_in for path in paths.all] == [0]
    back = paths.by_input([jnp.ones((7, 1, 2))])
    assert [x.shape for x in back] == [(7, 1, 2), (7, 0, 3)]
