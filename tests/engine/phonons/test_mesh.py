"""Force constants by symmetry must be those of the model, everywhere on the mesh."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene
from ase.spacegroup import crystal

import engine
from engine import PhonoscopeError
from engine.derivatives import dynamical_matrices
from engine.phonons.columns import displacements, little_group
from engine.phonons.mesh import checked_mesh, default_mesh, sample
from engine.phonons.operations import operations
from engine.phonons.stars import mesh_points, stars, symmetric_shift
from engine.potentials.springs import springs
from tests.helpers import message_passing_potential


def quartz() -> Atoms:
    return crystal(
        ["Si", "O"],
        [(0.4697, 0, 1 / 3), (0.4135, 0.2669, 0.1191 + 1 / 3)],
        spacegroup=152,
        cellpar=[4.916, 4.916, 5.405, 90, 90, 120],
    )


def wurtzite() -> Atoms:
    return bulk("AlN", "wurtzite", a=3.11, c=4.98, u=0.381)


def force_constants(atoms, potential, q):
    root_mass = np.repeat(np.sqrt(atoms.get_masses()), 3)
    return dynamical_matrices(atoms, potential, q) * np.outer(root_mass, root_mass)


def pairs(*elements: str, within: float) -> engine.Potential:
    """Springs under tension between all pairs, so that every component of Phi is there."""
    table = [
        {"between": [a, b], "within_A": [0.5, within], "rest_length_A": 1.7, "stiffness_eV_A2": 5.0}
        for i, a in enumerate(elements)
        for b in elements[i:]
    ]
    return springs(table)


def cases():
    network = message_passing_potential()
    yield "silicon", bulk("Si", a=5.431), engine.load_model("stillinger-weber"), (4, 4, 4)
    yield "cubic cell", bulk("Si", a=5.431, cubic=True), pairs("Si", within=4.0), (2, 2, 2)
    yield "quartz", quartz(), network, (3, 3, 2)
    yield "wurtzite", wurtzite(), network, (3, 3, 3)
    yield "rock salt", bulk("NaF", "rocksalt", a=4.63), network, (3, 3, 3)
    yield "one atom, body-centred", bulk("Na", "bcc", a=4.2), pairs("Na", within=6.0), (3, 3, 3)
    yield "mesh of lower symmetry", bulk("Si", a=5.431), pairs("Si", within=4.0), (4, 4, 2)
    sheet = graphene(a=2.46, vacuum=6)
    yield "slab", sheet, pairs("C", within=3.0), (4, 4, 1)
    yield (
        "chain",
        Atoms("NaF", [[0, 0, 0], [0, 2, 0]], cell=[9, 5, 9], pbc=[0, 1, 0]),
        pairs("Na", "F", within=12.0),
        (1, 5, 1),
    )
    low = bulk("Si", a=5.43).repeat((2, 1, 1))
    rng = np.random.default_rng(1)
    low.set_cell(low.cell.array @ (np.eye(3) + 0.05 * rng.normal(size=(3, 3))), scale_atoms=True)
    low.positions += 0.1 * rng.normal(size=low.positions.shape)
    yield "no symmetry", low, engine.load_model("stillinger-weber"), (2, 3, 2)
    turned = quartz()
    turned.rotate(33, (1, 1, 3), rotate_cell=True)
    turned.positions += [0.3, -7.0, 0.2]
    yield "turned, outside of its cell", turned, network, (2, 2, 2)


@pytest.mark.parametrize(
    ("atoms", "potential", "mesh"), [pytest.param(*case[1:], id=case[0]) for case in cases()]
)
def test_matrices_on_the_whole_mesh_are_those_of_the_model(atoms, potential, mesh):
    found = sample(atoms, potential, mesh)
    exact = force_constants(atoms, potential, found.q)
    assert np.abs(found.force_constants - exact).max() < 1e-8
    between = force_constants(atoms, potential, found.check_q)
    assert np.abs(found.check_force_constants - between).max() < 1e-8
    assert found.symmetry_error < 1e-10
    on_mesh = np.abs(found.check_q * mesh - np.rint(found.check_q * mesh)).max(1) < 1e-6
    assert len(on_mesh) and not on_mesh.any()


def test_silicon_needs_one_column_of_six_nearly_everywhere():
    found = sample(bulk("Si", a=5.431), engine.load_model("stillinger-weber"), (4, 4, 4))
    assert (found.irreducible[0], found.columns[0]) == (0, 1)  # Γ
    assert sorted(found.columns) == [1, 1, 1, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("atoms", [quartz(), wurtzite(), bulk("NaF", "rocksalt", a=4.63)])
def test_cost_is_below_both_simpler_ways(atoms):
    mesh = (4, 4, 4)
    group = operations(atoms)
    points = mesh_points(mesh)
    family = stars(points, mesh, group)
    columns = [
        len(displacements(little_group(group, q))) for q in points[family.irreducible] / mesh
    ]
    star = np.bincount(family.origin)
    for k, size in zip(columns, star, strict=True):
        assert k <= min(3 * len(atoms), columns[0] * size)
    assert sum(columns) < 0.6 * 3 * len(atoms) * len(columns)
    assert sum(columns) < columns[0] * len(points)


def test_displacements_are_few_and_span_evenly():
    atoms = bulk("NaF", "rocksalt", a=4.63)
    group = little_group(operations(atoms), np.zeros(3))
    waves = displacements(group)
    assert len(waves) == 1  # both ions at once
    images = group.images(waves).reshape(-1, 6)
    eigenvalues = np.linalg.eigvalsh(images.T @ images.conj())
    assert eigenvalues[0] > 0.1 * eigenvalues[-1]


def test_isotopes_do_not_lower_the_symmetry_of_force_constants(stillinger_weber):
    isotopes = bulk("Si", a=5.431)
    isotopes.set_masses([28.0, 30.0])
    assert sample(isotopes, stillinger_weber, (2, 2, 2)).columns.sum() == 3
    ph = engine.phonons(isotopes, stillinger_weber, mesh=(2, 2, 2))
    q = np.array([0.5, 0, 0.5])
    exact = np.linalg.eigvalsh(ph.dynamical_matrix(q))
    assert np.allclose(ph.modes(q).frequency_cm1, 521.4708983 * np.sqrt(exact), atol=1e-4)


def test_broken_symmetry_within_tolerance_is_noticed(stillinger_weber):
    bent = bulk("Si", a=5.431, cubic=True)
    bent.positions[0, 0] += 2e-4
    assert sample(bent, stillinger_weber, (1, 1, 1)).symmetry_error > 1e-5


def test_empty_space_is_no_symmetry():
    """Two layers half a cell apart: spglib sees a translation that would cross the vacuum."""
    layers = graphene(a=2.46, vacuum=0)
    layers.positions[:, 2] = 0
    second = layers.copy()
    second.translate([0, 0, 5])
    double = layers + second
    double.cell[2] = [0, 0, 10]
    double.pbc = [True, True, False]
    as_crystal = double.copy()
    as_crystal.pbc = True
    assert len(operations(as_crystal)) == 2 * len(operations(double))
    slab = sample(double, pairs("C", within=5.5), (2, 2, 1))
    exact = force_constants(double, pairs("C", within=5.5), slab.q)
    assert np.abs(slab.force_constants - exact).max() < 1e-8


def test_dense_meshes_avoid_gamma_where_symmetry_lets_them():
    for atoms, shift in [
        (bulk("Na", "sc", a=3.0), (0.5, 0.5, 0.5)),
        (wurtzite(), (0, 0, 0.5)),
        (bulk("Si"), (0, 0, 0)),
        (graphene(vacuum=5), (0, 0, 0)),
        (Atoms("Na", cell=[9, 5, 9], pbc=[0, 1, 0]), (0, 0.5, 0)),
    ]:
        mesh = tuple(np.where(atoms.pbc, 5, 1))
        group = operations(atoms)
        assert tuple(symmetric_shift(mesh, atoms.pbc, group)) == shift
        family = stars(mesh_points(mesh), mesh, group, np.array(shift))
        assert np.bincount(family.origin).sum() == np.prod(mesh)


def test_default_mesh():
    assert default_mesh(bulk("Si")) == default_mesh(quartz()) == (4, 4, 4)
    assert default_mesh(bulk("Si").repeat((1, 1, 4))) == (4, 4, 2)
    assert default_mesh(Atoms("Na", cell=[9, 5, 9], pbc=[0, 1, 0])) == (1, 4, 1)


@pytest.mark.parametrize("mesh", [(4, 4), (4, 4, 0), (2.5, 2, 2), "abc", 4, (10**4,) * 3])
def test_meshes_without_sense_are_told(mesh):
    with pytest.raises(PhonoscopeError, match="mesh"):
        checked_mesh(bulk("Si"), mesh)
    with pytest.raises(PhonoscopeError, match="Use 4,4,1"):
        checked_mesh(graphene(vacuum=5), (4, 4, 4))
