"""Make the reference models beside this file, with mace-torch itself.

Not part of the tests: it needs torch and mace-torch 0.3.16 in an environment of their own,

    TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 python make.py

(e3nn 0.4.4 loads its own constants in a way that torch now warns of) and writes, for each
combination of options, a model with random weights as mace-torch saves it (compressed) and what
mace-torch computes with it, in double precision.
"""

from __future__ import annotations

import io
import json
import lzma
import sys
from pathlib import Path

import numpy as np
import torch
from ase import Atoms
from e3nn import o3
from mace import __version__, data, modules
from mace.modules.radial import BesselBasis
from mace.tools import torch_geometric, utils

HERE = Path(__file__).parent
ELEMENTS = [8, 14]
ATOMS = Atoms(
    "SiO2",
    positions=[[0.0, 0.1, 0.0], [1.6, 0.2, -0.1], [-0.5, 1.5, 0.3]],
    cell=[[4.1, 0.2, 0.0], [0.0, 3.9, 0.3], [-0.3, 0.0, 4.3]],
    pbc=True,
)
PLAIN = "RealAgnosticInteractionBlock"
RESIDUAL = "RealAgnosticResidualInteractionBlock"
DENSITY = "RealAgnosticDensityInteractionBlock"
DENSITY_RESIDUAL = "RealAgnosticDensityResidualInteractionBlock"

VARIANTS: dict[str, dict] = {
    "mace_residual_gaussian": {
        "class": "MACE",
        "first": RESIDUAL,
        "hidden_irreps": "4x0e+4x1o+4x2e",
        "radial_type": "gaussian",
        "correlation": 3,
        "pair_repulsion": True,
    },
    "two_heads_agnesi": {
        "first": DENSITY,
        "other": DENSITY_RESIDUAL,
        "heads": ["pbe", "r2scan"],
        "distance_transform": "Agnesi",
        "atomic_energies": [[-2.0, -1.5], [-3.0, -2.5]],
        "scale": [0.8, 1.3],
        "shift": [0.1, -0.2],
    },
    "soft_cutoff_on_weights_zbl": {
        "first": DENSITY_RESIDUAL,
        "other": DENSITY_RESIDUAL,
        "distance_transform": "Soft",
        "apply_cutoff": False,
        "pair_repulsion": True,
    },
    "float32_plain": {
        "dtype": "float32",
        "distance_transform": "Agnesi",
        "pair_repulsion": True,
        "apply_cutoff": False,
    },
    "three_layers_agnostic": {
        "num_interactions": 3,
        "correlation": [2, 3, 1],
        "use_agnostic_product": True,
        "use_last_readout_only": True,
        "keep_last_layer_irreps": True,
    },
    "three_layers_edge_irreps": {
        "num_interactions": 3,
        "num_polynomial_cutoff": 6,
        "radial_MLP": [8, 6],
        "edge_irreps": "3x0e+2x1o",
        "use_edge_irreps_first": True,
        "train_basis": True,
    },
    "one_layer": {"num_interactions": 1, "max_ell": 3},
    "chebyshev": {"radial_type": "chebyshev", "distance_transform": "Agnesi"},
    # What is refused.
    "refused_nonlinear_interaction": {
        "other": "RealAgnosticResidualNonLinearInteractionBlock",
        "edge_irreps": "4x0e+4x1o",
    },
    "refused_so3": {"use_so3": True},
}


def build(options: dict) -> torch.nn.Module:
    """A model with random weights."""
    options = dict(options)
    kind = options.pop("class", "ScaleShiftMACE")
    energies = options.pop("atomic_energies", [-2.0, -1.5])
    if "edge_irreps" in options:
        options["edge_irreps"] = o3.Irreps(options["edge_irreps"])
    if kind == "ScaleShiftMACE":
        options["atomic_inter_scale"] = options.pop("scale", 0.8)
        options["atomic_inter_shift"] = options.pop("shift", 0.1)
    train_basis = options.pop("train_basis", False)
    model = getattr(modules, kind)(
        interaction_cls_first=modules.interaction_classes[options.pop("first", PLAIN)],
        interaction_cls=modules.interaction_classes[options.pop("other", RESIDUAL)],
        gate=torch.nn.functional.silu,
        hidden_irreps=o3.Irreps(options.pop("hidden_irreps", "4x0e+4x1o")),
        MLP_irreps=o3.Irreps("4x0e"),
        atomic_energies=np.array(energies),
        atomic_numbers=ELEMENTS,
        num_elements=len(ELEMENTS),
        **{
            "r_max": 3.7,
            "num_bessel": 5,
            "num_polynomial_cutoff": 5,
            "max_ell": 2,
            "num_interactions": 2,
            "avg_num_neighbors": 7.5,
            "correlation": 2,
            "radial_MLP": [8],
        }
        | options,
    )
    if train_basis:
        trained = BesselBasis(3.7, 5, trainable=True)
        trained.bessel_weights.data *= 1 + 0.01 * torch.arange(5)
        model.radial_embedding.bessel_fn = trained
    return model


def numbers(model: torch.nn.Module, head: str | None, derivatives: bool) -> dict:
    """What mace-torch computes."""
    heads = model.heads
    config = data.config_from_atoms(ATOMS)
    config.head = head or heads[0]
    table = utils.AtomicNumberTable(ELEMENTS)
    graph = data.AtomicData.from_config(config, z_table=table, cutoff=3.7, heads=heads)
    loader = torch_geometric.dataloader.DataLoader([graph], batch_size=1)
    batch = next(iter(loader)).to_dict()
    out = model(
        batch,
        compute_force=derivatives,
        compute_stress=derivatives,
        compute_hessian=derivatives,
    )
    result = {"energy_eV": out["energy"].item()}
    if derivatives:
        result["forces_eV_A"] = out["forces"].tolist()
        result["stress_eV_A3"] = out["stress"][0].tolist()
        result["hessian_eV_A2"] = out["hessian"].reshape(9, 9).tolist()
    return result


def main() -> None:
    """Write everything."""
    reference = {
        "made_with": f"mace-torch {__version__}, torch {torch.__version__}, random weights",
        "numbers": ATOMS.numbers.tolist(),
        "positions_A": ATOMS.positions.tolist(),
        "cell_A": ATOMS.cell.tolist(),
        "models": {},
    }
    for seed, (name, options) in enumerate(VARIANTS.items()):
        options = dict(options)
        dtype = getattr(torch, options.pop("dtype", "float64"))
        torch.set_default_dtype(dtype)
        torch.manual_seed(seed)
        model = build(options)
        file = io.BytesIO()
        torch.save(model, file)
        (HERE / f"{name}.model.xz").write_bytes(lzma.compress(file.getvalue(), preset=9))
        if name.startswith("refused"):
            continue
        torch.set_default_dtype(torch.float64)
        model = model.double()
        derivatives = name != "chebyshev"  # torch cannot differentiate its polynomials
        reference["models"][name] = {
            head: numbers(model, head, derivatives) for head in model.heads
        }
        print(name, file.getbuffer().nbytes, reference["models"][name][model.heads[0]]["energy_eV"])
    (HERE / "reference.json").write_text(json.dumps(reference))


if __name__ == "__main__":
    sys.exit(main())
