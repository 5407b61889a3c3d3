"""Born charges and the electric field of long waves in polar crystals.

A longitudinal wave of a polar crystal carries an electric field, and as q -> 0 it adds to the force
constants a term that depends on the direction of q only,

    (4 pi e^2 / V) (q.Z_i)_a (q.Z_j)_b / (q.eps.q),

M. Born, K. Huang, Dynamical Theory of Crystal Lattices (1954). Between mesh points the dipolar part
is interpolated analytically (X. Gonze, C. Lee, Phys. Rev. B 55, 10355 (1997)), by phonopy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from jaxtyping import Float
from phonopy.exception import BORNFileParseError
from phonopy.file_IO import parse_BORN
from phonopy.harmonic.dynamical_matrix import NacParams
from phonopy.structure.atoms import PhonopyAtoms
from scipy import constants

from engine.errors import PhonoscopeError
from engine.phonons.operations import operations

COULOMB_EV_A = float(constants.e / (4 * np.pi * constants.epsilon_0) * 1e10)
"""e^2 / (4 pi eps_0) in eV angstrom: about 14.4."""

NEUTRAL_E = 0.1
"""Sums of the charges up to this, in e, are rounding and are spread over the atoms."""

ASYMMETRIC_E = 0.1
"""And so are deviations from the symmetry of the crystal, which are averaged away."""


@dataclass(frozen=True)
class BornCharges:
    """What couples the vibrations of a crystal to electric fields.

    Attributes
    ----------
    charges_e : shape (atoms, 3, 3), Z_i,ab: polarisation along a, in e, for a displacement of atom
        i along b; their sum over the atoms is zero.
    dielectric : shape (3, 3), relative permittivity with the atoms held in place (eps_infinity).
    neutrality_error_e : largest element of the sum of the charges as they were given.
    """

    charges_e: Float[np.ndarray, "atoms 3 3"]
    dielectric: Float[np.ndarray, "3 3"]
    neutrality_error_e: float

    def nac_params(self) -> NacParams:
        """The same for phonopy, in its units."""
        return {
            "born": self.charges_e,
            "dielectric": self.dielectric,
            "factor": COULOMB_EV_A,
            "method": "gonze",
        }


PURE = 0.99
"""Share of a mode's dipole along, or across, the direction from which it is longitudinal, or
transverse."""

NO_DIPOLE_E = 1e-3
"""Dipoles below this, in e for a displacement normalised to 1, are none."""

Born = BornCharges | str | Path | tuple[Float[np.ndarray, "atoms 3 3"], Float[np.ndarray, "3 3"]]


def born_charges(given: Born, atoms: Atoms) -> BornCharges:
    """Born charges in any of the forms a user may give them.

    Parameters
    ----------
    given : a phonopy BORN file (its charges in the order of the symmetry-independent atoms, or of
        all atoms, of ``atoms``), or a pair of arrays: charges (atoms, 3, 3) in e, and dielectric
        tensor (3, 3).

    Raises
    ------
    PhonoscopeError
        for a chain or slab, a file without sense, other shapes, a dielectric tensor that is not
        symmetric and positive, or charges that do not add up to zero.
    """
    if not atoms.pbc.all():
        raise PhonoscopeError(
            "Born charges are used for crystals only",
            f"the structure is periodic in {int(atoms.pbc.sum())} directions, where long waves "
            "carry another field",
            "Leave them away.",
        )
    if isinstance(given, BornCharges) and len(given.charges_e) == len(atoms):
        return given
    if isinstance(given, BornCharges):
        given = given.charges_e, given.dielectric
    if isinstance(given, str | Path):
        given = _read(Path(given), atoms)
    try:
        charges, dielectric = (np.asarray(part, float) for part in given)
    except (TypeError, ValueError) as error:
        raise PhonoscopeError(
            "The Born charges cannot be read", str(error), "Give (charges, dielectric tensor)."
        ) from error
    expected = (len(atoms), 3, 3)
    if charges.shape != expected or dielectric.shape != (3, 3):
        raise PhonoscopeError(
            "The Born charges do not belong to this crystal",
            f"their shape is {charges.shape} instead of {expected}, that of the dielectric tensor "
            f"{dielectric.shape} instead of (3, 3)",
            "Give one 3x3 tensor an atom of the cell, in e, and one for the crystal.",
        )
    return _symmetric(_checked(charges, dielectric), atoms)


def polarization(
    displacement: Float[np.ndarray, "modes atoms 3"],
    born: BornCharges,
    direction: Float[np.ndarray, "3"],
) -> tuple[str | None, ...]:
    """``LO`` for modes whose dipole lies along a direction, ``TO`` for those across; else None.

    The dipole of a mode is sum_i Z_i u_i. Modes without one are neither, nor are those of
    anisotropic crystals whose dipole is oblique.

    Parameters
    ----------
    direction : Cartesian, of any length.
    """
    dipoles = np.einsum("jab,mjb->ma", born.charges_e, displacement)
    sizes = np.linalg.norm(dipoles, axis=1)
    along = (dipoles @ direction / np.linalg.norm(direction)) ** 2 / np.maximum(sizes, 1e-12) ** 2

    def kind(size: float, share: float) -> str | None:
        if size < NO_DIPOLE_E:
            return None
        return "LO" if share > PURE else "TO" if share < 1 - PURE else None

    return tuple(kind(float(s), float(a)) for s, a in zip(sizes, along, strict=True))


def _symmetric(given: BornCharges, atoms: Atoms) -> BornCharges:
    """Charges and tensor averaged over the space group, as their crystal demands."""
    group = operations(atoms)
    r = group.rotations
    charges = np.einsum("gab,gjbc,gdc->jad", r, given.charges_e[group.sources], r) / len(r)
    dielectric = np.einsum("gab,bc,gdc->ad", r, given.dielectric, r) / len(r)
    change = float(np.abs(charges - given.charges_e).max())
    if change > ASYMMETRIC_E:
        raise PhonoscopeError(
            "The Born charges do not have the symmetry of the crystal",
            f"averaging over its {len(group)} operations changes them by {change:.2g} e",
            "Give them in the order and orientation of the atoms of this cell.",
        )
    return BornCharges(charges, dielectric, given.neutrality_error_e)


def _checked(
    charges: Float[np.ndarray, "atoms 3 3"], dielectric: Float[np.ndarray, "3 3"]
) -> BornCharges:
    asymmetry = np.abs(dielectric - dielectric.T).max()
    symmetric = (dielectric + dielectric.T) / 2
    if (
        not (np.isfinite(charges).all() and np.isfinite(dielectric).all())
        or asymmetry > 0.01 * np.abs(dielectric).max()
        or np.linalg.eigvalsh(symmetric).min() <= 0
    ):
        raise PhonoscopeError(
            "The dielectric tensor has no physical sense",
            f"it has to be symmetric and positive, not {np.round(dielectric, 4).tolist()}",
            "Give eps_infinity of an insulator; metals have no LO-TO splitting.",
        )
    total = charges.sum(0)
    error = float(np.abs(total).max())
    if error > NEUTRAL_E:
        raise PhonoscopeError(
            "The Born charges are not neutral",
            f"they add up to {np.round(total, 3).tolist()} e instead of zero",
            "Check their order and sign, or compute them with more k-points.",
        )
    return BornCharges(charges - total / len(charges), symmetric, error)


def _read(
    path: Path, atoms: Atoms
) -> tuple[Float[np.ndarray, "atoms 3 3"], Float[np.ndarray, "3 3"]]:
    """phonopy's BORN file, with charges of the independent atoms or of all of them."""
    cell = PhonopyAtoms(numbers=atoms.numbers, cell=atoms.cell.array, positions=atoms.positions)
    try:
        try:
            found = parse_BORN(cell, symprec=1e-3, filename=path)
        except BORNFileParseError:
            found = parse_BORN(cell, is_symmetry=False, filename=path)
    except OSError as error:
        raise PhonoscopeError(
            f"The file {path} cannot be read", error.strerror or str(error), "Check its name."
        ) from error
    except (BORNFileParseError, ValueError, IndexError) as error:
        raise PhonoscopeError(
            f"{path} is not a BORN file of this crystal",
            str(error),
            "Line 1 is a comment or factor, line 2 the 9 numbers of the dielectric tensor, then "
            "one line of 9 numbers for each symmetry-independent atom.",
        ) from error
    return found["born"], found["dielectric"]
