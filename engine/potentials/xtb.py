"""GFN2-xTB, a semi-empirical method for molecules of the elements up to radon.

C. Bannwarth, S. Ehlert, S. Grimme, J. Chem. Theory Comput. 15, 1652 (2019), as computed by tblite.
"""

from __future__ import annotations

from ase.calculators.calculator import Calculator

from engine.errors import PhonoscopeError
from engine.potentials.finite_difference import FiniteDifferencePotential, from_calculator

ACCURACY = 0.01
"""tblite's scale of all thresholds, 1 by default. At 0.01 the noise of the forces no longer shows
in a Hessian beside the error of the differences; tighter values change nothing."""


def gfn2_xtb() -> FiniteDifferencePotential:
    """The model; tblite itself is only asked for when an energy is."""
    return from_calculator(
        _calculator,
        "gfn2-xtb",
        elements=frozenset(range(1, 87)),
        reference="C. Bannwarth, S. Ehlert, S. Grimme, J. Chem. Theory Comput. 15, 1652 (2019)",
    )


def _calculator() -> Calculator:
    try:
        from tblite.ase import TBLite
    except ImportError as error:
        raise PhonoscopeError(
            "The model gfn2-xtb is not installed",
            "it is computed by tblite, which is optional",
            "Install it with: pip install phonoscope[xtb]",
        ) from error
    return TBLite(method="GFN2-xTB", accuracy=ACCURACY, verbosity=0)
