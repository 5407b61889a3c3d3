"""Any ASE calculator as a model: its second derivatives are finite differences, and are called so.

Programs outside JAX give energies and forces only. What needs more is taken from forces at
displaced atoms (:mod:`engine.finite_differences`), with the step stated in the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from ase.calculators.calculator import Calculator

from engine.errors import PhonoscopeError
from engine.potentials.potential import Potential

STEP_A = 0.01
"""Displacement in angstrom. The error of a central difference grows as its square, that of the
forces' own noise falls as its inverse; at 0.01 both stay below 1 cm^-1 in a molecule."""


@dataclass(frozen=True, kw_only=True)
class FiniteDifferencePotential(Potential):
    """A model whose energy is computed by an ASE calculator, so that nothing differentiates it.

    It is a :class:`Potential` wherever one is asked for, and says in words that it cannot be
    differentiated where that is tried.

    Attributes
    ----------
    make_calculator : makes the calculator; called once for each series of energies.
    step_A : displacement in angstrom of the finite differences.
    """

    make_calculator: Callable[[], Calculator]
    step_A: float = STEP_A


def from_calculator(
    make_calculator: Callable[[], Calculator],
    name: str,
    *,
    step_A: float = STEP_A,
    elements: frozenset[int] | None = None,
    reference: str = "an ASE calculator",
) -> FiniteDifferencePotential:
    """A model from an ASE calculator, through finite differences.

    Parameters
    ----------
    make_calculator : makes the calculator, like the class ``ase.calculators.emt.EMT`` itself.
    name : what results call the model.
    step_A : displacement in angstrom.
    elements : atomic numbers it covers; None: the calculator decides.
    reference : where the model comes from.

    Raises
    ------
    PhonoscopeError
        if the step is not positive.
    """
    if not step_A > 0:
        raise PhonoscopeError(
            "The step of the finite differences is wrong",
            f"{step_A} angstrom is not a positive length",
            f"Choose about {STEP_A} angstrom.",
        )
    return FiniteDifferencePotential(
        name=name,
        atomic_energies=_outside_jax,
        parameters={},
        cutoff_A=1.0,  # never used; a number, because a cutoff is one
        elements=elements,
        reference=reference,
        make_calculator=make_calculator,
        step_A=step_A,
    )


def _outside_jax(*_: Any) -> NoReturn:
    raise PhonoscopeError(
        "This model cannot be differentiated",
        "it is a program outside the engine that gives energies and forces only",
        "Use it for molecules (phonoscope modes), or choose another model.",
    )
