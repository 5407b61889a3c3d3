"""Born charges from a file that is dropped."""

import numpy as np
import pytest
from ase.build import bulk, molecule

from dashboard.born import ASK, born_view, charges_in, in_words
from dashboard.computing import Computing
from engine.errors import PhonoscopeError
from engine.formats.given import Given

MGO = bulk("MgO", "rocksalt", a=4.21)
BORN = "14.4\n3 0 0 0 3 0 0 0 3\n1.98 0 0 0 1.98 0 0 0 1.98\n-1.98 0 0 0 -1.98 0 0 0 -1.98\n"


def part(view, kind):
    return view.select(lambda each: type(each).__name__ == kind)[0]


@pytest.fixture
def computing():
    return Computing(lambda subject: None, lambda: None)


def test_a_file_that_is_dropped_is_told_and_forgotten_with_its_crystal(computing):
    choice, view = born_view(computing)
    assert not view.visible
    computing.propose(Given(MGO, "MgO", "a test"))
    assert view.visible
    part(view, "FileDropper").value = {"BORN": BORN.encode()}
    assert np.allclose(choice.value.charges_e[0], 1.98 * np.eye(3))
    told = part(view, "HTML")
    assert "Mg +1.98 e, O -1.98 e" in told.object and "3.00" in told.object
    computing.propose(Given(bulk("NaCl", "rocksalt", a=5.6), "NaCl", "a test"))
    assert choice.value is None and told.object == ASK
    computing.propose(Given(molecule("H2O"), "water", "a test"))
    assert not view.visible


def test_a_wrong_file_is_told_in_words_with_its_own_name(computing):
    choice, view = born_view(computing)
    computing.propose(Given(MGO, "MgO", "a test"))
    for wrong in (b"\x00\xff nonsense", b"", BORN.replace("-1.98", "1.98").encode()):
        part(view, "FileDropper").value = {"wrong.txt": wrong}
        assert choice.value is None
        assert 'role="alert"' in part(view, "HTML").object
    with pytest.raises(PhonoscopeError, match=r"wrong\.txt is not a BORN file"):
        charges_in("wrong.txt", "nonsense", MGO)


def test_the_words_are_means_over_an_element():
    assert "dielectric" in in_words(charges_in("BORN", BORN, MGO), MGO)
