"""Trained models of mace-torch (``.model`` files), without torch.

The format is the pickled module tree of mace-torch 0.3 (``mace/modules``, e3nn's modules inside).
Every module class is known by name, and every option that changes the energy is either translated
into :class:`~engine.potentials.mace.MACEConfig` or refused: a model is computed as it was trained,
or not at all. Numbers that the file holds (couplings U, the factor of normalised activations,
covalent radii, basis frequencies) are taken from it, for a float32 model holds them rounded;
normalisations are multiplied into the weights in double precision.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import e3nn_jax as e3nn
import numpy as np
from jaxtyping import Float

from engine.potentials.checkpoints.mace_torch_options import (
    BASES,
    INTERACTIONS,
    LINEAR_READOUT,
    MODELS,
    NONLINEAR_READOUT,
    SILU,
    basis_numbers,
    check_root,
    configuration,
    head_number,
    masked_heads,
)
from engine.potentials.checkpoints.torch_modules import (
    Module,
    irreps,
    linear,
    linear_by_species,
    refused,
)
from engine.potentials.checkpoints.torch_pickle import read_torch_objects
from engine.potentials.convolution.paths import Paths
from engine.potentials.mace import SCALAR, mace_potential
from engine.potentials.mace.config import MACEConfig
from engine.potentials.mace.symmetric_contraction import symmetrise
from engine.potentials.potential import Potential

_CLASSES = frozenset(
    {
        *MODELS,
        *INTERACTIONS,
        *BASES,
        LINEAR_READOUT,
        NONLINEAR_READOUT,
        "mace.modules.blocks.AtomicEnergiesBlock",
        "mace.modules.blocks.EquivariantProductBasisBlock",
        "mace.modules.blocks.LinearNodeEmbeddingBlock",
        "mace.modules.blocks.RadialEmbeddingBlock",
        "mace.modules.blocks.ScaleShiftBlock",
        "mace.modules.irreps_tools.reshape_irreps",
        "mace.modules.radial.AgnesiTransform",
        "mace.modules.radial.PolynomialCutoff",
        "mace.modules.radial.SoftTransform",
        "mace.modules.radial.ZBLBasis",
        "mace.modules.symmetric_contraction.Contraction",
        "mace.modules.symmetric_contraction.SymmetricContraction",
        "e3nn.math._normalize_activation.normalize2mom",
        "e3nn.nn._activation.Activation",
        "e3nn.nn._fc.FullyConnectedNet",
        "e3nn.nn._fc._Layer",
        "e3nn.o3._irreps.Irrep",
        "e3nn.o3._irreps.Irreps",
        "e3nn.o3._irreps._MulIr",
        "e3nn.o3._linear.Instruction",
        "e3nn.o3._linear.Linear",
        "e3nn.o3._spherical_harmonics.SphericalHarmonics",
        "e3nn.o3._tensor_product._instruction.Instruction",
        "e3nn.o3._tensor_product._sub.FullyConnectedTensorProduct",
        "e3nn.o3._tensor_product._tensor_product.TensorProduct",
        "numpy.dtype",
        "torch.Size",
        "torch.device",
        "torch.nn.modules.container.ModuleList",
        "torch.nn.modules.container.ParameterList",
    }
)
_NAMES = frozenset({*SILU, "torch.float32", "torch.float64"})
# Compiled forms of contractions whose definition is known: kept as records, never looked at.
_IGNORED = ("torch.fx.",)


def load_mace_torch(path: str | Path, head: str | None = None) -> Potential:
    """A model of mace-torch as a potential; see :func:`read_mace_torch`."""
    config, parameters, _, about = read_mace_torch(path, head)
    return mace_potential(
        config, parameters, Path(path).stem, f"mace-torch model, {about['class']}"
    )


def read_mace_torch(
    path: str | Path, head: str | None = None
) -> tuple[MACEConfig, dict[str, Any], tuple[int, ...], dict[str, Any]]:
    """Read a ``.model`` file of mace-torch.

    Parameters
    ----------
    head : which of several sets of energies to use; needed if there are several.

    Returns
    -------
    configuration; parameters, as numpy arrays in the precision of the file; atomic numbers of its
    elements; and what else the file says of itself (class, heads, head, dtype).

    Raises
    ------
    PhonoscopeError
        if the file cannot be read, has an option that is not covered, or has no such head.
    """
    root = Module(read_torch_objects(path, _CLASSES, _NAMES, _IGNORED), "model")
    check_root(root)
    heads = list(root.option("heads") or ["Default"])
    n_head = head_number(heads, head)
    interactions = root.child("interactions").children()
    products = root.child("products").children()
    config = configuration(root, interactions, products, n_head)

    params: dict[str, Any] = {
        "embedding": linear(root.child("node_embedding").child("linear"))[SCALAR]
    }
    numbers, trained = basis_numbers(root.child("radial_embedding").child("bessel_fn"))
    constants: dict[str, Any] = {
        "basis": {name: value for name, value in numbers.items() if name not in trained}
    }
    if trained:
        params["basis"] = {name: numbers[name] for name in trained}
    for layer, (interaction, product) in enumerate(zip(interactions, products, strict=True)):
        params[f"interaction_{layer}"] = _interaction(interaction, config, layer)
        contraction, couplings = _contraction(product, config.correlation[layer])
        params[f"product_{layer}"] = {
            "contraction": contraction,
            "linear": _by_name(linear(product.child("linear"))),
        }
        constants[f"product_{layer}"] = {"contraction": couplings}
    readouts = root.child("readouts").children()
    first = config.layers - len(readouts)
    if first < 0 or (first and len(readouts) != 1):
        raise refused("model.readouts", f"are {len(readouts)} for {config.layers} layers")
    for layer, readout in enumerate(readouts, start=first):
        params[f"readout_{layer}"] = _readout(readout, n_head, len(heads))
    about = {
        "class": root.kind.rsplit(".", 1)[1],
        "interactions": [block.kind.rsplit(".", 1)[1] for block in interactions],
        "heads": heads,
        "head": heads[n_head],
        "dtype": str(root.child("node_embedding").child("linear").array("weight").dtype),
    }
    return config, {"params": params, "constants": constants}, config.elements, about


def _by_name(matrices: dict[e3nn.Irrep, np.ndarray]) -> dict[str, np.ndarray]:
    return {str(ir): matrix for ir, matrix in matrices.items()}


def _interaction(block: Module, config: MACEConfig, layer: int) -> dict[str, Any]:
    """Parameters of one interaction block."""
    block.only(
        parts={
            "linear_up",
            "conv_tp",
            "conv_tp_weights",
            "linear",
            "skip_tp",
            "reshape",
            "density_fn",
        },
        attributes={
            "node_attrs_irreps",
            "node_feats_irreps",
            "edge_attrs_irreps",
            "edge_feats_irreps",
            "target_irreps",
            "hidden_irreps",
            "edge_irreps",
            "avg_num_neighbors",
            "radial_MLP",
        },
    )
    network = _network(block.child("conv_tp_weights"))
    mix = linear(block.child("linear"))
    params: dict[str, Any] = {f"radial_{i}": weights for i, weights in enumerate(network[:-1])}
    params["radial_last"] = network[-1] * _path_factors(block, config, layer)
    params |= {f"mix_{ir}": matrix for ir, matrix in mix.items()}
    params["up"] = _by_name(linear(block.child("linear_up")))
    params["skip"] = _by_name(linear_by_species(block.child("skip_tp")))
    if block.has("density_fn") != config.density[layer]:
        raise refused(block.place, "has a density where its class has none, or the reverse")
    if config.density[layer]:
        (params["density"],) = _network(block.child("density_fn"))
    return params


def _network(module: Module) -> list[Float[np.ndarray, "fan_in fan_out"]]:
    """Weights of a fully connected network of e3nn, scaled as it scales them."""
    weights = []
    for number, layer in enumerate(module.children()):
        layer.only(parts={"act"}, attributes={"h_in", "h_out", "var_in", "var_out", "act"})
        if layer.option("var_in") != 1 or layer.option("var_out") != 1:
            raise refused(layer.place, "scales its input or output")
        if layer.has("act") == (number == len(module.children()) - 1):
            raise refused(layer.place, "has an activation in another place than expected")
        matrix = layer.array("weight").astype(float)
        weights.append(matrix / len(matrix) ** 0.5)
    return weights


def _path_factors(block: Module, config: MACEConfig, layer: int) -> Float[np.ndarray, " weights"]:
    """What the weights of a convolution's paths are multiplied by in our normalisation.

    Raises
    ------
    PhonoscopeError
        if the products are others, or in another order, than ours.
    """
    product = block.child("conv_tp")
    sent = irreps(product.option("irreps_in1"), product.place)
    harmonics = irreps(product.option("irreps_in2"), product.place)
    targets = irreps(product.option("irreps_out"), product.place)
    ours = Paths(sent, config.message_targets(sent), config.l_max)
    expected = [(path.i_in, path.l, ours.irreps_out[path.i_out].ir) for path in ours.all]
    found: list[tuple[int, int, e3nn.Irrep]] = []
    factors: list[np.ndarray] = []
    for i_in, i_harmonic, i_out, mode, has_weight, path_weight, shape in (
        instruction.args for instruction in product.option("instructions")
    ):
        l, ir = harmonics[i_harmonic].ir.l, targets[i_out].ir
        found.append((i_in, l, ir))
        if mode != "uvu" or not has_weight or i_out != len(factors):
            raise refused(product.place, f"has a path of mode {mode} to output {i_out}")
        # Vectors point from the sender to the receiver there, which turns odd harmonics round.
        factor = (-1) ** l * path_weight / ir.dim**0.5
        factors.append(np.full(shape[0], factor))
    if found != expected:
        raise refused(product.place, "has other products of features and harmonics than expected")
    return np.concatenate(factors)


def _contraction(
    product: Module, correlation: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Weights and couplings of a product block, by order and irrep."""
    product.only(
        parts={"symmetric_contractions", "linear"}, attributes={"use_sc", "use_agnostic_product"}
    )
    block = product.child("symmetric_contractions")
    targets = irreps(block.option("irreps_out"), block.place)
    weights, couplings = {}, {}
    for (_, ir), part in zip(targets, block.child("contractions").children(), strict=True):
        if part.option("correlation") != correlation:
            raise refused(part.place, "has another correlation than the rest")
        for order in range(1, correlation + 1):
            u = part.array(f"U_matrix_{order}").astype(float)
            couplings[f"U_{order}_{ir}"] = symmetrise(u[None] if ir.l == 0 else u)
            if order == correlation:
                values = part.array("weights_max")
            else:  # from the second highest order down
                values = part.child("weights").array(str(correlation - 1 - order))
            weights[f"weights_{order}_{ir}"] = values.astype(float)
    return weights, couplings


def _readout(readout: Module, head: int, n_heads: int) -> dict[str, Any]:
    """Parameters of one readout, for one head."""
    if readout.kind == LINEAR_READOUT:
        readout.only(parts={"linear"})
        return {"out": {"0e": linear(readout.child("linear"))[SCALAR][:, [head]]}}
    readout.only(
        parts={"linear_1", "non_linearity", "linear_2"}, attributes={"hidden_irreps", "num_heads"}
    )
    hidden = linear(readout.child("linear_1"))[SCALAR]
    out = linear(readout.child("linear_2"))[SCALAR]
    n = masked_heads(readout, n_heads)
    if n > 1:  # the hidden scalars of the other heads are masked
        mine = np.arange(hidden.shape[1]).reshape(n, -1)[head]
        hidden, out = hidden[:, mine], out[mine]
    return {"hidden": {"0e": hidden}, "out": {"0e": out[:, [head]]}}
