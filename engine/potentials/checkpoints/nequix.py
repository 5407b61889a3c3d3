"""Reading nequix checkpoints (``.nqx``): NequIP models trained by T. Koker and T. Smidt's code.

A line of JSON with the configuration, then the weights one after another, each as an array of
NumPy's own format. Nothing in such a file is executed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

import jax
import numpy as np

from engine.errors import PhonoscopeError
from engine.potentials.nequip import NequIPConfig, initial_parameters, nequip
from engine.potentials.potential import Potential

IGNORED = {"kernel"}
"""Keys that name an implementation of the same function."""


def read_nequix(path: Path) -> Potential:
    """A NequIP model from a nequix checkpoint.

    Raises
    ------
    PhonoscopeError
        if the file is not such a checkpoint, is damaged, or its weights do not fit its
        configuration.
    """
    try:
        with path.open("rb") as file:
            config = _config(json.loads(file.readline(4_000_000)))
            shapes = jax.eval_shape(lambda: initial_parameters(config, seed=0))
            weights = _arrays(file)
            parameters = {
                "reference_energies": _next(weights, shapes["reference_energies"].shape),
                **{
                    f"layer_{i}": _layer(weights, shapes[f"layer_{i}"])
                    for i in range(config.n_layers)
                },
                "readout": _in_order(weights, shapes["readout"]),
            }
            if next(weights, None) is not None:
                raise ValueError("it holds more weights than its configuration names")
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise PhonoscopeError(
            f"{path} cannot be read as a nequix checkpoint",
            str(error) if not isinstance(error, KeyError) else f"its configuration lacks {error}",
            "Fetch the file again, or check that it is a .nqx file of nequix.",
        ) from error
    return nequip(config, parameters, path.stem, "nequix checkpoint; T. Koker, T. Smidt (2025)")


def _config(table: dict[str, Any]) -> NequIPConfig:
    return NequIPConfig(
        atomic_numbers=tuple(table["atomic_numbers"]),
        cutoff_A=float(table["cutoff"]),
        n_layers=table["n_layers"],
        hidden_irreps=table["hidden_irreps"],
        lmax=table["lmax"],
        n_basis=table["radial_basis_size"],
        radial_width=table["radial_mlp_size"],
        radial_layers=table["radial_mlp_layers"],
        envelope_p=float(table["radial_polynomial_p"]),
        average_neighbours=float(table["avg_n_neighbors"]),
        skip_per_species=table["index_weights"],
        layer_norm=table["layer_norm"],
        scale_eV=float(table["scale"]),
        shift_eV=float(table["shift"]),
        radial_init_scale=float(table["mlp_init_scale"]),
    )


def _arrays(file: BufferedReader) -> Iterator[np.ndarray]:
    while file.peek(1).strip():  # some files end with a line break
        array = np.load(file, allow_pickle=False)
        if array.ndim > 0:  # some files also hold single numbers, which are no weights
            yield array


def _next(weights: Iterator[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    array = next(weights, None)
    if array is None:
        raise ValueError("it ends before all of its weights")
    if array.shape != shape:
        raise ValueError(f"a weight has shape {array.shape} where {shape} was expected")
    return array


def _in_order(weights: Iterator[np.ndarray], shapes: dict[str, Any]) -> dict[str, np.ndarray]:
    return {name: _next(weights, shape.shape) for name, shape in shapes.items()}


def _layer(weights: Iterator[np.ndarray], shapes: dict[str, Any]) -> dict[str, Any]:
    """Weights of a layer, in the order of the file: radial, linear 1 and 2, skip, norm."""
    direct = {name: shape for name, shape in shapes.items() if hasattr(shape, "shape")}
    radial = {name: direct[name] for name in direct if name.startswith("radial")}
    linear_2 = {name: direct[name] for name in direct if name.startswith("linear_2")}
    layer: dict[str, Any] = _in_order(weights, radial)
    layer["linear_1"] = _in_order(weights, shapes["linear_1"])
    layer |= _in_order(weights, linear_2)
    layer["skip"] = _in_order(weights, shapes["skip"])
    if "norm" in shapes:
        layer["norm"] = _in_order(weights, shapes["norm"])
    return layer
