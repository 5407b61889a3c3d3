"""Running a program that stands in for ABINIT, and reading what the real one printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk

from engine.errors import PhonoscopeError
from engine.reference.abinit.run import (
    energy_eV,
    final_structure,
    forces_eV_A,
    frequencies_cm1,
    pressure_GPa,
    run_abinit,
    stress_eV_A3,
)

PRINTED = """
 Phonon frequencies in cm-1    :
- -1.251937E-01 -1.251934E-01 -1.251923E-01  5.187080E+02  5.187080E+02
-  5.187080E+02

-Cartesian components of stress tensor (GPa)         [Pressure= -3.1715E-05 GPa]

 -outvars: echo values of variables after computation  --------
            acell      9.9990000000E-01  9.9990000000E-01  9.9990000000E-01 Bohr
           etotal     -8.4629941180E+00
            fcart      1.0000000000E-05  0.0000000000E+00 -2.0000000000E-05
                      -1.0000000000E-05  0.0000000000E+00  2.0000000000E-05
            rprim      0.0000000000E+00  5.1320000000E+00  5.1320000000E+00
                       5.1320000000E+00  0.0000000000E+00  5.1320000000E+00
                       5.1320000000E+00  5.1320000000E+00  0.0000000000E+00
           strten      1.0000000000E-09  2.0000000000E-09  3.0000000000E-09
                       4.0000000000E-09  5.0000000000E-09  6.0000000000E-09
             xred      0.0000000000E+00  0.0000000000E+00  0.0000000000E+00
                       2.5000000000E-01  2.5000000000E-01  2.5000000000E-01
"""


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    """A program `abinit` that counts its runs and says this."""
    program = folder / "bin" / "abinit"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\necho run >> {folder}/runs\nprintf '{says}' > run.abo\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_what_is_printed_is_read() -> None:
    atoms = final_structure(PRINTED, bulk("Si", "diamond", 5.4))
    assert atoms.get_volume() == pytest.approx(2 * (5.132 * 0.9999 * 0.529177210544) ** 3)
    np.testing.assert_allclose(atoms.get_scaled_positions()[1], 0.25)
    assert energy_eV(PRINTED) == pytest.approx(-8.4629941180 * 27.2113862)
    assert pressure_GPa(PRINTED) == -3.1715e-05
    forces = 1e-5 * np.array([[1, 0, -2], [-1, 0, 2]]) * 27.2113862 / 0.529177210544
    np.testing.assert_allclose(forces_eV_A(PRINTED), forces, rtol=1e-7)
    tensor = 1e-9 * np.array([[1, 6, 5], [6, 2, 4], [5, 4, 3]])
    tensor = tensor * 27.2113862 / 0.529177210544**3
    np.testing.assert_allclose(stress_eV_A3(PRINTED), tensor, rtol=1e-7)
    (table,) = frequencies_cm1(PRINTED)
    np.testing.assert_allclose(table, [-0.1251937, -0.1251934, -0.1251923, *[518.708] * 3])


def test_a_complete_run_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, monkeypatch, "Calculation completed.")
    for text in ("one", "one", "another"):
        run_abinit(tmp_path / "work", text)
    assert (tmp_path / "runs").read_text().split() == ["run"] * 2
    assert (tmp_path / "work" / "run.abi").read_text() == "another"


@pytest.mark.parametrize(
    ("says", "why"),
    [("nothing", "finish"), ("was not enough SCF cycles. Calculation completed.", "converge")],
)
def test_a_run_that_fails_is_an_error_each_time(says, why, tmp_path, monkeypatch) -> None:
    pretend(tmp_path, monkeypatch, says)
    for _ in range(2):
        with pytest.raises(PhonoscopeError, match=f"did not {why}"):
            run_abinit(tmp_path / "work", "input")
    assert (tmp_path / "runs").read_text().split() == ["run"] * 2


def test_without_the_program_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PhonoscopeError, match="ABINIT is needed"):
        run_abinit(tmp_path / "work", "input")
