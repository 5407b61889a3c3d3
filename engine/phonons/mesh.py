"""Exact force constants on a mesh of wave vectors, by as few products as symmetry needs.

With Phi(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R), one product Phi(q) u a displacement, the cost is

    sum over irreducible q of k(q),      k(q) <= min(3N, k_0 |star of q|),

with k(q) the displacements whose images under the little group of q (time reversal included) span
all 3N, and k_0 those that suffice for the whole group. The first bound is that of an irreducible
mesh with all columns; the second, summed, that of the whole mesh with inequivalent columns only,
which is also how finite displacements in the supercell count. Neither is ever cheaper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Bool, Complex, Float, Int

from engine.derivatives import bloch_products
from engine.errors import PhonoscopeError
from engine.graph import DOUBLE
from engine.phonons.columns import LittleGroup, displacements, little_group, reconstructed
from engine.phonons.operations import Operations, operations
from engine.phonons.stars import Mesh, mesh_points, stars, unfolded
from engine.potentials import Potential
from engine.progress import Report

DEFAULT_POINTS = 4
DEFAULT_LENGTH_A = 24.0
"""The usual mesh has four points a direction, or fewer where they reach farther than this."""

LARGEST_GB = 4.0
"""Most memory that the matrices of a mesh may take."""

TINY = 1e-9
"""Products this much smaller than the largest say nothing about symmetry."""

N_CHECKS = 3
"""Wave vectors off the mesh at which interpolation is compared with exact matrices."""


@dataclass(frozen=True)
class Sample:
    """Force constants on a mesh and at a few wave vectors between its points.

    Attributes
    ----------
    mesh : number of points along each reciprocal vector; the mesh contains Γ.
    q : shape (points, 3), all points of the mesh, the last component running fastest; Γ is first.
    force_constants : shape (points, 3*atoms, 3*atoms), Phi(q) in eV/angstrom^2, Hermitian.
    irreducible : shape (irreducible,), the points that were computed.
    columns : shape (irreducible,), number of products at each.
    check_q : shape (checks, 3), on symmetry lines between the points of the mesh.
    check_force_constants : shape (checks, 3*atoms, 3*atoms), exact there.
    symmetry_error : how far symmetry is from giving the model's answer, relative: the largest
        |(Phi_symmetric - Phi) u| / |Phi u| for random u, or |Phi - Phi^+| / |Phi|.
    """

    mesh: Mesh
    q: Float[np.ndarray, "points 3"]
    force_constants: Complex[np.ndarray, "points 3*atoms 3*atoms"]
    irreducible: Int[np.ndarray, " irreducible"]
    columns: Int[np.ndarray, " irreducible"]
    check_q: Float[np.ndarray, "checks 3"]
    check_force_constants: Complex[np.ndarray, "checks 3*atoms 3*atoms"]
    symmetry_error: float


def default_mesh(atoms: Atoms) -> Mesh:
    """Four points along each direction with a lattice; fewer for long cells, one for the others.

    The count goes by the distance between lattice planes, which symmetry-equivalent directions
    share.
    """
    heights = 1 / np.linalg.norm(atoms.cell.complete().reciprocal().array, axis=1)
    wanted = np.ceil(DEFAULT_LENGTH_A / heights - 1e-6)
    n = np.where(atoms.pbc, np.clip(wanted, 1, DEFAULT_POINTS), 1).astype(int)
    return int(n[0]), int(n[1]), int(n[2])


def checked_mesh(atoms: Atoms, mesh: Sequence[int]) -> Mesh:
    """A mesh given by a user.

    Raises
    ------
    PhonoscopeError
        if it is not three positive integers, has points along a direction without a lattice, or
        more than memory holds.
    """
    try:
        n = tuple(int(x) for x in mesh)
        whole = all(float(x) == int(x) for x in mesh)
    except (TypeError, ValueError):
        n, whole = (), False
    if len(n) != 3 or not whole or min(n) < 1:
        raise PhonoscopeError(
            "This is not a mesh of wave vectors",
            f"three positive whole numbers are expected, not {mesh!r}",
            "Give one number a direction, like 4,4,4.",
        )
    if (np.array(n)[~atoms.pbc] != 1).any():
        usable = ",".join(str(x if p else 1) for x, p in zip(n, atoms.pbc, strict=True))
        raise PhonoscopeError(
            "The mesh has points where there is no lattice",
            f"{n} for a structure that is periodic along {int(atoms.pbc.sum())} of 3 directions",
            f"Use {usable}.",
        )
    size_GB = math.prod(n) * (3 * len(atoms)) ** 2 * 16 / 1e9
    if size_GB > LARGEST_GB:
        raise PhonoscopeError(
            "The mesh is too fine",
            f"its {math.prod(n)} matrices of {3 * len(atoms)} rows take {size_GB:.0f} GB",
            f"Use one of no more than {int(math.prod(n) * LARGEST_GB / size_GB)} points.",
        )
    return n[0], n[1], n[2]


def sample(
    atoms: Atoms,
    potential: Potential,
    mesh: Mesh,
    dtype: np.dtype = DOUBLE,
    progress: Report | None = None,
    far: bool = False,
) -> Sample:
    """Force constants on a mesh, exact at each of its points.

    All products are asked for at once, so that a model is compiled once.

    Parameters
    ----------
    progress : is told how far it is.
    far : whether the checks between the points are to be far from Γ, see :func:`check_points`.

    Raises
    ------
    PhonoscopeError
        for elements the potential does not cover, or a structure without sense.
    """
    group = operations(atoms)
    points = mesh_points(mesh)
    family = stars(points, mesh, group)
    q = points[family.irreducible] / mesh
    checks = check_points(mesh, atoms.pbc, group, far)
    groups = [little_group(group, each) for each in (*q, *checks)]
    waves = [displacements(each) for each in groups]

    # One more displacement tells at Γ and at the checks whether symmetry gives what it promises.
    rng = np.random.default_rng(0)
    tested = [0, *range(len(q), len(groups))]
    asked = list(waves)
    for i in tested:
        probe = rng.normal(size=waves[i].shape[1])
        asked[i] = np.vstack([waves[i], probe / np.linalg.norm(probe)])
    every_q = np.concatenate([q, checks])
    products = bloch_products(atoms, potential, every_q, asked, dtype, progress=progress)
    matrices, error = _solved(groups, waves, asked, products)
    return Sample(
        mesh=mesh,
        q=points / mesh,
        force_constants=unfolded(q, matrices[: len(q)], family, group),
        irreducible=family.irreducible,
        columns=np.array([len(u) for u in waves[: len(q)]]),
        check_q=checks,
        check_force_constants=matrices[len(q) :],
        symmetry_error=error,
    )


def cost(atoms: Atoms, mesh: Mesh) -> tuple[int, int]:
    """Irreducible points of a mesh, and about how many products they need; nothing is computed.

    The bound above, with the fewest displacements that a group of this order can need for k_0.
    """
    group, size = operations(atoms), 3 * len(atoms)
    family = stars(mesh_points(mesh), mesh, group)
    fewest = -(-size // len(group))
    products = np.minimum(size, fewest * np.bincount(family.origin))
    return len(family.irreducible), int(products.sum()) + N_CHECKS * min(size, 4 * fewest)


def irreducible_matrices(
    atoms: Atoms, given: Sample
) -> tuple[Int[np.ndarray, " some"], Complex[np.ndarray, "some 3*atoms 3*atoms"]]:
    """The points that give the whole sample by :func:`sample_of`, and the matrices there.

    All points where symmetry does not give one from the other, as with finite differences.
    """
    points = given.irreducible
    if len(points):
        phi = given.force_constants
        whole = _from_irreducible(atoms, given.mesh, points, phi[points])
        if whole is not None and np.abs(whole - phi).max() <= 1e-9 * np.abs(phi).max():
            return points, phi[points]
    return np.arange(len(given.q)), given.force_constants


def sample_of(
    atoms: Atoms,
    mesh: Mesh,
    points: Int[np.ndarray, " some"],
    matrices: Complex[np.ndarray, "some 3*atoms 3*atoms"],
    columns: Int[np.ndarray, " irreducible"],
    check_q: Float[np.ndarray, "checks 3"],
    check_force_constants: Complex[np.ndarray, "checks 3*atoms 3*atoms"],
    symmetry_error: float,
) -> Sample:
    """A sample from what :func:`irreducible_matrices` gave; other arguments as of :class:`Sample`.

    Raises
    ------
    PhonoscopeError
        if the points are not those from which the symmetry of the crystal gives the mesh.
    """
    whole = matrices
    if len(points) < math.prod(mesh):
        found = _from_irreducible(atoms, mesh, points, matrices)
        if found is None:
            raise PhonoscopeError(
                "The force constants do not belong to this mesh",
                f"the {len(points)} points given are not those that symmetry leaves of {mesh}",
                "Compute them again.",
            )
        whole = found
    return Sample(
        mesh=mesh,
        q=mesh_points(mesh) / mesh,
        force_constants=whole,
        irreducible=points if len(points) == len(columns) else np.empty(0, int),
        columns=columns,
        check_q=check_q,
        check_force_constants=check_force_constants,
        symmetry_error=symmetry_error,
    )


def _from_irreducible(
    atoms: Atoms,
    mesh: Mesh,
    irreducible: Int[np.ndarray, " irreducible"],
    matrices: Complex[np.ndarray, "irreducible 3*atoms 3*atoms"],
) -> Complex[np.ndarray, "points 3*atoms 3*atoms"] | None:
    """The whole mesh; None if these are not its irreducible points."""
    group, points = operations(atoms), mesh_points(mesh)
    family = stars(points, mesh, group)
    if not np.array_equal(family.irreducible, irreducible):
        return None
    return unfolded(points[irreducible] / mesh, matrices, family, group)


def check_points(
    mesh: Mesh, pbc: Bool[np.ndarray, "3"], group: Operations, far: bool = False
) -> Float[np.ndarray, "checks 3"]:
    """A few wave vectors half-way between points of the mesh, where symmetry makes them cheap.

    The farther from the mesh the worse the interpolation: each is shifted by half a step along one,
    two or three axes, and of each such family the one with the largest little group is taken.

    Parameters
    ----------
    far : of several with as large a group, take one far from Γ, and not the nearest. With Born
        charges the field of long waves is theirs, of which a model that sees a few cells far has
        no idea; only shorter waves are the model's affair.
    """
    steps = 2 * mesh_points(mesh)
    found: list[tuple[int, tuple[float, ...]]] = []
    for half in np.indices((2, 2, 2)).reshape(3, -1).T[1:]:
        if (half[~pbc] != 0).any():
            continue
        q = (steps + half) / (2 * np.array(mesh))
        folded = np.round(np.abs(q - np.rint(q)), 9)
        order = np.argsort(-(folded**2).sum(1), kind="stable") if far else np.lexsort(folded.T)
        q = q[order[: 8 * max(mesh)]]
        sizes = [len(little_group(group, each).operations) for each in q]
        best = int(np.argmax(sizes))
        found.append((-sizes[best], tuple(q[best])))
    different: list[tuple[float, ...]] = []
    for _, q_ in sorted(found):
        if not any(_same_star(np.array(q_), np.array(other), group) for other in different):
            different.append(q_)
    return np.array(different[:N_CHECKS]).reshape(-1, 3)


def _solved(
    groups: list[LittleGroup],
    waves: list[Float[np.ndarray, "k 3*atoms"]],
    asked: list[Float[np.ndarray, "some 3*atoms"]],
    products: list[Complex[np.ndarray, "some 3*atoms"]],
) -> tuple[Complex[np.ndarray, "n_q 3*atoms 3*atoms"], float]:
    """Hermitian Phi at each q, and the largest relative error that could be seen."""
    matrices, sizes = [], []
    for group, basis, probed, given in zip(groups, waves, asked, products, strict=True):
        phi = reconstructed(group, basis, given[: len(basis)])
        hermitian = (phi + phi.conj().T) / 2
        expected = probed[len(basis) :] @ hermitian.T
        for difference, whole in (
            (phi - hermitian, hermitian),
            (given[len(basis) :] - expected, expected),
        ):
            sizes.append((float(np.linalg.norm(difference)), float(np.linalg.norm(whole))))
        matrices.append(hermitian)
    # At Γ a crystal of one atom has nothing but rounding errors.
    least = TINY * max(whole for _, whole in sizes)
    error = max((difference / whole for difference, whole in sizes if whole > least), default=0.0)
    return np.array(matrices), error


def _same_star(
    one: Float[np.ndarray, "3"], other: Float[np.ndarray, "3"], group: Operations
) -> bool:
    turned = group.wave_rotations @ one
    offsets = np.concatenate([turned - other, turned + other])
    return bool((np.abs(offsets - np.rint(offsets)) < 1e-6).all(1).any())
