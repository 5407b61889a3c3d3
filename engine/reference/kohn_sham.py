"""Kohn-Sham calculations of molecules with PySCF: geometry, energy, and derivatives in fields."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from ase.build.rotate import rotation_matrix_from_points
from ase.calculators.calculator import Calculator, all_changes
from ase.units import Bohr, Hartree
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.symmetry import SymmetryGroup

FIELD_STEP = 2e-3  # hartree/(e bohr)
LAST_WITHOUT_CORE_POTENTIAL = 36
"""Krypton: the def2 basis sets of heavier elements come with effective core potentials."""

Arrays = dict[str, Float[np.ndarray, "..."]]


@dataclass(frozen=True)
class Method:
    """How the electronic structure is computed.

    Attributes
    ----------
    xc, basis : exchange-correlation functional and basis set, as PySCF names them.
    grid_level : PySCF's, 0 to 9.
    energy_tolerance, gradient_tolerance : of the self-consistent field; hartree, and the norm of
        the orbital gradient in atomic units.
    convergence_set : geomeTRIC's name for when a geometry is relaxed; the default is a largest
        gradient of 2e-6 hartree/bohr.
    """

    xc: str = "b3lyp"
    basis: str = "def2-svp"
    grid_level: int = 5
    energy_tolerance: float = 1e-12
    gradient_tolerance: float = 1e-8
    convergence_set: str = "GAU_VERYTIGHT"


def import_pyscf() -> Any:
    """The package pyscf with the submodules used here."""
    try:
        import pyscf.dft  # and pyscf.gto
        import pyscf.geomopt.geometric_solver  # imports geomeTRIC
    except ImportError as error:
        why, fix = "one cannot be imported", "Install both: pip install 'phonoscope[reference]'"
        raise PhonoscopeError("PySCF and geomeTRIC are needed", why, fix) from error
    return pyscf


def pyscf_molecule(atoms: Atoms, method: Method) -> Any:
    """pyscf.gto.Mole of `atoms`, in their orientation: PySCF's own symmetry stays off."""
    pyscf = import_pyscf()
    try:
        pyscf.dft.libxc.parse_xc(method.xc)
        heavy = {
            s
            for s, z in zip(atoms.symbols, atoms.numbers, strict=True)
            if z > LAST_WITHOUT_CORE_POTENTIAL
        }
        cores = dict.fromkeys(heavy, method.basis)
        places = list(zip(atoms.symbols, atoms.positions / Bohr, strict=True))
        with contextlib.redirect_stderr(io.StringIO()):  # advice about an unknown basis set
            return pyscf.gto.M(atom=places, unit="Bohr", basis=method.basis, ecp=cores, verbose=0)
    except (KeyError, RuntimeError) as error:  # BasisNotFoundError is a RuntimeError
        why, fix = " ".join(str(error).split()), "Give names PySCF knows: b3lyp, def2-svp."
        raise PhonoscopeError(f"no {method.xc}/{method.basis}", why, fix) from error


def kohn_sham(molecule: Any, method: Method) -> Any:
    """Unsolved restricted Kohn-Sham problem with density fitting."""
    solver = import_pyscf().dft.RKS(molecule, xc=method.xc).density_fit()
    solver.grids.level = method.grid_level
    solver.conv_tol, solver.conv_tol_grad = method.energy_tolerance, method.gradient_tolerance
    return solver


def solve(solver: Any, guess: Any = None) -> Any:
    """Run the self-consistent field, from the density matrix `guess` if given; returns `solver`."""
    solver.kernel(guess)
    if not solver.converged:
        raise PhonoscopeError("no electronic structure", "no convergence", "Mend the geometry.")
    return solver


def gradients(solver: Any) -> Any:
    """Gradient method that moves the grid with the atoms, so that forces sum to zero."""
    return solver.nuc_grad_method().set(grid_response=True)


class KohnSham(Calculator):
    """Energy (eV), forces (eV/angstrom) and dipole (e angstrom) for ASE; the grid moves along."""

    implemented_properties = ["energy", "forces", "dipole"]  # noqa: RUF012

    def __init__(self, method: Method) -> None:
        super().__init__()
        self.method = method
        self._density: Any = None  # of the geometry before, to begin with

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = all_changes,
    ) -> None:
        """Everything at once, whatever is asked for."""
        super().calculate(atoms, properties, system_changes)
        assert self.atoms is not None  # ASE has put a copy of the atoms there
        problem = kohn_sham(pyscf_molecule(self.atoms, self.method), self.method)
        solver = solve(problem, self._density)
        self._density = solver.make_rdm1()
        self.results = {
            "energy": float(solver.e_tot) * Hartree,
            "forces": -np.asarray(gradients(solver).kernel()) * Hartree / Bohr,
            "dipole": np.asarray(solver.dip_moment(unit="AU", verbose=0)) * Bohr,
        }


def relaxed(atoms: Atoms, method: Method) -> Atoms:
    """The minimum next to `atoms`, oriented like them, centre of mass at the origin."""
    problem = gradients(kohn_sham(pyscf_molecule(atoms, method), method))
    optimise = import_pyscf().geomopt.geometric_solver.kernel
    with contextlib.redirect_stderr(io.StringIO()):  # geomeTRIC logs every step there
        converged, molecule = optimise(problem, convergence_set=method.convergence_set)
    if not converged:
        raise PhonoscopeError("no relaxed geometry", "no convergence", "Mend the geometry.")
    start, end = atoms.positions, molecule.atom_coords() * Bohr
    start, end = (x - atoms.get_masses() @ x / atoms.get_masses().sum() for x in (start, end))
    end = end @ rotation_matrix_from_points(end.T, start.T).T
    return Atoms(atoms.symbols, positions=end.round(12) + 0.0)  # as stored; + 0.0 turns -0 into 0


def gradient_in_field(
    molecule: Any, method: Method, field: Float[np.ndarray, "3"], guess: Any
) -> Float[np.ndarray, "n_atoms 3"]:
    """dE/dr in hartree/bohr in a uniform electric field in hartree/(e bohr).

    The field adds F.r for each electron and -Z F.R for each nucleus, E(F) = E(0) - mu.F - ...; so
    -<grad i| F.r |j> is added to the one-electron gradient integrals, -Z F to the gradient.
    """
    charges, n_orbitals = molecule.atom_charges(), molecule.nao
    r = molecule.intor("int1e_r")  # [c, i, j] = <i| r_c |j>
    r_nabla = molecule.intor("int1e_irp").reshape(3, 3, n_orbitals, n_orbitals)  # <i| r_c d_d |j>
    solver = kohn_sham(molecule, method)
    core = solver.get_hcore() + np.einsum("c,cij->ij", field, r)
    nuclear = solver.energy_nuc() - charges @ molecule.atom_coords() @ field
    solver.get_hcore, solver.energy_nuc = lambda *_: core, lambda *_: nuclear
    gradient = gradients(solve(solver, guess))
    core_gradient = gradient.get_hcore(molecule) - np.einsum("c,cdji->dij", field, r_nabla)
    gradient.get_hcore = lambda *_: core_gradient
    return np.asarray(gradient.kernel()) - np.outer(charges, field)


def field_derivatives(
    molecule: Any, method: Method, guess: Any, group: SymmetryGroup | None = None
) -> Arrays:
    """Dipole (e) and polarizability derivatives (angstrom^2) from 13 gradients g(F) = dE/dr.

    dmu_c/dr = -dg/dF_c and dalpha_cd/dr = -d2g/dF_c dF_d by central differences along x, y, z,
    x+y, x+z and y+z; the mixed ones are half of what a diagonal has beyond its two axes.

    Parameters
    ----------
    group : symmetry that the geometry has exactly. Fields that it carries into each other, by
        operations that only permute and reverse the axes, are computed once: those are operations
        of PySCF's angular grids, too.

    Returns
    -------
    The two arrays of :data:`engine.reference.molecule.ARRAYS` and, as ``forces_eV_A``, the forces
    without a field.
    """
    axes, pairs = np.eye(3), ((0, 1), (0, 2), (1, 2))
    steps = FIELD_STEP * np.array([*axes, *(axes[c] + axes[d] for c, d in pairs)])
    centre = gradient_in_field(molecule, method, np.zeros(3), guess)
    changes: list[tuple[Float[np.ndarray, "3"], Float[np.ndarray, "atoms 3"]]] = []
    for field in (*steps, *-steps):
        change = _carried(field, changes, group)
        if change is None:
            change = gradient_in_field(molecule, method, field, guess) - centre
        changes.append((field, change))
    plus, minus = np.array([change for _, change in changes]).reshape(2, len(steps), -1, 3)
    slope = -(plus - minus) / (2 * FIELD_STEP)
    curvature = -(plus + minus) / FIELD_STEP**2
    polarizability = np.zeros((3, 3, molecule.natm, 3))
    polarizability[range(3), range(3)] = curvature[:3]
    for (c, d), diagonal in zip(pairs, curvature[3:], strict=True):
        mixed = (diagonal - curvature[c] - curvature[d]) / 2
        polarizability[c, d] = polarizability[d, c] = mixed
    return {
        "dipole_derivative_e": slope[:3],
        "polarizability_derivative_A2": polarizability * Bohr**2,
        "forces_eV_A": -centre * Hartree / Bohr,
    }


def _carried(
    field: Float[np.ndarray, "3"],
    known: list[tuple[Float[np.ndarray, "3"], Float[np.ndarray, "atoms 3"]]],
    group: SymmetryGroup | None,
) -> Float[np.ndarray, "atoms 3"] | None:
    """The change of the gradient in a field, from that in one that symmetry carries into it."""
    if group is None:
        return None
    for rotation, permutation in zip(group.rotations, group.permutations, strict=True):
        if np.abs(np.abs(rotation).max(0) - 1).max() > 1e-6:
            continue  # it mixes axes
        for other, change in known:
            if np.allclose(rotation @ other, field, atol=1e-9):
                moved = np.empty_like(change)
                moved[permutation] = change @ rotation.T
                return moved
    return None
