from itertools import pairwise

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene, mx2

import engine
from engine.phonons import brillouin_zone, standard_route
from engine.phonons.path import band_path

FCC = bulk("Al", "fcc", a=4.05)
BCC = bulk("Fe", "bcc", a=2.87)
CRYSTALS = {
    "fcc": FCC,
    "bcc": BCC,
    "simple cubic": bulk("Po", "sc", a=3.35),
    "hexagonal": bulk("Mg", "hcp", a=3.2, c=5.2),
    "rhombohedral": bulk("Bi", "rhombohedral", a=4.7, alpha=57.2),
    "triclinic": Atoms("H", cell=[[3, 0, 0], [1.2, 4, 0], [0.4, -1.1, 5]], pbc=True),
}


@pytest.mark.parametrize("atoms", CRYSTALS.values(), ids=CRYSTALS)
def test_the_zone_fills_space_once(atoms):
    """Its volume is that of the reciprocal cell, and it obeys Euler: V - E + F = 2."""
    zone = brillouin_zone(atoms)
    volume = 0.0
    for face in zone.faces:
        origin, *others = zone.vertices[list(face)]
        for one, other in pairwise(others):
            volume += abs(np.linalg.det([origin, one, other])) / 6
    assert np.isclose(volume, (2 * np.pi) ** 3 / atoms.get_volume())
    assert len(zone.vertices) - len(zone.edges) + len(zone.faces) == 2
    assert len(zone.neighbours) == len(zone.faces)


@pytest.mark.parametrize(
    ("name", "faces", "edges"),
    [("fcc", 14, 36), ("bcc", 12, 24), ("simple cubic", 6, 12), ("hexagonal", 8, 18)],
)
def test_known_shapes(name, faces, edges):
    """Truncated octahedron, rhombic dodecahedron, cube, hexagonal prism."""
    zone = brillouin_zone(CRYSTALS[name])
    assert (len(zone.faces), len(zone.edges)) == (faces, edges)


def test_the_zone_belongs_to_the_lattice_and_not_to_the_choice_of_its_vectors():
    skewed = FCC.copy()
    skewed.set_cell(np.array([[1, 0, 0], [4, 1, 0], [-7, 3, 1]]) @ FCC.cell.array)
    one, other = brillouin_zone(FCC), brillouin_zone(skewed)
    distance = np.linalg.norm(one.vertices[:, None] - other.vertices, axis=2)
    assert distance.shape == (24, 24)
    assert np.allclose(distance.min(0), 0, atol=1e-9)


@pytest.mark.parametrize("atoms", CRYSTALS.values(), ids=CRYSTALS)
def test_special_points_lie_in_the_zone(atoms):
    zone = brillouin_zone(atoms)
    planes = zone.cartesian(zone.neighbours)
    half = (planes**2).sum(1) / 2
    for name, q in zone.points.items():
        assert (planes @ zone.cartesian(q) <= half * (1 + 1e-6)).all(), name
    on_a_face = planes @ zone.cartesian(np.array(list(zone.points.values()))).T
    assert np.isclose(on_a_face.max(0), half.max()).any()


def test_folding_keeps_the_wave_and_shortens_it():
    rng = np.random.default_rng(1)
    for atoms in CRYSTALS.values():
        zone = brillouin_zone(atoms)
        for q in rng.uniform(-3, 3, (20, 3)):
            folded = zone.folded(q)
            difference = q - folded
            assert np.allclose(difference, np.rint(difference))
            images = folded + np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
            lengths = np.linalg.norm(zone.cartesian(images), axis=1)
            assert np.linalg.norm(zone.cartesian(folded)) <= lengths.min() + 1e-9


@pytest.mark.parametrize("slab", [graphene(), mx2("MoS2")], ids=["graphene", "MoS2"])
def test_a_slab_has_a_polygon(slab):
    slab.pbc = (True, True, False)
    zone = brillouin_zone(slab)
    assert len(zone.faces) == 1
    assert len(zone.vertices) == len(zone.edges) == 6
    assert np.allclose(zone.vertices[:, 2], 0)
    sides = np.linalg.norm(np.diff(zone.vertices[zone.edges], axis=1), axis=2)
    assert np.allclose(sides, sides[0])
    assert np.isclose(np.linalg.norm(zone.cartesian(zone.points["K"])), sides[0, 0])


def test_a_chain_has_a_segment_that_ends_at_x():
    chain = engine.read("diatomic-chain")
    zone = brillouin_zone(chain)
    assert zone.faces == ()
    assert zone.vertices.shape == (2, 3)
    assert np.allclose(np.abs(zone.cartesian(zone.points["X"])), np.abs(zone.vertices[0]))
    assert np.allclose(zone.folded(np.array([1.75, 0, 0])), [-0.25, 0, 0])


def test_a_molecule_has_none():
    with pytest.raises(engine.PhonoscopeError, match="no Brillouin zone"):
        brillouin_zone(engine.read("methane"))


@pytest.mark.parametrize("atoms", CRYSTALS.values(), ids=CRYSTALS)
def test_the_standard_route_is_the_standard_path(atoms):
    written, standard = band_path(atoms, 60, standard_route(atoms)), band_path(atoms, 60)
    assert written.labels == standard.labels
    assert np.array_equal(written.q, standard.q)


def test_a_comma_is_a_jump_too():
    assert np.array_equal(band_path(FCC, 40, "Γ-X, K-Γ").q, band_path(FCC, 40, "Γ-X|K-Γ").q)


def _inside(zone, rng):
    weights = rng.dirichlet(np.ones(len(zone.vertices)))
    return weights @ zone.vertices


@pytest.mark.parametrize("atoms", CRYSTALS.values(), ids=CRYSTALS)
def test_a_line_of_sight_meets_the_zone_where_it_starts_or_else_where_it_enters(atoms):
    zone, rng = brillouin_zone(atoms), np.random.default_rng(5)
    size = np.linalg.norm(zone.vertices, axis=1).max()
    for _ in range(20):
        k, direction = _inside(zone, rng), rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        assert np.allclose(zone.cartesian(zone.on_line(k, direction)), k)
        outside = k + 3 * size * direction
        met = zone.cartesian(zone.on_line(outside, direction))
        assert np.allclose(np.cross(met - k, direction), 0, atol=1e-9)  # on the line
        q = zone.on_line(outside, direction)
        assert np.allclose(zone.folded(q * (1 - 1e-6)), q * (1 - 1e-6))  # in the zone
        assert not np.allclose(zone.folded(q + 1e-3 * direction @ np.linalg.inv(zone.reciprocal)),
                               q + 1e-3 * direction @ np.linalg.inv(zone.reciprocal))  # fmt: skip
        across = np.cross(direction, rng.normal(size=3))
        assert zone.on_line(3 * size * across / np.linalg.norm(across), direction) is None


def test_a_line_of_sight_crosses_the_zone_of_a_slab_and_passes_that_of_a_chain():
    slab = brillouin_zone(graphene(vacuum=8))
    k = np.array([0.3, -0.2, 0.0])
    direction = np.array([0.4, 0.1, 0.8])
    assert np.allclose(slab.cartesian(slab.on_line(k + 2 * direction, direction)), k)
    assert slab.on_line(np.array([9.0, 0, 0]), direction) is None
    assert slab.on_line(k, np.array([1.0, 0, 0])) is None  # seen edge-on
    chain = brillouin_zone(Atoms("H", cell=[2, 0, 0], pbc=[True, False, False]))
    seen_from_above = np.array([0, 0, 1.0])
    q = chain.on_line(np.array([0.7, 0.05, 3.0]), seen_from_above)
    assert np.allclose(q, [0.7 * 2 / (2 * np.pi), 0, 0])
    assert chain.on_line(np.array([0.7, 0.5, 3.0]), seen_from_above) is None
    assert chain.on_line(np.array([2.0, 0.0, 3.0]), seen_from_above) is None
