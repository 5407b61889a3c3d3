"""The hyper-parameters of MACE."""

from __future__ import annotations

from dataclasses import dataclass

import e3nn_jax as e3nn
import flax.linen as nn
import jax.numpy as jnp
import numpy as np
from ase.data import covalent_radii
from jaxtyping import Array, Float, Int

from engine.potentials.mace.radial import DistanceTransform
from engine.potentials.mace.zbl import Repulsion

SILU_NORMALISATION = 1.679176792398942
"""1 / sqrt(<silu(x)^2>) for normally distributed x, so that activations keep their variance."""


@dataclass(frozen=True)
class MACEConfig:
    """Everything that fixes the form of a model, as opposed to its learnt numbers.

    Attributes
    ----------
    elements : atomic numbers it covers, in the order of its per-element weights.
    cutoff_A : neighbours are atoms closer than this, in angstrom.
    hidden_irreps : of the features between layers; one number of channels for all. The last layer
        keeps the scalars only, unless ``keep_last_irreps``.
    message_irreps : of the features that are sent, for each layer; (): those of its input.
    layers : number of interactions.
    l_max : highest degree of the spherical harmonics and of A.
    correlation : highest order of the products, for each layer.
    residual : for each layer, whether skip adds the layer's input to its output (True), or the
        per-element weights act on A instead (False).
    density : for each layer, whether messages are divided by 1 + a learnt density of neighbours
        (True) or by ``average_neighbours`` (False).
    average_neighbours : N of equation 8, for each layer.
    radial_basis, basis_size : bessel, gaussian or chebyshev, and how many.
    train_basis : whether frequencies or centres are learnt.
    distance_transform : applied before the basis, see :mod:`engine.potentials.mace.radial`.
    envelope_power : p of the polynomial that cuts off.
    envelope_on_basis : whether it multiplies the basis (True) or the radial weights (False).
    radial_mlp : widths of the hidden layers of the radial network.
    readout_width : hidden scalars of the last readout; 0: it is linear.
    last_readout_only : read out only the last layer.
    species_in_products : whether the weights of the products depend on the element.
    atomic_energies_eV : E_0 of each element.
    scale, shift_eV : of the sum of readouts, and of the repulsion with them.
    repulsion : Ziegler-Biersack-Littmark, or None.
    covalent_radii_A : of each element, for transform and repulsion; (): ase's.
    activation_factor : that normalises silu.
    """

    elements: tuple[int, ...]
    cutoff_A: float
    hidden_irreps: str = "128x0e + 128x1o"
    message_irreps: tuple[str, ...] = ()
    layers: int = 2
    l_max: int = 3
    correlation: tuple[int, ...] = (3, 3)
    residual: tuple[bool, ...] = (False, True)
    density: tuple[bool, ...] = (False, False)
    average_neighbours: tuple[float, ...] = (1.0, 1.0)
    radial_basis: str = "bessel"
    basis_size: int = 8
    train_basis: bool = False
    distance_transform: DistanceTransform | None = None
    envelope_power: int = 5
    envelope_on_basis: bool = True
    radial_mlp: tuple[int, ...] = (64, 64, 64)
    readout_width: int = 16
    last_readout_only: bool = False
    keep_last_irreps: bool = False
    species_in_products: bool = True
    atomic_energies_eV: tuple[float, ...] = ()
    scale: float = 1.0
    shift_eV: float = 0.0
    repulsion: Repulsion | None = None
    covalent_radii_A: tuple[float, ...] = ()
    activation_factor: float = SILU_NORMALISATION

    @property
    def channels(self) -> int:
        """Channels of each irrep."""
        return e3nn.Irreps(self.hidden_irreps)[0].mul

    def irreps_after(self, layer: int) -> e3nn.Irreps:
        """Irreps of the features that a layer returns; only energies are wanted of the last."""
        irreps = e3nn.Irreps(self.hidden_irreps)
        last = layer == self.layers - 1 and not self.keep_last_irreps
        return irreps.filter("0e") if last else irreps

    def message_targets(self, irreps: e3nn.Irreps) -> e3nn.Irreps:
        """Irreps of A that products of such features with harmonics lead to."""
        harmonics = e3nn.s2_irreps(self.l_max)
        reached = {out for _, ir in irreps for _, harmonic in harmonics for out in ir * harmonic}
        return e3nn.Irreps([(self.channels, ir) for _, ir in harmonics if ir in reached])

    def activation(self, x: Float[Array, "..."]) -> Float[Array, "..."]:
        """silu, scaled to keep the mean square of normally distributed numbers."""
        return self.activation_factor * nn.silu(x)

    def radii(self) -> Float[np.ndarray, " species"]:
        """Covalent radius of each element in angstrom."""
        return np.array(self.covalent_radii_A or covalent_radii[list(self.elements)])

    def species_of(self, numbers: Int[Array, " atoms"]) -> Int[Array, " atoms"]:
        """Place of each atomic number in ``elements``."""
        table = np.zeros(120, np.int32)
        table[list(self.elements)] = np.arange(len(self.elements))
        return jnp.asarray(table)[numbers]
