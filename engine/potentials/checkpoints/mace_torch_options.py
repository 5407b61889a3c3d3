"""The options of a mace-torch model: each translated, or refused by name."""

from __future__ import annotations

from dataclasses import replace

import e3nn_jax as e3nn
import numpy as np

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.torch_modules import Module, irreps, refused, silu_factor
from engine.potentials.mace.config import MACEConfig
from engine.potentials.mace.radial import Agnesi, Soft
from engine.potentials.mace.zbl import DECAYS, Repulsion

INTERACTIONS = {  # class: (residual, density)
    "mace.modules.blocks.RealAgnosticInteractionBlock": (False, False),
    "mace.modules.blocks.RealAgnosticResidualInteractionBlock": (True, False),
    "mace.modules.blocks.RealAgnosticDensityInteractionBlock": (False, True),
    "mace.modules.blocks.RealAgnosticDensityResidualInteractionBlock": (True, True),
}
BASES = {
    "mace.modules.radial.BesselBasis": "bessel",
    "mace.modules.radial.GaussianBasis": "gaussian",
    "mace.modules.radial.ChebychevBasis": "chebyshev",
}
MODELS = ("mace.modules.models.MACE", "mace.modules.models.ScaleShiftMACE")
LINEAR_READOUT = "mace.modules.blocks.LinearReadoutBlock"
NONLINEAR_READOUT = "mace.modules.blocks.NonLinearReadoutBlock"
SILU = frozenset({"torch.nn.functional.silu"})


def head_number(heads: list[str], head: str | None) -> int:
    """Place of the head to use.

    Raises
    ------
    PhonoscopeError
        if it does not exist, or none is named where there are several.
    """
    if head is None and len(heads) == 1:
        return 0
    if head in heads:
        return heads.index(head)
    raise PhonoscopeError(
        "The model has several heads" if head is None else f"The model has no head '{head}'",
        "each gives the energies of another method of calculation",
        f"Choose one of: {', '.join(heads)}.",
    )


def check_root(root: Module) -> None:
    """Refuse other models than MACE's energies, and options of the whole that are not covered."""
    if root.kind not in MODELS:
        raise refused(root.place, f"is {root.kind}")
    root.only(
        parts={
            "node_embedding",
            "radial_embedding",
            "spherical_harmonics",
            "atomic_energies_fn",
            "interactions",
            "products",
            "readouts",
            "scale_shift",
            "pair_repulsion_fn",
        },
        attributes={
            "heads",
            "lammps_mliap",  # how it is called, not what it computes
            "apply_cutoff",
            "edge_irreps",
            "use_reduced_cg",  # which basis of couplings; they are in the file
            "use_agnostic_product",
            "use_last_readout_only",
            "use_edge_irreps_first",
            "pair_repulsion",
        },
    )
    harmonics = root.child("spherical_harmonics")
    degrees = irreps(harmonics.option("irreps_out"), harmonics.place)
    natural = e3nn.Irreps.spherical_harmonics(degrees.lmax)
    if degrees != natural or harmonics.option("normalization") != "component":
        raise refused(harmonics.place, f"are {degrees}, {harmonics.option('normalization')}")
    if harmonics.option("normalize") is not True:
        raise refused(harmonics.place, "are not normalised")
    if (root.kind == MODELS[1]) != root.has("scale_shift"):
        raise refused(root.place, "has scale_shift where its class has not, or the reverse")


def configuration(
    root: Module, interactions: list[Module], products: list[Module], head: int
) -> MACEConfig:
    """Options of the file, each in its place or refused."""
    elements = tuple(int(number) for number in root.array("atomic_numbers"))
    embedding = root.child("radial_embedding")
    embedding.only(
        parts={"bessel_fn", "distance_transform", "cutoff_fn"},
        attributes={"out_dim", "apply_cutoff"},
    )
    cutoff, p = root.number("r_max"), embedding.child("cutoff_fn").number("p")
    if embedding.child("cutoff_fn").number("r_max") != cutoff:
        raise refused(embedding.place, "cuts off at another distance than the model")
    basis = embedding.child("bessel_fn")
    if basis.kind not in BASES:
        raise refused(basis.place, f"is {basis.kind}")
    kinds = [INTERACTIONS.get(block.kind) for block in interactions]
    for block, kind in zip(interactions, kinds, strict=True):
        if kind is None:
            raise refused(block.place, f"is {block.kind}")
    hidden = [_target_irreps(product) for product in products]
    readouts = root.child("readouts").children()
    numbers, trained = basis_numbers(basis)
    config = MACEConfig(
        elements=elements,
        cutoff_A=cutoff,
        hidden_irreps=str(hidden[0]),
        message_irreps=tuple(
            str(irreps(block.child("linear_up").option("irreps_out"), block.place))
            for block in interactions
        ),
        layers=len(interactions),
        l_max=irreps(root.child("spherical_harmonics").option("irreps_out"), "").lmax,
        correlation=tuple(_contractions(product)[0].option("correlation") for product in products),
        residual=tuple(kind[0] for kind in kinds if kind),
        density=tuple(kind[1] for kind in kinds if kind),
        average_neighbours=tuple(float(b.option("avg_num_neighbors")) for b in interactions),
        radial_basis=BASES[basis.kind],
        basis_size=numbers["places"].size,
        train_basis=bool(trained),
        envelope_power=int(p),
        envelope_on_basis=bool(embedding.option("apply_cutoff", True)),
        radial_mlp=_widths(interactions[0].child("conv_tp_weights")),
        readout_width=_readout_width(readouts[-1], len(root.option("heads") or [""])),
        last_readout_only=len(readouts) < len(interactions),
        keep_last_irreps=len(hidden[-1]) == len(hidden[0]),
        species_in_products=not products[0].option("use_agnostic_product", False),
        activation_factor=_activation_factor(interactions, readouts),
    )
    for number, (block, product) in enumerate(zip(interactions, products, strict=True)):
        if hidden[number] != config.irreps_after(number):
            raise refused(product.place, f"gives {hidden[number]} after {hidden[0]}")
        if _widths(block.child("conv_tp_weights")) != config.radial_mlp:
            raise refused(block.place, "has another radial network than the first")
        if bool(product.option("use_agnostic_product", False)) == config.species_in_products:
            raise refused(product.place, "depends on elements in another way than the first")
    return _with_energies(root, config, head)


def _with_energies(root: Module, config: MACEConfig, head: int) -> MACEConfig:
    """The configuration with reference energies, scale, shift, transform and repulsion."""
    energies = np.atleast_2d(root.child("atomic_energies_fn").array("atomic_energies"))[head]
    config = replace(config, atomic_energies_eV=tuple(map(float, energies)))
    if root.has("scale_shift"):
        block = root.child("scale_shift")
        scale, shift = (np.atleast_1d(block.array(name))[head] for name in ("scale", "shift"))
        config = replace(config, scale=float(scale), shift_eV=float(shift))
    radii = []
    embedding = root.child("radial_embedding")
    if embedding.has("distance_transform"):
        transform = embedding.child("distance_transform")
        radii.append(transform.array("covalent_radii"))
        if transform.kind == "mace.modules.radial.AgnesiTransform":
            agnesi = Agnesi(**{name: transform.number(name) for name in ("a", "q", "p")})
            config = replace(config, distance_transform=agnesi)
        elif transform.kind == "mace.modules.radial.SoftTransform":
            config = replace(config, distance_transform=Soft(transform.number("alpha")))
        else:
            raise refused(transform.place, f"is {transform.kind}")
    if root.has("pair_repulsion_fn"):
        zbl = root.child("pair_repulsion_fn")
        weights = tuple(map(float, zbl.array("c")))
        if len(weights) != len(DECAYS):
            raise refused(zbl.place, f"has {len(weights)} exponentials")
        radii.append(zbl.array("covalent_radii"))
        repulsion = Repulsion(
            power=int(zbl.number("p")),
            length=zbl.number("a_prefactor"),
            exponent=zbl.number("a_exp"),
            weights=weights,
        )
        config = replace(config, repulsion=repulsion)
    if radii:
        if any(not np.array_equal(each, radii[0]) for each in radii):
            raise refused(root.place, "has two sets of covalent radii")
        mine = radii[0][list(config.elements)]
        config = replace(config, covalent_radii_A=tuple(map(float, mine)))
    return config


def basis_numbers(module: Module) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Places and factor of the radial functions, and which of them are trained."""
    kind = BASES[module.kind]
    if kind == "bessel":
        places, factor = "bessel_weights", module.array("prefactor")
    elif kind == "gaussian":
        places, factor = "gaussian_weights", np.array(float(module.option("coeff")))
    else:
        places, factor = "n", np.array(1.0)
        if not np.array_equal(module.array("n").ravel(), 1 + np.arange(module.array("n").size)):
            raise refused(module.place, "has other degrees than 1, 2, ...")
    numbers = {"places": module.array(places).ravel(), "factor": factor}
    return numbers, ("places",) if module.trains(places) else ()


def _target_irreps(product: Module) -> e3nn.Irreps:
    """Irreps that a product block gives: the same number of channels for each."""
    contraction = product.child("symmetric_contractions")
    found = irreps(contraction.option("irreps_out"), contraction.place)
    natural = all(ir.p == (-1) ** ir.l for _, ir in found)
    if len({mul for mul, _ in found}) != 1 or found[0].ir != "0e" or not natural:
        raise refused(contraction.place, f"gives {found}")
    return found


def _contractions(product: Module) -> list[Module]:
    return product.child("symmetric_contractions").child("contractions").children()


def _widths(network: Module) -> tuple[int, ...]:
    """Hidden widths of a radial network."""
    if network.kind != "e3nn.nn._fc.FullyConnectedNet":
        raise refused(network.place, f"is {network.kind}")
    return tuple(int(layer.option("h_out")) for layer in network.children()[:-1])


def _readout_width(readout: Module, n_heads: int) -> int:
    """Hidden scalars of the last readout that one head uses; 0 if it is linear."""
    if readout.kind == LINEAR_READOUT:
        return 0
    if readout.kind != NONLINEAR_READOUT:
        raise refused(readout.place, f"is {readout.kind}")
    hidden = irreps(readout.option("hidden_irreps"), readout.place)
    if any(ir != "0e" for _, ir in hidden):
        raise refused(readout.place, f"has hidden irreps {hidden}")
    return hidden.dim // masked_heads(readout, n_heads)


def masked_heads(readout: Module, n_heads: int) -> int:
    """Number of heads that share the hidden scalars; older files do not share them."""
    n = int(readout.option("num_heads", 1))
    if n not in (1, n_heads):
        raise refused(readout.place, f"has {n} heads in a model of {n_heads}")
    return n


def _activation_factor(interactions: list[Module], readouts: list[Module]) -> float:
    """The one factor of all normalised silu functions."""
    functions = []
    for block in interactions:
        functions += [
            layer.child("act") for layer in block.child("conv_tp_weights").children()[:-1]
        ]
    for readout in readouts:
        if readout.kind == NONLINEAR_READOUT:
            functions += readout.child("non_linearity").child("acts").children()
    factors = {silu_factor(function, SILU) for function in functions}
    if len(factors) != 1:
        raise refused("model", f"has activations of different factors {sorted(factors)}")
    return factors.pop()
