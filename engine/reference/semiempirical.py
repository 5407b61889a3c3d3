"""References of molecules too large for density-functional theory here: GFN2-xTB by tblite.

Forces and dipole moments of displaced atoms give the Hessian and the dipole derivatives, one atom
of each orbit of the point group; the others follow by symmetry. There is no polarizability.
"""

from __future__ import annotations

from ase import Atoms

from engine.potentials.xtb import gfn2_xtb
from engine.reference.differences import symmetric_differences
from engine.reference.kohn_sham import Arrays
from engine.relaxation import relax
from engine.symmetry import point_group

MAX_FORCE_EV_A = 1e-5


def compute(atoms: Atoms) -> tuple[Atoms, float, Arrays]:
    """The molecule at rest, its energy in eV, and what is stored of it.

    Raises
    ------
    PhonoscopeError
        if tblite is not installed, or the molecule cannot be relaxed.
    """
    model = gfn2_xtb()
    minimum = relax(atoms, model, max_force_eV_A=MAX_FORCE_EV_A)
    group = point_group(minimum, masses=False)
    minimum.positions = group.symmetrize_positions(minimum.positions - minimum.positions.mean(0))
    minimum.positions -= minimum.get_center_of_mass()
    calculator = model.make_calculator()
    at_rest = minimum.copy()
    at_rest.calc = calculator
    energy_eV, forces = at_rest.get_potential_energy(), at_rest.get_forces()
    hessian, dipole = symmetric_differences(minimum, calculator, model.step_A, group)
    arrays = {
        "hessian_eV_A2": hessian,
        "dipole_derivative_e": dipole,
        "forces_eV_A": forces,
    }
    return minimum, float(energy_eV), arrays
