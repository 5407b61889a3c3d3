import numpy as np
import pytest
from ase.build import bulk

from engine.phonons.irreps import wave_symmetries
from engine.symmetry import character_table, space_group
from tests.engine.phonons.crystals import CRYSTALS, random_dynamical_matrix

THIRD = 1 / 3


def labels_of(atoms, q, along=None):
    """Labels of the modes at q, ascending in the eigenvalues of a random D(q)."""
    q = np.array(q, float)
    along = None if along is None else np.array(along, float)
    symmetry = wave_symmetries(atoms, space_group(atoms)).at(q, along)
    values, error = symmetry.levels(q, random_dynamical_matrix(atoms)(q))
    assert error < 1e-10
    pairs = [
        (value, block.label)
        for block, found in zip(symmetry.blocks, values, strict=True)
        for value in found
    ]
    return [label for _, label in sorted(pairs, key=lambda pair: pair[0])], symmetry.labels


def occurring(name, q, along=None):
    labels, names = labels_of(CRYSTALS[name](), q, along)
    return sorted(set(labels)), names.convention


@pytest.mark.parametrize(
    ("name", "q", "along", "labels", "convention"),
    [
        # silicon: L1, L2', L3, L3' in the old notation, seen from the middle of the bond along q
        ("silicon", (0.5, 0.5, 0.5), None, ["A1g", "A2u", "Eg", "Eu"], "site"),
        # Δ1, Δ2', Δ5
        ("silicon", (0.21, 0, 0.21), (0.5, 0, 0.5), ["A1", "B2", "E"], "interior"),
        ("silicon", (0.21, 0.21, 0.21), (1, 1, 1), ["A1", "E"], "interior"),
        ("rocksalt", (0.5, 0, 0.5), None, ["A2u", "Eu"], "site"),
        # seen from Na, which stands still where Cl moves: both are odd and even about it
        ("rocksalt", (0.5, 0.5, 0.5), None, ["A1g", "A2u", "Eg", "Eu"], "site"),
        ("zincblende", (0.21, 0, 0.21), (0.5, 0, 0.5), ["A1", "B1+B2"], "interior"),
        ("wurtzite", (0, 0, 0.21), (0, 0, 1), ["A1", "B1", "E1", "E2"], "interior"),
        ("quartz", (0, 0, 0.21), (0, 0, 1), ["1E", "2E", "A"], "interior"),
        ("perovskite", (0.5, 0.5, 0.5), None, None, "site"),
        ("graphene", (THIRD, THIRD, 0), None, None, "site"),
        ("silicon", (0.5, 0, 0.5), None, ["a(2)", "c(2)", "d(2)"], "own"),
        ("chain", (0.21, 0, 0), (1, 0, 0), None, "interior"),
    ],
)
def test_labels_of_textbooks(name, q, along, labels, convention):
    found, how = occurring(name, q, along)
    assert how == convention
    assert None not in found
    if labels is not None:
        assert found == labels


def test_rotation_of_octahedra_is_even_about_titanium():
    """The soft mode R25 of perovskites (R4+): seen from the metal an axial vector, T1g."""
    atoms = CRYSTALS["perovskite"]()
    symmetry = wave_symmetries(atoms, space_group(atoms)).at(np.full(3, 0.5))
    titanium = atoms.get_scaled_positions()[atoms.numbers == 22]
    assert np.allclose(titanium, symmetry.labels.origin)
    # Oxygen would do at X, and is lighter, but titanium has the whole symmetry of the crystal.
    at_x = wave_symmetries(atoms, space_group(atoms)).at(np.array([0.5, 0, 0]))
    assert np.allclose(titanium, at_x.labels.origin)
    (block,) = (block for block in symmetry.blocks if block.label == "T1g")
    moves = np.abs(block.rows).reshape(len(block.rows), len(atoms), 3, -1).max((0, 2, 3)) > 1e-9
    assert (moves == (atoms.numbers == 8)).all()


CASES = [
    ("silicon", (0.5, 0, 0.5)),
    ("silicon", (0.5, 0.5, 0.5)),
    ("silicon", (0.5, 0.25, 0.75)),
    ("rocksalt", (0.5, 0.5, 0.5)),
    ("quartz", (0, 0, 0.5)),
    ("quartz", (THIRD, THIRD, 0)),
    ("quartz", (0, 0, 0.21)),
    ("rutile", (0.5, 0, 0)),
    ("rutile", (0.5, 0.5, 0.5)),
    ("rutile", (0.21, 0, 0)),
    ("titanium", (0, 0, 0.5)),
    ("titanium", (THIRD, THIRD, 0)),
    ("perovskite", (0.5, 0.5, 0)),
    ("perovskite", (0.5, 0.21, 0)),
]


def levels_and_labels(atoms, matrix, q):
    symmetry = wave_symmetries(atoms, space_group(atoms)).at(q)
    values, error = symmetry.levels(q, matrix)
    assert error < 1e-8
    return {
        round(float(value), 6): block.label
        for block, found in zip(symmetry.blocks, values, strict=True)
        for value in found
    }


@pytest.mark.parametrize(("name", "q"), CASES)
def test_labels_do_not_depend_on_the_description(name, q):
    """The same D(q), its crystal turned, moved, in other vectors, with its atoms in other order."""
    atoms, q = CRYSTALS[name](), np.array(q)
    matrix = random_dynamical_matrix(atoms)(q)
    expected = levels_and_labels(atoms, matrix, q)
    assert None not in expected.values()

    moved = atoms.copy()
    moved.positions += (0.31, 0.77, -1.3)
    assert levels_and_labels(moved, matrix, q) == expected

    turned = atoms.copy()
    turned.rotate(77, (1, 2, 3), rotate_cell=True)
    rotation = np.linalg.solve(atoms.cell.array, turned.cell.array).T
    everywhere = np.kron(np.eye(len(atoms)), rotation)
    assert levels_and_labels(turned, everywhere @ matrix @ everywhere.T, q) == expected

    change = np.array([[1, 1, 0], [0, 1, 0], [0, 2, 1]])
    other = atoms.copy()
    other.set_cell(change @ atoms.cell.array)
    assert levels_and_labels(other, matrix, change @ q) == expected

    order = np.random.default_rng(0).permutation(len(atoms))
    coordinates = (3 * order[:, None] + np.arange(3)).ravel()
    assert levels_and_labels(atoms[order], matrix[np.ix_(coordinates, coordinates)], q) == expected


@pytest.mark.parametrize("name", CRYSTALS)
def test_at_gamma_they_are_those_of_the_factor_group(name):
    atoms = CRYSTALS[name]()
    group = space_group(atoms)
    symmetry = wave_symmetries(atoms, group).at(np.zeros(3))
    table = character_table(group.factor_group)
    counts = np.rint(table.multiplicities(group.factor_group.displacement_characters())).astype(int)
    expected = {n: int(c) for n, c in zip(table.names, counts, strict=True) if c}
    assert {block.label: block.copies for block in symmetry.blocks} == expected


def test_halves_of_e_change_places_with_q():
    """Reversing q reverses what is counter-clockwise about it, and conjugates the waves."""
    atoms = CRYSTALS["quartz"]()
    up, _ = labels_of(atoms, (0, 0, 0.21))
    down, _ = labels_of(atoms, (0, 0, -0.21))
    assert up == down and {"1E", "2E"} <= set(up)


def test_1e_turns_with_a_negative_phase():
    """A uniform displacement (1, i, 0) takes the phase exp(-2 pi i/3) by a turn of +120 degrees."""
    atoms = CRYSTALS["quartz"]()
    assert np.allclose(atoms.cell.array[2], [0, 0, 5.405])
    for sign, label in ((1, "1E"), (-1, "2E")):
        for q in ((0, 0, 1e-3), (0, 0, -1e-3)):
            symmetry = wave_symmetries(atoms, space_group(atoms)).at(np.array(q))
            (block,) = (block for block in symmetry.blocks if block.label == label)
            uniform = np.tile([1, sign * 1j * np.sign(q[2]), 0], len(atoms)) / np.sqrt(18)
            assert np.isclose(np.linalg.norm(block.rows[0].conj().T @ uniform), 1, atol=1e-9)


def test_symmetry_equivalent_wave_vectors_have_the_same_labels():
    atoms = bulk("Si", a=5.43)
    for star in ([(0.5, 0, 0), (0.5, 0.5, 0.5)], [(0.5, 0.25, 0.75), (0.25, 0.75, 0.5)]):
        assert len({tuple(labels_of(atoms, q)[0]) for q in star}) == 1
