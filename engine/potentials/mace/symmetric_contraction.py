r"""Equivariant polynomials of the features of one atom: MACE's many-body product.

I. Batatia et al., NeurIPS 2022 (arXiv:2206.07697), equations 10 and 11. With A_m the features of
one channel of an atom, m running through all components of all irreps,

    B_M = sum_nu sum_p w_{z,p} sum_{m1..m_nu} U^{p,M}_{m1..m_nu} A_m1 ... A_m_nu ,

U the p-th way to couple nu copies to the irrep whose components are M, z the element.

A product of features does not depend on their order, so that only the part of U that is symmetric
in m1..m_nu counts. It is stored once a monomial A_m1 ... A_m_nu with m1 <= ... <= m_nu (816 of the
4,096 products of order three of l <= 3). The weights meet U first: for derivatives with
respect to positions both are constants, and what is left a column is one small contraction.
"""

from __future__ import annotations

from itertools import combinations_with_replacement, permutations

import e3nn_jax as e3nn
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

Features = dict[e3nn.Irrep, Float[Array, "atoms channels components"]]


class SymmetricContraction(nn.Module):
    """All products up to an order, coupled to some irreps.

    Attributes
    ----------
    irreps_out : wanted; those that no product reaches are left out.
    correlation : highest order of the products.
    n_species : number of sets of weights.
    """

    irreps_out: e3nn.Irreps
    correlation: int
    n_species: int

    @nn.compact
    def __call__(self, features: Features, species: Int[Array, " atoms"]) -> Features:
        """Products of the features of each atom; ``species`` chooses the weights."""
        irreps_in = tuple(features)
        a = jnp.concatenate(list(features.values()), axis=2)
        channels = a.shape[1]
        products = [monomials(a, order) for order in range(1, self.correlation + 1)]
        out: Features = {}
        for _, ir in self.irreps_out:
            for order, product in enumerate(products, start=1):
                u = self.variable(
                    "constants", f"U_{order}_{ir}", coupling, irreps_in, ir, order, a.dtype
                ).value.astype(a.dtype)
                paths = u.shape[2]
                if paths == 0:
                    continue
                weights = self.param(
                    f"weights_{order}_{ir}",
                    nn.initializers.normal(1 / paths),
                    (self.n_species, paths, channels),
                    a.dtype,
                )
                coefficients = jnp.einsum("wmp,npc->ncmw", u, weights[species])
                term = jnp.einsum("ncm,ncmw->ncw", product, coefficients)
                out[ir] = out[ir] + term if ir in out else term
        return out


def monomials(
    a: Float[Array, "atoms channels size"], order: int
) -> Float[Array, "atoms channels monomials"]:
    """All products a_m1 ... a_m_order with m1 <= ... <= m_order."""
    size = a.shape[2]
    indices = _monomial_indices(size, order)
    # Products with 0/1 matrices instead of indexing: the transpose of indexing is a scatter,
    # which is slow where these run.
    one_hot = np.eye(size)
    product = a @ jnp.asarray(one_hot[:, indices[:, 0]], a.dtype)
    for column in indices.T[1:]:
        product = product * (a @ jnp.asarray(one_hot[:, column], a.dtype))
    return product


def _monomial_indices(size: int, order: int) -> Int[np.ndarray, "monomials order"]:
    return np.array(list(combinations_with_replacement(range(size), order))).reshape(-1, order)


def symmetrise(
    u: Float[np.ndarray, "components *size paths"],
) -> Float[np.ndarray, "components monomials paths"]:
    """Couplings of ordered products, summed over all orders of each monomial."""
    order, size = u.ndim - 2, u.shape[1]
    indices = _monomial_indices(size, order)
    total = np.zeros((len(u), len(indices), u.shape[-1]), u.dtype)
    for permuted in {tuple(p) for p in permutations(range(order))}:
        total += u[(slice(None), *indices[:, permuted].T)]
    # Each distinct ordered product once: indices that agree were permuted among themselves.
    repeats = [
        np.prod([np.prod(np.arange(1, n + 1)) for n in np.unique(row, return_counts=True)[1]])
        for row in indices
    ]
    return total / np.array(repeats, u.dtype)[None, :, None]


def coupling(
    irreps_in: tuple[e3nn.Irrep, ...], irrep_out: e3nn.Irrep, order: int, dtype: np.dtype
) -> Float[Array, "components monomials paths"]:
    """An orthonormal basis of the symmetric couplings of ``order`` copies to one irrep."""
    size = sum(ir.dim for ir in irreps_in)
    with jax.ensure_compile_time_eval():
        basis = e3nn.reduced_symmetric_tensor_product_basis(
            e3nn.Irreps([(1, ir) for ir in irreps_in]), order, keep_ir=[irrep_out]
        )
        if basis.irreps.dim == 0:
            return jnp.zeros((irrep_out.dim, len(_monomial_indices(size, order)), 0), dtype)
        (chunk,) = basis.chunks  # (size, ..., size, paths, components)
        return jnp.asarray(symmetrise(np.moveaxis(np.asarray(chunk), -1, 0)), dtype)
