"""Second derivatives of the energy from ABINIT's derivative databases (DDB, text).

A database lists d2E/(d lambda_1* d lambda_2) for perturbations lambda = (direction, number): the
numbers 1 to N are displacements of atoms in reduced coordinates x of the cell vectors R_c (a wave
displaces the atoms of cell R by exp(2 pi i q.R): the cell gauge of this project), N + 2 is an
electric field along the reduced axes. In Cartesian coordinates, atomic units, with S the inverse of
the matrix whose rows are R_c and Omega the volume,

    Phi_ia,jb  = sum_cd S_ac E2[c i, d j] S_bd
    Z_i,ab     = z_i delta_ab + (1 / 2 pi) sum_cd R_ca E2[c field, d i] S_bd
    eps_ab     = delta_ab - (4 pi / Omega) (1 / 2 pi)^2 sum_cd R_ca E2[c field, d field] R_db

X. Gonze, C. Lee, Phys. Rev. B 55, 10355 (1997); z_i is the charge of the ion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.units import Bohr, Hartree
from jaxtyping import Complex, Float

from engine.errors import PhonoscopeError

BLOCK = "2nd derivatives (non-stat.)"
ELECTRIC_FIELD = 2  # counted from the number of atoms


@dataclass(frozen=True)
class SecondDerivatives:
    """What a database says of one wave vector.

    Attributes
    ----------
    atoms : the crystal.
    q : shape (3,), wave vector in units of the reciprocal vectors of its cell.
    force_constants_eV_A2 : shape (3 atoms, 3 atoms), Phi(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R),
        without masses, as computed: neither Hermitian nor free of a force on the whole crystal
        beyond the accuracy of the run.
    born_charges_e : shape (atoms, 3, 3), Z_i,ab: polarisation along a for a displacement along b,
        mean of what field and displacement give; None if there was no field.
    dielectric : shape (3, 3), relative permittivity with the atoms held in place; or None.
    """

    atoms: Atoms
    q: Float[np.ndarray, "3"]
    force_constants_eV_A2: Complex[np.ndarray, "3*atoms 3*atoms"]
    born_charges_e: Float[np.ndarray, "atoms 3 3"] | None
    dielectric: Float[np.ndarray, "3 3"] | None

    @property
    def dynamical_matrix(self) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
        """The Hermitian part of Phi(q) / sqrt(m_i m_j), in eV/(angstrom^2 amu)."""
        root = np.repeat(np.sqrt(self.atoms.get_masses()), 3)
        hermitian = (self.force_constants_eV_A2 + self.force_constants_eV_A2.conj().T) / 2
        return hermitian / np.outer(root, root)

    @property
    def neutrality_error_e(self) -> float:
        """Largest element of the sum of the Born charges."""
        assert self.born_charges_e is not None
        return float(np.abs(self.born_charges_e.sum(0)).max())


def with_acoustic_sum(
    force_constants: Complex[np.ndarray, "3*atoms 3*atoms"],
    at_gamma: Complex[np.ndarray, "3*atoms 3*atoms"],
) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
    """Phi(q) less the force that Phi(0) puts on each atom when the whole crystal moves.

    Subtracted from the diagonal 3x3 blocks, the same at every q.
    """
    n = len(at_gamma) // 3
    total = at_gamma.reshape(n, 3, n, 3).sum(2)
    corrected = force_constants.reshape(n, 3, n, 3).copy()
    corrected[np.arange(n), :, np.arange(n)] -= (total + total.swapaxes(1, 2)) / 2
    return corrected.reshape(3 * n, 3 * n)


def read_ddb(path: str | Path) -> list[SecondDerivatives]:
    """All wave vectors of a derivative database, in its order.

    Raises
    ------
    PhonoscopeError
        if there is no such file, it is none, or a matrix in it is not complete.
    """
    path = Path(path)
    try:
        lines = path.read_text().splitlines()
        header = _header(lines)
        return [_derivatives(header, *block) for block in _blocks(lines, len(header["typat"]))]
    except OSError as error:
        fix = "Check its name."
        raise PhonoscopeError(f"cannot read {path}", error.strerror or "", fix) from error
    except (ValueError, KeyError, IndexError) as error:
        fix = "Give the DDB file of a finished run with all atoms and directions."
        raise PhonoscopeError(f"{path} is no complete DDB", str(error), fix) from error


def _header(lines: list[str]) -> dict[str, Float[np.ndarray, " values"]]:
    found: dict[str, list[float]] = {}
    key = ""
    for line in lines:
        words = line.split()
        if line.strip().startswith("Description of the potentials"):
            break
        if words and words[0][0].isalpha():
            key, *words = words
            found[key] = []
        if key and all(word[0] in "+-.0123456789" for word in words):
            found[key] += [float(word.replace("D", "E")) for word in words]
    return {key: np.array(values) for key, values in found.items()}


def _blocks(
    lines: list[str], n_atoms: int
) -> Iterator[tuple[Float[np.ndarray, "3"], Complex[np.ndarray, "n 3 n 3"]]]:
    """Wave vectors, and E2 of [number, direction, number, direction], nan where not given."""
    size = n_atoms + ELECTRIC_FIELD
    starts = [i for i, line in enumerate(lines) if line.strip().startswith(BLOCK)]
    if not starts:
        raise ValueError(f"there is no block {BLOCK!r}")
    for start in starts:
        count = int(lines[start].split(":")[1])
        q = np.array([float(x.replace("D", "E")) for x in lines[start + 1].split()[1:4]])
        values = np.full((size, 3, size, 3), np.nan + 0j)
        for line in lines[start + 2 : start + 2 + count]:
            a, i, b, j, re, im = line.replace("D", "E").split()
            if max(int(i), int(j)) <= size:
                values[int(i) - 1, int(a) - 1, int(j) - 1, int(b) - 1] = float(re) + 1j * float(im)
        yield q, values


def _derivatives(
    header: dict[str, Float[np.ndarray, " values"]],
    q: Float[np.ndarray, "3"],
    values: Complex[np.ndarray, "n 3 n 3"],
) -> SecondDerivatives:
    kinds = header["typat"].astype(int) - 1
    n = len(kinds)
    cell = header["acell"][:, None] * header["rprim"].reshape(3, 3)
    inverse = np.linalg.inv(cell)
    phi = np.einsum("ac,icjd,bd->iajb", inverse, values[:n, :, :n], inverse)
    if not np.isfinite(phi).all():
        raise ValueError(f"elements are missing at q = {q.tolist()}")
    charges = dielectric = None
    field = n + ELECTRIC_FIELD - 1
    if np.isfinite(values[field]).all((0, 2))[[*range(n), field]].all():
        polar = (values[field, :, :n] + values[:n, :, field].transpose(2, 0, 1)).real / 2
        charges = np.einsum("ca,cid,bd->iab", cell, polar, inverse) / (2 * np.pi)
        charges += header["zion"][kinds][:, None, None] * np.eye(3)
        volume = abs(np.linalg.det(cell))
        second = np.einsum("ca,cd,db->ab", cell, values[field, :, field].real, cell)
        dielectric = np.eye(3) - second / (np.pi * volume)
    return SecondDerivatives(
        atoms=Atoms(
            header["znucl"][kinds].astype(int),
            scaled_positions=header["xred"].reshape(n, 3),
            cell=cell * Bohr,
            pbc=True,
        ),
        q=q,
        force_constants_eV_A2=phi.reshape(3 * n, 3 * n) * (Hartree / Bohr**2),
        born_charges_e=charges,
        dielectric=dielectric,
    )
