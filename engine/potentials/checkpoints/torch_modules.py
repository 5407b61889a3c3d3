"""Modules of torch and e3nn as they stand in a file: arrays, irreps, linear layers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import e3nn_jax as e3nn
import numpy as np
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.torch_pickle import Record

_TORCH_STATE = {"training", "irreps_in", "irreps_out"}


class Module:
    """One module of the tree, with its place in it for messages.

    Parameters
    ----------
    record : the object read.
    place : dotted name from the root.
    """

    def __init__(self, record: Any, place: str) -> None:
        if not isinstance(record, Record):
            raise refused(place, f"is not a module but {type(record).__name__}")
        self.record, self.place, self.kind = record, place, record.kind

    def child(self, name: str) -> Module:
        """A submodule that must be there."""
        if name not in self._table("_modules"):
            raise refused(self.place, f"has no part {name}")
        return Module(self._table("_modules")[name], f"{self.place}.{name}")

    def children(self) -> list[Module]:
        """All submodules in order, as of a ModuleList."""
        return [self.child(name) for name in self._table("_modules")]

    def has(self, name: str) -> bool:
        """Whether there is a submodule, an array or an attribute of this name."""
        tables = ("_modules", "_parameters", "_buffers")
        found = any(self._table(table).get(name) is not None for table in tables)
        return found or self.record.state.get(name) is not None

    def array(self, name: str) -> np.ndarray:
        """A parameter or buffer that must be there."""
        for table in ("_parameters", "_buffers"):
            value = self._table(table).get(name)
            if isinstance(value, np.ndarray):
                return value
        raise refused(self.place, f"has no array {name}")

    def number(self, name: str) -> float:
        """A parameter or buffer of one element."""
        values = self.array(name)
        if values.size != 1:
            raise refused(self.place, f"has {name} of shape {values.shape}, expected one number")
        return float(values.ravel()[0])

    def trains(self, name: str) -> bool:
        """Whether the array was optimised in training."""
        return name in self._table("_parameters")

    def option(self, name: str, default: Any = None) -> Any:
        """A plain attribute; files of older versions lack the newer ones."""
        return self.record.state.get(name, default)

    def only(self, parts: Collection[str], attributes: Collection[str] = ()) -> None:
        """Refuse submodules, and attributes that are switched on, that are not known."""
        for name in self._table("_modules"):
            if name not in parts and self._table("_modules")[name] is not None:
                raise refused(self.place, f"has the part {name}, which is not known")
        for name, value in self.record.state.items():
            known = name.startswith("_") or name in attributes or name in _TORCH_STATE
            if not known and not _is_off(value):
                raise refused(self.place, f"has the option {name}, which is not known")

    def _table(self, name: str) -> dict[str, Any]:
        table = self.record.state.get(name)
        return table if isinstance(table, dict) else {}


def _is_off(value: Any) -> bool:
    return value is None or value is False


def refused(place: str, why: str) -> PhonoscopeError:
    """The error for a model that cannot be computed as it was trained."""
    return PhonoscopeError(
        "This MACE model has an option that is not covered",
        f"{place} {why}",
        "Use a model without it. If it belongs to a published model, please report it.",
    )


def irreps(value: Any, place: str) -> e3nn.Irreps:
    """e3nn's irreps, kept as a tuple of (multiplicity, irrep) or written out.

    Raises
    ------
    PhonoscopeError
        for anything else.
    """
    if isinstance(value, str):
        return e3nn.Irreps(value)
    if not (isinstance(value, Record) and value.kind == "e3nn.o3._irreps.Irreps"):
        raise refused(place, "has irreps of an unknown form")
    items = []
    for mul_ir in value.args[0]:
        mul, ir = mul_ir.args[0]
        l, parity = ir.args[0]
        items.append((mul, (l, parity)))
    return e3nn.Irreps(items)


def linear(module: Module) -> dict[e3nn.Irrep, Float[np.ndarray, "channels_in channels_out"]]:
    """The matrix of each irrep of an e3nn Linear, its normalisation included.

    Blocks of the same irrep stand one after the other, as they do in the features.
    """
    if module.kind != "e3nn.o3._linear.Linear" or module.option("bias_numel", 0):
        raise refused(module.place, f"is {module.kind} or has biases")
    inputs = irreps(module.option("irreps_in"), module.place)
    outputs = irreps(module.option("irreps_out"), module.place)
    weights, start = module.array("weight").ravel().astype(float), 0
    matrices = {
        ir: np.zeros((inputs.count(ir), outputs.count(ir))) for _, ir in outputs if inputs.count(ir)
    }
    for instruction in module.option("instructions"):
        i_in, i_out, shape, path_weight = instruction.args
        ir = inputs[i_in].ir
        row, column = inputs[:i_in].count(ir), outputs[:i_out].count(ir)
        stop = start + shape[0] * shape[1]
        block = weights[start:stop].reshape(shape) * path_weight
        matrices[ir][row : row + shape[0], column : column + shape[1]] = block
        start = stop
    if start != weights.size:
        raise refused(module.place, f"uses {start} of its {weights.size} weights")
    return matrices


def linear_by_species(
    module: Module,
) -> dict[e3nn.Irrep, Float[np.ndarray, "species channels_in channels_out"]]:
    """The matrices of a product of features with a one-hot species, normalisation included."""
    if not module.kind.endswith("FullyConnectedTensorProduct"):
        raise refused(module.place, f"is {module.kind}")
    inputs = irreps(module.option("irreps_in1"), module.place)
    species = irreps(module.option("irreps_in2"), module.place)
    outputs = irreps(module.option("irreps_out"), module.place)
    for each in (inputs, outputs):
        if len({ir for _, ir in each}) != len(each) or len(species) != 1:
            raise refused(module.place, f"maps {inputs} with {species} to {outputs}")
    weights, start, matrices = module.array("weight").ravel().astype(float), 0, {}
    for instruction in module.option("instructions"):
        i_in, _, _, mode, has_weight, path_weight, shape = instruction.args
        if mode != "uvw" or not has_weight:
            raise refused(module.place, f"has a path of mode {mode}")
        stop = start + int(np.prod(shape))
        ir = inputs[i_in].ir
        # The coupling of l with a scalar is the unit matrix over sqrt(2 l + 1).
        factor = path_weight / ir.dim**0.5
        matrices[ir] = weights[start:stop].reshape(shape).swapaxes(0, 1) * factor
        start = stop
    if start != weights.size:
        raise refused(module.place, f"uses {start} of its {weights.size} weights")
    return matrices


def silu_factor(module: Module, names: frozenset[str]) -> float:
    """The factor of a normalised silu; other activations are refused by name."""
    function = module.option("f")
    kind = getattr(function, "kind", type(function).__name__)
    if module.kind != "e3nn.math._normalize_activation.normalize2mom" or kind not in names:
        raise refused(module.place, f"has the activation {kind}")
    return float(module.option("cst"))
