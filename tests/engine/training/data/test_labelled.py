"""Files of labelled structures: what is written is read, whole or not at all."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import ase.build
import h5py
import numpy as np
import pytest

from engine.errors import PhonoscopeError
from engine.training.data.labelled import (
    SOMETIMES,
    LabelledStructure,
    read_molecules,
    write_part,
)
from engine.training.data.parts import pack
from tests.engine.training.data.hooke import Springs


def some(name: str = "H2O") -> list[LabelledStructure]:
    springs, atoms = Springs(), ase.build.molecule(name)
    found = [springs.label(atoms, name, "equilibrium", hessian=True)]
    for seed, hessian in enumerate((False, True, False)):
        moved = atoms.copy()
        moved.rattle(0.05, seed=seed)
        found.append(springs.label(moved, name, "random", hessian))
    return found


def assert_same(one: LabelledStructure, other: LabelledStructure) -> None:
    assert (one.name, one.kind, one.energy_eV) == (other.name, other.kind, other.energy_eV)
    assert (one.atoms.numbers == other.atoms.numbers).all()
    assert (one.atoms.positions == other.atoms.positions).all()
    for field in fields(LabelledStructure):
        if field.name in (*SOMETIMES, "forces_eV_A", "dipole_eA"):
            a, b = getattr(one, field.name), getattr(other, field.name)
            assert (a is None) == (b is None), field.name
            if a is not None:
                np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)
                assert b.dtype == np.float64


def test_what_is_written_is_read(tmp_path: Path) -> None:
    structures = some()
    write_part(tmp_path / "water.h5", "distorted", structures, {"seconds": 1.5, "list": [1, 2]})
    read = read_molecules(tmp_path / "water.h5")
    assert len(read) == len(structures)
    for one, other in zip(structures, read, strict=True):
        assert_same(one, other)
    assert [p.name for p in tmp_path.iterdir()] == ["water.h5"]
    with h5py.File(tmp_path / "water.h5") as file:
        assert file["H2O/distorted"].attrs["seconds"] == 1.5
        assert file["H2O/distorted"].attrs["list"] == "[1, 2]"


def test_a_part_is_of_one_molecule(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one crystal or molecule"):
        write_part(tmp_path / "x.h5", "distorted", some() + some("CH4"), {})
    assert not any(tmp_path.iterdir())


def test_a_failed_write_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "water.h5"
    write_part(path, "distorted", some(), {})
    broken = [replace(s, kind=None) for s in some()]  # type: ignore[arg-type]
    with pytest.raises((TypeError, ValueError)):
        write_part(path, "distorted", broken, {})
    assert len(read_molecules(path)) == 4


def test_polarizabilities_join_the_structure_they_belong_to(tmp_path: Path) -> None:
    structures = some()
    derivative = Springs().polarizability_derivative(structures[0].atoms)
    more = replace(structures[0], polarizability_derivative_A2=derivative)
    write_part(tmp_path / "H2O.equilibrium.h5", "equilibrium", structures, {})
    write_part(tmp_path / "H2O.polarizability.h5", "polarizability", [more], {})
    pack(tmp_path.glob("*.h5"), tmp_path / "all" / "packed.h5", {})
    for place in (tmp_path, tmp_path / "all" / "packed.h5"):
        read = read_molecules(place)
        assert len(read) == len(structures)
        assert_same(read[0], more)


def test_a_pack_holds_what_the_folder_holds_and_where_it_comes_from(tmp_path: Path) -> None:
    for name in ("H2O", "CH4"):
        for part in ("equilibrium", "distorted"):
            found = some(name)[:1] if part == "equilibrium" else some(name)[1:]
            write_part(tmp_path / f"{name}.{part}.h5", part, found, {"seconds": 2})
    size = pack(
        tmp_path.glob("*.h5"), tmp_path / "out" / "packed.h5", {"theory": "springs", "list": ["a"]}
    )
    assert size == (tmp_path / "out" / "packed.h5").stat().st_size > 0

    def key(s: LabelledStructure) -> tuple[str, str, float]:
        return s.name, s.kind, s.energy_eV

    packed = sorted(read_molecules(tmp_path / "out" / "packed.h5"), key=key)
    loose = sorted(read_molecules(tmp_path), key=key)
    assert len(packed) == 8
    for one, other in zip(packed, loose, strict=True):
        assert_same(one, other)
    with h5py.File(tmp_path / "out" / "packed.h5") as file:
        assert dict(file.attrs) == {"theory": "springs", "list": '["a"]'}
        assert file["CH4/distorted"].attrs["seconds"] == 2


@pytest.mark.parametrize("content", [None, b"no HDF5"])
def test_a_mistake_is_said_in_words(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "missing.h5"
    if content:
        path.write_bytes(content)
    with pytest.raises(PhonoscopeError, match="missing"):
        read_molecules(path)
    if not content:
        with pytest.raises(PhonoscopeError, match="no labelled molecules"):
            read_molecules(tmp_path)
