"""Every standard table against what must hold for the characters of any group."""

import re

import numpy as np
import pytest

from engine.symmetry.tables import POINT_GROUPS, standard_table

FINITE = [name for name in POINT_GROUPS if "∞" not in name]


def products(table):
    """Number of the product of every two operations."""
    operations = table.operations
    carried = np.einsum("axy,byz->abxz", operations, operations)
    keys = {tuple(np.rint(1e4 * g).astype(int).ravel()): i for i, g in enumerate(operations)}
    flat = np.rint(1e4 * carried).astype(int).reshape(-1, 9)
    return np.array([keys[tuple(row)] for row in flat]).reshape(len(operations), -1)


def number_of(table, operation):
    distance = np.abs(table.operations - operation).max((1, 2))
    assert distance.min() < 1e-9
    return int(distance.argmin())


def norms(table):
    return np.mean(table.characters**2, axis=1)


def row(table, irrep):
    return table.characters[table.irreps.index(irrep)]


def test_all_families_are_there_up_to_twelvefold_axes():
    assert len(set(POINT_GROUPS)) == len(POINT_GROUPS)
    for family in ("C{}", "C{}v", "C{}h", "D{}", "D{}h", "D{}d"):
        assert {family.format(n) for n in range(2, 13)} <= set(POINT_GROUPS)
    assert {f"S{2 * n}" for n in range(2, 13)} <= set(POINT_GROUPS)
    with pytest.raises(KeyError):
        standard_table("C13")


@pytest.mark.parametrize("name", FINITE)
def test_operations_are_a_group_of_the_right_order(name):
    table = standard_table(name)
    n = int(re.sub(r"\D", "", name) or 1)
    factors = {"C": 1, "D": 2, "S": 1}
    special = {"Ci": 2, "Cs": 2, "T": 12, "Td": 24, "Th": 24, "O": 24, "Oh": 48, "I": 60, "Ih": 120}
    order = special.get(name) or n * factors[name[0]] * (2 if name[-1] in "vhd" else 1)
    assert len(table.operations) == order
    assert np.allclose(table.operations @ table.operations.transpose(0, 2, 1), np.eye(3))
    multiplied = products(table)  # raises KeyError if a product is not in the group
    assert (np.sort(multiplied, axis=1) == np.arange(order)).all()


@pytest.mark.parametrize("name", POINT_GROUPS)
def test_operations_agree_with_their_name(name):
    """C2v and the like: what is along z, and what is along x."""
    table = standard_table(name)
    z = table.operations[:, 2, 2]
    if name[0] not in "TOI":
        assert np.allclose(np.abs(z), 1)
    if name[0] in "DTOI":
        number_of(table, np.diag([1, -1, -1]))
    if name.endswith("v"):
        number_of(table, np.diag([1, -1, 1]))


@pytest.mark.parametrize("name", FINITE)
def test_classes_are_the_orbits_under_conjugation(name):
    table = standard_table(name)
    multiplied = products(table)
    inverse = (multiplied == number_of(table, np.eye(3))).argmax(1)
    members = [set(c.members) for c in table.classes]
    assert sorted(i for m in members for i in m) == list(range(len(table.operations)))
    for one in members:
        first = next(iter(one))
        orbit = {int(multiplied[multiplied[g, first], inverse[g]]) for g in range(len(inverse))}
        assert orbit == one
    names = [c.name for c in table.classes]
    assert len(set(names)) == len(names)
    for c in table.classes:
        assert len(c.members) == int(re.match(r"\d*", c.name).group() or 1)


@pytest.mark.parametrize("name", FINITE)
def test_rows_and_columns_are_orthogonal(name):
    table = standard_table(name)
    order = len(table.operations)
    gram = table.characters @ table.characters.T / order
    norm = norms(table)
    assert np.allclose(gram, np.diag(norm), atol=1e-10)
    assert np.isin(np.rint(norm), [1, 2]).all() and np.allclose(norm, np.rint(norm))
    # A real row of a complex pair does not tell an operation from its inverse.
    columns = table.characters.T @ (table.characters / norm[:, None])
    inverse = (products(table) == number_of(table, np.eye(3))).argmax(1)
    expected = np.zeros((order, order))
    for c in table.classes:
        expected[np.ix_(c.members, c.members)] += order / len(c.members) / 2
        expected[np.ix_(c.members, inverse[list(c.members)])] += order / len(c.members) / 2
    assert np.allclose(columns, expected, atol=1e-9)


@pytest.mark.parametrize("name", FINITE)
def test_there_are_as_many_irreps_as_classes_and_dimensions_add_up(name):
    table = standard_table(name)
    pairs = np.rint(norms(table))
    assert pairs.sum() == len(table.classes)
    assert (row_dimensions(table) ** 2 / pairs).sum() == len(table.operations)
    assert len(set(table.irreps)) == len(table.irreps)


def row_dimensions(table):
    return np.rint(table.characters[:, number_of(table, np.eye(3))])


@pytest.mark.parametrize("name", FINITE)
def test_products_of_irreps_are_sums_of_irreps(name):
    """No set of merely orthogonal class functions does this."""
    table = standard_table(name)
    order = len(table.operations)
    squared = np.einsum("ag,bg,cg->abc", *3 * [table.characters]) / order
    counts = squared / norms(table)
    assert np.allclose(counts, np.rint(counts), atol=1e-8) and counts.min() > -1e-8


@pytest.mark.parametrize("name", FINITE)
def test_letters_and_marks_say_how_irreps_behave(name):
    """A, B by the principal axis, E, T, G, H by dimension, g/u by i, '/'' by σh (Mulliken)."""
    table = standard_table(name)
    dimension = {"A": 1, "B": 1, "E": 2, "T": 3, "G": 4, "H": 5}
    inverted = {"g": 1, "u": -1}
    for irrep, d, characters in zip(
        table.irreps, row_dimensions(table), table.characters, strict=True
    ):
        assert d == dimension[irrep[0]]
        if irrep[-1] in inverted:
            i = number_of(table, -np.eye(3))
            assert np.isclose(characters[i], inverted[irrep[-1]] * d)
        elif irrep.endswith("'"):
            h = number_of(table, np.diag([1, 1, -1]))
            assert np.isclose(characters[h], d if irrep.count("'") == 1 else -d)
    principal = table.operations[1 % len(table.operations)]
    if name[0] in "CDS" and name not in ("D2", "D2h"):
        turned = table.characters[:, number_of(table, principal)]
        for irrep, value in zip(table.irreps, turned, strict=True):
            if irrep[0] in "AB" and irrep[-1] not in "u'" and name not in ("Ci", "Cs"):
                assert np.isclose(value, 1 if irrep[0] == "A" else -1)


DIHEDRAL = [n for n in FINITE if re.fullmatch(r"C\d+v|D\d+[hd]?", n) and n not in ("D2", "D2h")]


@pytest.mark.parametrize("name", DIHEDRAL)
def test_subscript_one_is_symmetric_to_the_second_generator(name):
    """σv in the plane xz for Cnv, C2' along x for the others."""
    table = standard_table(name)
    second = number_of(table, np.diag([1, -1, 1] if name[0] == "C" else [1, -1, -1]))
    for irrep, characters in zip(table.irreps, table.characters, strict=True):
        if irrep[0] in "AB":
            assert np.isclose(characters[second], {"1": 1, "2": -1}[irrep[1]])


@pytest.mark.parametrize("name", ["D2", "D2h"])
def test_b1_b2_b3_belong_to_z_y_x(name):
    table = standard_table(name)
    mark = "g" if name == "D2h" else ""
    for digit, diagonal in zip("123", ([-1, -1, 1], [-1, 1, -1], [1, -1, -1]), strict=True):
        own = number_of(table, np.diag(diagonal))
        for other in "123":
            value = row(table, f"B{other}{mark}")[own]
            assert np.isclose(value, 1 if other == digit else -1)


@pytest.mark.parametrize("name", FINITE)
def test_a_vector_belongs_to_the_irreps_that_textbooks_print(name):
    """z and (x, y) of F. A. Cotton, Chemical Applications of Group Theory, appendix."""
    table = standard_table(name)
    trace = np.trace(table.operations, axis1=1, axis2=2)
    counts = np.rint(table.characters @ trace / len(trace) / norms(table)).astype(int)
    found = "+".join(
        i if c == 1 else f"{c}{i}" for i, c in zip(table.irreps, counts, strict=True) if c
    )
    assert sorted(found.split("+")) == sorted(vector_irreps(name).split("+"))


def vector_irreps(name):
    """By family: z first, then (x, y)."""
    special = {
        "C1": "3A", "Ci": "3Au", "Cs": "2A'+A''", "C2": "A+2B", "C2h": "Au+2Bu",
        "C2v": "A1+B1+B2", "D2": "B1+B2+B3", "D2h": "B1u+B2u+B3u",
        "T": "T", "Td": "T2", "Th": "Tu", "O": "T1", "Oh": "T1u", "I": "T1", "Ih": "T1u",
    }  # fmt: skip
    if name in special:
        return special[name]
    family, n = re.sub(r"\d+", "#", name), int(re.sub(r"\D", "", name))
    even = n % 2 == 0
    centred = n // 2 % 2 == 1  # of S2n
    several = {"S#": n // 2 > (3 if centred else 2), "D#d": n > 2 if even else n > 4}
    e = "E1" if several.get(family, n > 4) else "E"
    return {
        "C#": f"A+{e}",
        "C#v": f"A1+{e}",
        "C#h": f"Au+{e}u" if even else f"A''+{e}'",
        "D#": f"A2+{e}",
        "D#h": f"A2u+{e}u" if even else f"A2''+{e}'",
        "D#d": f"B2+{e}" if even else f"A2u+{e}u",
        "S#": f"Au+{e}u" if centred else f"B+{e}",
    }[family]


@pytest.mark.parametrize("name", FINITE)
def test_what_is_printed_is_what_is_computed(name):
    table = standard_table(name)
    assert len(table.entries) == len(table.irreps)
    for characters, texts in zip(table.characters, table.entries, strict=True):
        for c, text in zip(table.classes, texts, strict=True):
            assert np.allclose(characters[list(c.members)], evaluated(text), atol=1e-9)


def evaluated(text):
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    if text.startswith("√"):
        return sign * np.sqrt(int(text[1:]))
    if text.endswith("°"):
        return sign * 2 * np.cos(np.radians(int(text[4:-1])))
    if text.startswith("2cos"):
        above, below = text[4:].strip().split("π/")
        return sign * 2 * np.cos(np.pi * int(above or 1) / int(below))
    return sign * int(text)
