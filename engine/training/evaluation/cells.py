"""The cells that a model finds, beside those of labelled crystals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ase import Atoms

from engine.errors import PhonoscopeError
from engine.potentials import Potential
from engine.relaxation import relax

MAX_FORCE_EV_A = 1e-3


def cell_ratios(model: Potential, crystals: Sequence[Atoms]) -> list[float | None]:
    """Lattice constant of each crystal as the model relaxes it, over that of the data.

    Of other than cubic crystals the cube root of the volume stands for it. None where the
    relaxation, within the space group, does not come to an end.
    """
    shared = replace(model, layout="roomy")  # few programs for many crystals
    found: list[float | None] = []
    for atoms in crystals:
        try:
            at_rest = relax(atoms, shared, cell=True, max_force_eV_A=MAX_FORCE_EV_A)
        except PhonoscopeError:
            found.append(None)
        else:
            found.append(float((at_rest.get_volume() / atoms.get_volume()) ** (1 / 3)))
    return found
