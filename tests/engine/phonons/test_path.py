import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene, molecule

from engine import PhonoscopeError
from engine.phonons import band_path


def test_path_of_silicon_is_the_standard_one():
    path = band_path(bulk("Si"), 200)
    assert [name for name, _ in path.labels] == ["Γ", "X", "U", "K", "Γ", "L", "W", "X"]
    assert abs(len(path.q) - 200) < 8
    assert len(path.distance) == len(path.q)
    u, k = path.labels[2][1], path.labels[3][1]
    assert k == u + 1
    assert path.distance[k] == path.distance[u]  # the path jumps here
    a = bulk("Si").cell.array[0, 1] * 2
    x = path.labels[1][1]
    assert np.isclose(path.distance[x], 2 * np.pi / a)
    assert np.isclose(np.linalg.norm(path.q[x] @ bulk("Si").cell.reciprocal().array), 1 / a)


def test_steps_are_even_along_the_path():
    path = band_path(bulk("NaCl", "rocksalt", 5.64), 300)
    steps = np.diff(path.distance)
    inside = steps[steps > 0]
    assert inside.max() / inside.min() < 1.5


def test_path_does_not_depend_on_the_orientation_of_the_cell():
    turned = bulk("Si")
    turned.rotate(33, (1, 1, 3), rotate_cell=True)
    assert np.allclose(band_path(turned).distance, band_path(bulk("Si")).distance)


def test_chain_goes_to_its_zone_boundary():
    chain = Atoms("Na", cell=[10, 2.5, 10], pbc=[False, True, False])
    path = band_path(chain, 50)
    assert path.labels == (("Γ", 0), ("X", 50))
    assert np.allclose(path.q[-1], [0, 0.5, 0])
    assert np.isclose(path.distance[-1], np.pi / 2.5)


def test_slab_follows_its_two_dimensional_lattice():
    sheet = graphene(vacuum=5)
    path = band_path(sheet, 90)
    assert [name for name, _ in path.labels] == ["Γ", "M", "K", "Γ"]
    assert (path.q[:, 2] == 0).all()
    assert np.isclose(path.distance[path.labels[1][1]], 2 * np.pi / 2.46 / np.sqrt(3))


def test_a_path_of_ones_own():
    path = band_path(bulk("Si"), 60, "G-L|X-W")
    assert [name for name, _ in path.labels] == ["Γ", "L", "X", "W"]
    assert np.allclose(path.q[path.labels[1][1]], [0.5, 0.5, 0.5])
    assert path.distance[path.labels[1][1]] == path.distance[path.labels[2][1]]
    for wrong in ("G", "G-Q", "", "nonsense"):
        with pytest.raises(PhonoscopeError, match="labelled points are Γ"):
            band_path(bulk("Si"), 60, wrong)


def test_what_has_no_path_is_told():
    with pytest.raises(PhonoscopeError, match="molecule"):
        band_path(molecule("CH4"))
    with pytest.raises(PhonoscopeError, match="too few"):
        band_path(bulk("Si"), 1)
