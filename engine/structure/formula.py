"""The formula of a structure, written as chemists do."""

from __future__ import annotations

from ase import Atoms


def formula(atoms: Atoms) -> str:
    """Formula of a molecule, or of the formula unit of what is periodic, like CHBrClF, MgF2.

    Of molecules with carbon C and H come first, the others follow in alphabetical order
    (E. A. Hill, J. Am. Chem. Soc. 22, 478 (1900)); of all else metals come first.
    """
    periodic = bool(atoms.pbc.any())
    organic = not periodic and "C" in atoms.symbols
    return str(atoms.get_chemical_formula("hill" if organic else "metal", empirical=periodic))
