"""Irrep matrices and bases, against representations made from vectors and tensors."""

import itertools

import numpy as np
import pytest
from ase.build import molecule
from scipy.spatial.transform import Rotation

from engine.symmetry import SymmetryGroup, character_table, point_group
from engine.symmetry.partners import (
    adapted_basis,
    displacement_operator,
    irrep_matrices,
    product_table,
)
from engine.symmetry.tables import POINT_GROUPS, standard_table
from tests.engine.symmetry.molecules.shapes import SHAPES

FINITE = [name for name in POINT_GROUPS if "∞" not in name]


def standard_group(name: str, axes: np.ndarray | None = None) -> SymmetryGroup:
    """The operations of a group on one atom at its centre, turned from the standard orientation."""
    axes = np.eye(3) if axes is None else axes
    rotations = axes @ standard_table(name).operations @ axes.T
    return SymmetryGroup(name, rotations, np.zeros((len(rotations), 1), int), 0.0, axes)


@pytest.mark.parametrize("name", FINITE)
def test_matrices_are_orthogonal_representations_with_the_characters_of_the_table(name):
    group = standard_group(name)
    table = character_table(group)
    products = product_table(group.rotations)
    for chi, matrices in zip(table.characters, irrep_matrices(group, table), strict=True):
        assert np.allclose(np.trace(matrices, axis1=1, axis2=2), chi, atol=1e-9)
        assert np.allclose(matrices @ matrices.transpose(0, 2, 1), np.eye(matrices.shape[1]))
        for operation, row in zip(matrices, products, strict=True):
            assert np.allclose(operation @ matrices, matrices[row], atol=1e-9)


def of_vectors(group):
    return group.rotations


def of_rotations(group):
    return np.linalg.det(group.rotations)[:, None, None] * group.rotations


@pytest.mark.parametrize(
    ("name", "irrep", "representation", "columns"),
    [
        ("Td", "T2", of_vectors, "xyz"),
        ("Td", "T1", of_rotations, "xyz"),
        ("Oh", "T1u", of_vectors, "xyz"),
        ("Oh", "T1g", of_rotations, "xyz"),
        ("Ih", "T1u", of_vectors, "xyz"),
        ("T", "T", of_vectors, "xyz"),
        ("C3v", "E", of_vectors, "xy"),
        ("D3h", "E'", of_vectors, "xy"),
        ("D3d", "Eu", of_vectors, "xy"),
        ("C4v", "E", of_vectors, "xy"),
        ("D4h", "Eu", of_vectors, "xy"),
        ("D6h", "E1u", of_vectors, "xy"),
        ("D12h", "E1u", of_vectors, "xy"),
        ("D∞h", "Πu", of_vectors, "xy"),
        ("C∞v", "Π", of_vectors, "xy"),
    ],
)
def test_partners_are_those_of_x_y_z(name, irrep, representation, columns):
    group = standard_group(name)
    table = character_table(group)
    own = irrep_matrices(group, table)[table.names.index(irrep)]
    kept = ["xyz".index(axis) for axis in columns]
    assert np.allclose(own, representation(group)[:, kept][:, :, kept], atol=1e-9)


@pytest.mark.parametrize(
    ("name", "irrep", "functions"),
    [
        ("Td", "E", [np.diag([-1, -1, 2]) / 6**0.5, np.diag([1, -1, 0]) / 2**0.5]),
        ("Oh", "Eg", [np.diag([-1, -1, 2]) / 6**0.5, np.diag([1, -1, 0]) / 2**0.5]),
        (
            "D6h",
            "E2g",
            [np.diag([1, -1, 0]) / 2**0.5, np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]) / 2**0.5],
        ),
    ],
)
def test_two_partners_are_those_of_quadratic_functions_but_for_signs(name, irrep, functions):
    group = standard_group(name)
    table = character_table(group)
    own = irrep_matrices(group, table)[table.names.index(irrep)]
    carried = np.einsum("gxy,jyz,gwz->gjxw", group.rotations, functions, group.rotations)
    expected = np.einsum("ixy,gjxy->gij", functions, carried)
    signs = np.diag([1.0, -1.0])
    assert any(np.allclose(own, s @ expected @ s, atol=1e-9) for s in (np.eye(2), signs))


@pytest.mark.parametrize(("name", "irrep"), [("O", "T2"), ("Oh", "T2g"), ("Oh", "T2u")])
def test_partners_of_cubic_groups_are_those_of_yz_xz_and_xy_but_for_signs(name, irrep):
    group = standard_group(name)
    table = character_table(group)
    own = irrep_matrices(group, table)[table.names.index(irrep)]
    products = np.zeros((3, 3, 3))
    for i, (j, k) in enumerate([(1, 2), (0, 2), (0, 1)]):
        products[i, j, k] = products[i, k, j] = 0.5**0.5
    carried = np.einsum("gxy,jyz,gwz->gjxw", group.rotations, products, group.rotations)
    expected = np.einsum("ixy,gjxy->gij", products, carried)
    if irrep.endswith("u"):
        expected = np.linalg.det(group.rotations)[:, None, None] * expected
    signs = [np.diag(s) for s in itertools.product((1, -1), repeat=3)]
    assert any(np.allclose(own, s @ expected @ s, atol=1e-9) for s in signs)


def test_axes_turn_with_the_group():
    axes = Rotation.random(rng=3).as_matrix()
    plain, turned = standard_group("Td"), standard_group("Td", axes)
    for one, other in zip(
        irrep_matrices(plain, character_table(plain)),
        irrep_matrices(turned, character_table(turned)),
        strict=True,
    ):
        assert np.allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("name", ["CH4", "C6H6", "C3H4_D2d", "H2O2", "C2H2"])
def test_bases_are_orthonormal_and_transform_like_the_irrep(name):
    atoms = molecule(name)
    group = point_group(atoms)
    table = character_table(group)
    bases = adapted_basis(group, table, np.eye(3 * len(atoms)))
    matrices = irrep_matrices(group, table)
    columns = np.concatenate([p.T for basis in bases for p in basis.partners]).T
    assert np.allclose(columns.conj().T @ columns, np.eye(3 * len(atoms)), atol=1e-9)
    for basis in bases:
        for g in range(group.order):
            single = np.zeros(group.order)
            single[g] = 1.0
            carried = displacement_operator(group, single) @ basis.partners
            expected = np.einsum("jxc,ji->ixc", basis.partners, matrices[basis.irrep][g])
            assert np.allclose(carried, expected, atol=1e-9)


def test_pairs_of_complex_irreps_have_one_complex_basis():
    atoms, _ = SHAPES["ideal C3"]
    group = point_group(atoms)
    table = character_table(group)
    assert (group.name, table.names) == ("C3", ("A", "E"))
    single, pair = adapted_basis(group, table, np.eye(3 * len(atoms)))
    assert not single.is_complex_pair
    assert pair.is_complex_pair
    assert pair.partners.shape == (1, 3 * len(atoms), len(atoms))
    turn = np.eye(group.order)[int(np.argmin(np.trace(group.rotations, axis1=1, axis2=2)))]
    within = pair.partners[0].conj().T @ displacement_operator(group, turn) @ pair.partners[0]
    phases = np.linalg.eigvals(within)
    assert np.allclose(phases, phases[0])  # all copies turn the same way
    assert np.isclose(abs(phases[0].imag), np.sqrt(3) / 2)
