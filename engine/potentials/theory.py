"""A theory whose second derivatives are at hand and which is not asked again.

Density-functional perturbation theory takes hours where a network takes seconds. What it gave once
is stored; the name of the theory stands where results name their model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from engine.errors import PhonoscopeError
from engine.potentials.potential import Potential


@dataclass(frozen=True, kw_only=True)
class Theory(Potential):
    """A :class:`Potential` by name, which says in words that nothing can be asked of it.

    Attributes
    ----------
    derivatives : how its second derivatives were taken, in words that results carry.
    """

    derivatives: str


def theory(name: str, derivatives: str) -> Theory:
    """A theory that computed something elsewhere, see :class:`Theory`."""
    return Theory(
        name=name,
        atomic_energies=_not_here,
        parameters={},
        cutoff_A=1.0,  # never used; a number, because a cutoff is one
        elements=None,
        reference=f"{name}, {derivatives}",
        derivatives=derivatives,
    )


def _not_here(*_: Any) -> NoReturn:
    raise PhonoscopeError(
        "This theory cannot be asked anything new",
        "its force constants are stored, and computed by another program",
        "Use what is stored, or choose a model (phonoscope models list).",
    )
