from functools import lru_cache

import numpy as np
import pytest

from engine.symmetry import character_table, is_ir_active, is_raman_active
from engine.symmetry.raman_tensors import coefficient_text, raman_tensors
from tests.engine.symmetry.crystals.crystal_classes import SPACE_GROUPS, symmetry_of


@lru_cache
def forms_of(number):
    group = symmetry_of(number).factor_group
    table = character_table(group)
    return group, table, raman_tensors(group, table)


@pytest.mark.parametrize("number", SPACE_GROUPS)
def test_tensors_turn_into_each_other_as_the_partners_do(number):
    group, _, tensors = forms_of(number)
    local = group.axes.T @ group.rotations @ group.axes
    for tensor in tensors:
        for form in tensor.forms.swapaxes(0, 1):
            turned = np.einsum("gxu,kuv,gyv->gkxy", local, form, local)
            partners = np.einsum("glk,lxy->gkxy", tensor.matrices, form)
            assert np.abs(turned - partners).max() < 1e-10
            assert np.allclose(form, form.swapaxes(1, 2))


@pytest.mark.parametrize("number", SPACE_GROUPS)
def test_partners_carry_the_irrep(number):
    group, table, tensors = forms_of(number)
    for tensor in tensors:
        d = tensor.matrices
        assert np.allclose(np.trace(d, axis1=1, axis2=2), table.characters[tensor.irrep])
        assert np.allclose(d @ d.swapaxes(1, 2), np.eye(d.shape[1]))
        for g, product in enumerate(group.rotations @ group.rotations[-1]):
            same = np.abs(group.rotations - product).max((1, 2)).argmin()
            assert np.allclose(d[g] @ d[-1], d[same])


@pytest.mark.parametrize("number", SPACE_GROUPS)
def test_there_are_as_many_parameters_as_characters_say(number):
    """An irrep has one for each time it occurs in xx, ..., xy; a complex pair two."""
    group, table, tensors = forms_of(number)
    trace = np.trace(group.rotations, axis1=1, axis2=2)
    square = np.trace(group.rotations @ group.rotations, axis1=1, axis2=2)
    assert {t.irrep for t in tensors} == {
        i for i, chi in enumerate(table.characters) if is_raman_active(group, chi)
    }
    for tensor in tensors:
        chi = table.characters[tensor.irrep]
        assert tensor.forms.shape[1] == round(np.mean(chi * (trace**2 + square) / 2))
        polar = is_ir_active(group, chi)
        assert polar == any(name in "x, y, z" for name in tensor.partners)
    letters = [letter for tensor in tensors for letter in tensor.letters]
    assert letters == list("abcdef"[: len(letters)])
    # All irreps and partners together span the symmetric matrices.
    vectors = np.concatenate([t.forms.reshape(-1, 9) for t in tensors])
    assert np.linalg.matrix_rank(vectors, tol=1e-8) == 6


def o(*rows):
    return tuple(tuple(row.split()) for row in rows)


# R. Loudon, Adv. Phys. 13, 423 (1964), table 2, with letters in order; his mirror of C3v is normal
# to x, ours to y, so that x and y are exchanged there.
LOUDON = {
    "Oh": (225, {
        "A1g": [o("a 0 0", "0 a 0", "0 0 a")],
        "Eg": [o("b 0 0", "0 b 0", "0 0 -2b"), o("-√3b 0 0", "0 √3b 0", "0 0 0")],
        "T2g": [o("0 0 0", "0 0 c", "0 c 0"), o("0 0 c", "0 0 0", "c 0 0"),
                o("0 c 0", "c 0 0", "0 0 0")],
    }),
    "Td": (216, {
        "A1": [o("a 0 0", "0 a 0", "0 0 a")],
        "E": [o("b 0 0", "0 b 0", "0 0 -2b"), o("-√3b 0 0", "0 √3b 0", "0 0 0")],
        "T2": [o("0 0 0", "0 0 c", "0 c 0"), o("0 0 c", "0 0 0", "c 0 0"),
               o("0 c 0", "c 0 0", "0 0 0")],
    }),
    "D4h": (136, {
        "A1g": [o("a 0 0", "0 a 0", "0 0 b")],
        "B1g": [o("c 0 0", "0 -c 0", "0 0 0")],
        "B2g": [o("0 d 0", "d 0 0", "0 0 0")],
        "Eg": [o("0 0 0", "0 0 e", "0 e 0"), o("0 0 -e", "0 0 0", "-e 0 0")],
    }),
    "D2d": (115, {
        "A1": [o("a 0 0", "0 a 0", "0 0 b")],
        "B1": [o("c 0 0", "0 -c 0", "0 0 0")],
        "B2": [o("0 d 0", "d 0 0", "0 0 0")],
        "E": [o("0 0 0", "0 0 e", "0 e 0"), o("0 0 e", "0 0 0", "e 0 0")],
    }),
    "D3": (149, {
        "A1": [o("a 0 0", "0 a 0", "0 0 b")],
        "E": [o("c 0 0", "0 -c d", "0 d 0"), o("0 -c -d", "-c 0 0", "-d 0 0")],
    }),
    "C3v": (161, {
        "A1": [o("a 0 0", "0 a 0", "0 0 b")],
        "E": [o("c 0 d", "0 -c 0", "d 0 0"), o("0 -c 0", "-c 0 d", "0 d 0")],
    }),
    "C6v": (186, {
        "A1": [o("a 0 0", "0 a 0", "0 0 b")],
        "E1": [o("0 0 c", "0 0 0", "c 0 0"), o("0 0 0", "0 0 c", "0 c 0")],
        "E2": [o("d 0 0", "0 -d 0", "0 0 0"), o("0 d 0", "d 0 0", "0 0 0")],
    }),
    "C2v": (36, {
        "A1": [o("a 0 0", "0 b 0", "0 0 c")],
        "A2": [o("0 d 0", "d 0 0", "0 0 0")],
        "B1": [o("0 0 e", "0 0 0", "e 0 0")],
        "B2": [o("0 0 0", "0 0 f", "0 f 0")],
    }),
    "Th": (205, {
        "Ag": [o("a 0 0", "0 a 0", "0 0 a")],
        "Eg": [o("b 0 0", "0 c 0", "0 0 -b-c")],
        "Tg": [o("0 0 0", "0 0 d", "0 d 0"), o("0 0 d", "0 0 0", "d 0 0"),
               o("0 d 0", "d 0 0", "0 0 0")],
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", LOUDON)
def test_known_tables(name):
    number, expected = LOUDON[name]
    group, _, tensors = forms_of(number)
    assert group.name == name
    for tensor in tensors:
        written = tensor.written()
        for ours, theirs in zip(written, expected.pop(tensor.name), strict=False):
            assert ours == theirs
    assert not expected


def test_numbers_for_letters():
    _, _, tensors = forms_of(225)
    eg = next(t for t in tensors if t.name == "Eg")
    assert np.allclose(eg.tensors(np.array([2.0]))[0], np.diag([2, 2, -4]))
    assert np.allclose(eg.tensors(np.array([1.0]))[1], np.diag([-np.sqrt(3), np.sqrt(3), 0]))


@pytest.mark.parametrize(
    ("value", "text"), [(1, ""), (-1, "-"), (-2, "-2"), (np.sqrt(3), "√3"), (0.5, "1/2 ")]
)
def test_coefficients_as_text(value, text):
    assert coefficient_text(value) == text
