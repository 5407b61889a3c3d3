"""A model that a stored result names: it is loaded when something is asked of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import PhonoscopeError
from engine.potentials import Potential, load_model
from engine.potentials.finite_difference import FiniteDifferencePotential, from_calculator


def model_by_name(name: str, source: str | None, step_A: float | None) -> Potential:
    """The model of a stored result.

    Parameters
    ----------
    name : what results call it.
    source : the name or path by which it is loaded; None: there is none that may be followed.
    step_A : of finite differences, if its derivatives are such; asking for them raises
        PhonoscopeError if those of the model that is found are not.
    """
    if step_A is None:
        return ModelByName(name, source)

    def make_calculator() -> Any:
        loaded = ModelByName(name, source).loaded
        if isinstance(loaded, FiniteDifferencePotential):
            return loaded.make_calculator()
        raise PhonoscopeError(
            f"The model {name} is not the one of the stored result",
            "derivatives there are finite differences, those of this model are not",
            "Compute the result again.",
        )

    return from_calculator(make_calculator, name, step_A=step_A)


class ModelByName(Potential):
    """A potential that is loaded when something is asked of it.

    Attributes
    ----------
    name : what results call it.
    source : the name or path by which it is loaded; None: there is none that may be followed.
    """

    def __init__(self, name: str, source: str | None) -> None:
        vars(self).update(name=name, source=source)

    @property
    def loaded(self) -> Potential:
        """The potential itself.

        Raises
        ------
        PhonoscopeError
            if it is not on this machine.
        """
        if "potential" not in vars(self):
            source: str | None = vars(self)["source"]
            try:
                if source is None:
                    raise PhonoscopeError(
                        f"There is no model '{self.name}'",
                        "a stored result leads to models by name only, not by path",
                        "Name the model: engine.load_result(file, model).",
                    )
                vars(self)["potential"] = load_model(source)
            except PhonoscopeError as error:
                raise PhonoscopeError(
                    f"The model {self.name} of these phonons is not at hand",
                    "bands and all else from stored force constants do without it, exact matrices "
                    f"do not ({error.what})",
                    error.fix,
                ) from error
        potential: Potential = vars(self)["potential"]
        return potential

    def __getattr__(self, attribute: str) -> Any:
        """Whatever else a potential has."""
        if attribute.startswith("__") or attribute in ("name", "source"):  # as pickle may ask
            raise AttributeError(attribute)
        return getattr(self.loaded, attribute)

    def __reduce__(self) -> tuple[type[ModelByName], tuple[str, str | None]]:
        return ModelByName, (self.name, vars(self)["source"])

    def astype(self, dtype: np.dtype) -> Potential:
        """See :meth:`Potential.astype`."""
        return self.loaded.astype(dtype)
