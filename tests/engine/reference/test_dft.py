"""What density-functional theory says of crystals, and for whom its Born charges are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from engine.errors import PhonoscopeError
from engine.reference.dft import DftCrystal, born_charges_for, read_dft


def rock_salt(a: float = 5.6) -> Atoms:
    return bulk("NaCl", "rocksalt", a=a)


def known() -> DftCrystal:
    charges = np.array([1.10 * np.eye(3), -1.09 * np.eye(3)])
    nothing = np.zeros((0, 6, 6), complex)
    return DftCrystal("NaCl", rock_salt(), np.zeros((0, 3)), nothing, charges, 2.4 * np.eye(3))


def test_they_serve_the_same_crystal_relaxed_otherwise() -> None:
    found = born_charges_for(known(), rock_salt(5.7))
    np.testing.assert_allclose(found.charges_e[0], 1.095 * np.eye(3), atol=1e-12)
    assert found.neutrality_error_e == pytest.approx(0.01)


@pytest.mark.parametrize(
    "other",
    [
        bulk("KCl", "rocksalt", a=5.6),
        bulk("NaCl", "rocksalt", a=6.5),
        bulk("NaCl", "rocksalt", a=5.6, cubic=True),
        bulk("NaCl", "zincblende", a=5.6),
        rock_salt()[::-1],
    ],
    ids=["elements", "strain", "cell", "places", "order"],
)
def test_and_no_other(other: Atoms) -> None:
    with pytest.raises(PhonoscopeError, match="are not those of"):
        born_charges_for(known(), other)


def test_not_a_turned_one() -> None:
    turned = rock_salt()
    turned.rotate(30, "z", rotate_cell=True)
    with pytest.raises(PhonoscopeError, match="orientation"):
        born_charges_for(known(), turned)


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.h5").write_text("text")
    with pytest.raises(PhonoscopeError, match="cannot read"):
        read_dft(tmp_path / "x.h5")
