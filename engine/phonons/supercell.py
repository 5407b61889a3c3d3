"""Force constants of models that nothing differentiates, from atoms displaced in a supercell.

At the wave vectors of the mesh, whose waves fit into the supercell, the matrices are right up to
the finite step; between them nothing better than interpolation is known, not even its error.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculatorError
from phonopy.harmonic.dynamical_matrix import get_dynamical_matrices_at_qpoints

from engine.errors import PhonoscopeError
from engine.finite_differences import bare, force_constants_by_displacements
from engine.phonons.mesh import Sample
from engine.phonons.stars import Mesh, mesh_points
from engine.potentials.finite_difference import FiniteDifferencePotential
from engine.progress import Report


def sample_by_displacements(
    atoms: Atoms,
    model: FiniteDifferencePotential,
    mesh: Mesh,
    progress: Report | None = None,
) -> Sample:
    """Force constants on a mesh from the supercell of as many cells, without check points.

    Parameters
    ----------
    progress : is told how far it is.

    Raises
    ------
    PhonoscopeError
        for a chain or slab, or if the calculator gives no forces.
    """
    if not atoms.pbc.all():
        raise PhonoscopeError(
            f"The model {model.name} cannot be differentiated",
            "and atoms are displaced in supercells of crystals only, not of chains or slabs",
            "Choose another model.",
        )
    try:
        ph = force_constants_by_displacements(
            bare(atoms), model.make_calculator(), mesh, model.step_A, progress
        )
    except (CalculatorError, NotImplementedError) as error:
        raise PhonoscopeError(
            f"The model {model.name} gives no forces of a supercell",
            str(error) or type(error).__name__,
            "Choose another model or a smaller mesh.",
        ) from error
    assert ph.dynamical_matrix is not None
    q = mesh_points(mesh) / mesh
    # phonopy has the gauge of atoms, whatever cell it took them to be in.
    scaled = atoms.get_scaled_positions(wrap=False)
    phase = np.repeat(np.exp(2j * np.pi * q @ scaled.T), 3, axis=1)
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    given = get_dynamical_matrices_at_qpoints(ph.dynamical_matrix, np.ascontiguousarray(q))
    given = np.outer(root_mass, root_mass) * phase[:, :, None] * given * phase[:, None, :].conj()
    hermitian = (given + given.conj().swapaxes(1, 2)) / 2
    size = 3 * len(atoms)
    return Sample(
        mesh=mesh,
        q=q,
        force_constants=hermitian,
        irreducible=np.empty(0, int),
        columns=np.empty(0, int),
        check_q=np.empty((0, 3)),
        check_force_constants=np.empty((0, size, size), complex),
        symmetry_error=float(np.linalg.norm(given - hermitian) / np.linalg.norm(hermitian)),
    )
