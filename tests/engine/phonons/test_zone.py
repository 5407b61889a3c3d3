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
