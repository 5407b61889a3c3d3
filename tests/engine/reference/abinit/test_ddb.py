"""ABINIT's derivative databases, on one of silicon (kinetic cutoff 14 hartree, 4x4x4 points)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.derivatives import dynamical_matrices
from engine.errors import PhonoscopeError
from engine.potentials.stillinger_weber import stillinger_weber
from engine.reference.abinit.ddb import read_ddb, with_acoustic_sum
from engine.units import frequency_cm1

DDB = Path(__file__).parent / "silicon.ddb"
# What the same run printed.
AT_GAMMA = [-0.1251937, -0.1251934, -0.1251923, 518.7080, 518.7080, 518.7080]
AT_QUARTER = [90.81726, 90.81726, 227.7650, 489.5766, 497.6074, 497.6074]
CHARGE, DIELECTRIC = -1.2314034, 24.8386269
ABINIT_AMU = 28.0855


def frequencies(found) -> np.ndarray:
    found.atoms.set_masses([ABINIT_AMU] * 2)
    return frequency_cm1(np.linalg.eigvalsh(found.dynamical_matrix))


def test_frequencies_are_those_abinit_prints() -> None:
    gamma, quarter = read_ddb(DDB)
    np.testing.assert_array_equal(gamma.q, 0)
    np.testing.assert_array_equal(quarter.q, [0.25, 0, 0])
    np.testing.assert_allclose(frequencies(gamma), AT_GAMMA, atol=2e-3)
    np.testing.assert_allclose(frequencies(quarter), AT_QUARTER, atol=2e-3)


def test_charges_and_dielectric_tensor_are_those_abinit_prints() -> None:
    gamma, quarter = read_ddb(DDB)
    assert gamma.born_charges_e is not None
    np.testing.assert_allclose(gamma.born_charges_e, [CHARGE * np.eye(3)] * 2, atol=1e-6)
    np.testing.assert_allclose(gamma.dielectric, DIELECTRIC * np.eye(3), atol=1e-6)
    assert gamma.neutrality_error_e == pytest.approx(2 * abs(CHARGE))  # a coarse mesh
    assert quarter.born_charges_e is None and quarter.dielectric is None


def test_the_crystal_is_silicon() -> None:
    atoms = read_ddb(DDB)[0].atoms
    assert str(atoms.symbols) == "Si2"
    assert atoms.get_volume() == pytest.approx(2 * 5.132**3 * 0.529177210544**3)
    assert atoms.get_distance(0, 1, mic=True) == pytest.approx(5.431 * 3**0.5 / 4, abs=1e-3)


def test_phases_are_those_of_the_project() -> None:
    """Another model of silicon has the same signs of real and imaginary parts."""
    quarter = read_ddb(DDB)[1]
    (model,) = dynamical_matrices(quarter.atoms, stillinger_weber(), quarter.q[None])
    ours = quarter.dynamical_matrix
    error, conjugate = (np.abs(ours - m).max() for m in (model, model.conj()))
    assert error < conjugate / 1.5
    np.testing.assert_array_equal(np.sign(ours[0, 3:].real), np.sign(model[0, 3:].real))
    np.testing.assert_array_equal(np.sign(ours[0, 3:].imag), np.sign(model[0, 3:].imag))


def test_matrices_are_hermitian_and_the_acoustic_sum_can_be_imposed() -> None:
    gamma, quarter = (d.force_constants_eV_A2 for d in read_ddb(DDB))
    for phi in (gamma, quarter):
        assert np.abs(phi - phi.conj().T).max() < 2e-5 * np.abs(phi).max()
    free = with_acoustic_sum(gamma, gamma)
    assert np.abs(free.reshape(2, 3, 2, 3).sum(2)).max() < 1e-12
    moved = with_acoustic_sum(quarter, gamma) - quarter
    np.testing.assert_allclose(moved, free - gamma, atol=1e-12)


def test_what_is_no_complete_database_is_refused(tmp_path: Path) -> None:
    lines = DDB.read_text().splitlines()
    element = next(i for i, line in enumerate(lines) if line.split()[:4] == ["1", "1", "1", "1"])
    broken = {
        "missing": "\n".join([*lines[:element], *lines[element + 1 :]]),
        "no block": "\n".join(lines[: element - 2]),
        "something else": "not a database\n",
    }
    for name, text in broken.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(PhonoscopeError, match="no complete DDB"):
            read_ddb(tmp_path / name)
    with pytest.raises(PhonoscopeError, match="cannot read"):
        read_ddb(tmp_path / "nothing")
