"""What density-functional theory says of crystals, and for whom its Born charges are."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from engine.errors import PhonoscopeError
from engine.reference.dft import DFT_FILE, DftCrystal, born_charges_for, read_dft
from engine.units import frequency_cm1


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


def frequencies(atoms: Atoms, phi: np.ndarray) -> np.ndarray:
    masses = np.repeat(atoms.get_masses(), 3)
    return frequency_cm1(np.linalg.eigvalsh(phi / np.sqrt(np.outer(masses, masses))))


def test_what_is_shipped_is_as_abinit_printed_it_stable_and_at_rest() -> None:
    crystals = read_dft(DFT_FILE)
    assert len(crystals) >= 12
    with h5py.File(DFT_FILE) as file:
        for crystal in crystals:
            group = file[crystal.name]
            computed, printed = group["force_constants_eV_A2"], group["abinit_frequencies_cm1"]
            for phi, cm1 in zip(computed, printed, strict=True):
                mine = frequencies(crystal.atoms, (phi + phi.conj().T) / 2)
                np.testing.assert_allclose(
                    mine[3:], cm1[3:], rtol=1e-3
                )  # by other tables of masses
    for crystal in crystals:
        at_gamma, *boundary = [
            frequencies(crystal.atoms, phi) for phi in crystal.force_constants_eV_A2
        ]
        np.testing.assert_allclose(at_gamma[:3], 0, atol=0.1)
        assert at_gamma[3] > 100 and np.min(boundary) > 50
        assert np.abs(crystal.born_charges_e.sum(0)).max() < 0.02
        assert np.linalg.eigvalsh(crystal.dielectric).min() > 1
