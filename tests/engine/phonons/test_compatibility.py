import numpy as np
import pytest

from engine.phonons import band_path
from engine.phonons.branches import connected
from engine.phonons.irreps import wave_symmetries
from engine.symmetry import space_group
from tests.engine.phonons.crystals import CRYSTALS, random_dynamical_matrix


def relations(name, route, end):
    atoms = CRYSTALS[name]()
    path = band_path(atoms, 6, route)
    dynamical = random_dynamical_matrix(atoms)
    matrices = np.array([dynamical(q) for q in path.q])
    found = connected(path, matrices, wave_symmetries(atoms, space_group(atoms)))
    (one,) = (c for c in found.compatibility if c.name == end)
    return one, {point: dict(line) for point, line in one.relations}


@pytest.mark.parametrize(
    ("name", "route", "expected"),
    [
        # Bouckaert, Smoluchowski, Wigner, Phys. Rev. 50, 58 (1936), table of Γ-Δ and Γ-Λ
        (
            "rocksalt",
            "Γ-X",
            {
                "A1g": {"A1": 1},
                "A2g": {"B1": 1},
                "Eg": {"A1": 1, "B1": 1},
                "T1g": {"A2": 1, "E": 1},
                "T2g": {"B2": 1, "E": 1},
                "T1u": {"A1": 1, "E": 1},
                "T2u": {"B1": 1, "E": 1},
            },
        ),
        (
            "rocksalt",
            "Γ-L",
            {
                "A1g": {"A1": 1},
                "A2g": {"A2": 1},
                "Eg": {"E": 1},
                "T1g": {"A2": 1, "E": 1},
                "T1u": {"A1": 1, "E": 1},
                "A1u": {"A2": 1},
            },
        ),
        ("zincblende", "Γ-X", {"T2": {"A1": 1, "B1+B2": 1}, "E": {"A1": 1, "A2": 1}}),
        ("quartz", "Γ-A", {"A1": {"A": 1}, "A2": {"A": 1}, "E": {"1E": 1, "2E": 1}}),
    ],
)
def test_relations_at_gamma_are_those_of_tables(name, route, expected):
    one, found = relations(name, route, "Γ")
    assert one.obeyed
    for irrep, line in expected.items():
        assert found[irrep] == line


@pytest.mark.parametrize(
    ("name", "route", "end"),
    [
        ("silicon", "Γ-X", "X"),
        ("silicon", "X-W", "W"),
        ("titanium", "Γ-A", "A"),
        ("rutile", "Γ-X", "X"),
        ("quartz", "Γ-K", "K"),
        ("perovskite", "M-R", "R"),
    ],
)
def test_dimensions_add_up_at_the_zone_boundary(name, route, end):
    atoms = CRYSTALS[name]()
    symmetries = wave_symmetries(atoms, space_group(atoms))
    path = band_path(atoms, 6, route)
    line = symmetries.at(path.q[0] + 0.618 * (path.q[-1] - path.q[0]), path.q[-1] - path.q[0])
    point = symmetries.at(path.q[-1])
    sizes = {
        label: irrep.dimension for label, irrep in zip(line.labels.labels, line.irreps, strict=True)
    }
    one, _ = relations(name, route, end)
    assert one.obeyed
    for (_, parts), irrep in zip(one.relations, point.irreps, strict=True):
        assert sum(sizes[label] * times for label, times in parts) == irrep.dimension


def test_sticking_in_silicon():
    """Δ1 and Δ2' become one level at X, Δ5 stays by itself."""
    _, found = relations("silicon", "Γ-X", "X")
    assert {"A1": 1, "B2": 1} in found.values() and {"E": 1} in found.values()
