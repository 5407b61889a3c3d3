"""Data as training takes it, split by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write

from engine import PhonoscopeError
from engine.training import readers
from engine.training.config import DataConfig
from engine.training.readers import molecule_samples, read_samples
from engine.training.references import (
    average_neighbours,
    isolated_atom_energies,
    least_squares_energies,
)
from engine.training.samples import fingerprint, split
from tests.engine.training.teacher import molecules

DATA = DataConfig(files=("x",), validation=0.4)


def several():
    (water,) = molecules(["H2O"], distorted=0)
    return [replace(water, name=f"m{i // 3}", held_out=i < 3) for i in range(30)]


def test_no_name_is_on_both_sides_and_what_is_held_out_on_neither():
    samples = several()
    parts = split(samples, replace(DATA, exclude=("m9",)), 0)
    names = [{s.name for s in part} for part in (parts.training, parts.validation)]
    assert not names[0] & names[1]
    assert names[0] | names[1] == {f"m{i}" for i in range(1, 9)}
    more = split([*samples, *(replace(s, name=s.name + "x") for s in samples[3:])], DATA, 0)
    assert {s.name for s in more.training} >= names[0]  # data that grows keeps its split


def test_held_out_molecules_are_known_by_name(tmp_path):
    from engine.training.data.labelled import LabelledStructure, write_part

    for name in ("ethane", "methane"):
        atoms = molecule("C2H6" if name == "ethane" else "CH4")
        zero = np.zeros((len(atoms), 3))
        structure = LabelledStructure(name, "equilibrium", atoms, -1.0, zero, np.zeros(3))
        write_part(tmp_path / f"{name}.h5", "equilibrium", [structure], {})
    assert {s.name: s.held_out for s in molecule_samples(tmp_path)} == {
        "ethane": True,
        "methane": False,
    }


def test_nothing_left_is_told():
    with pytest.raises(PhonoscopeError, match="nothing to train on"):
        split(several()[:3], DATA, 0)


def test_structures_of_other_programs(tmp_path):
    copper, path = bulk("Cu").repeat((1, 1, 2)), tmp_path / "copper.xyz"
    copper.positions[0, 0] += 0.1
    copper.calc = EMT()
    results = {"energy": copper.get_potential_energy(), "forces": copper.get_forces()}
    results["stress"] = copper.get_stress()
    copper.calc = SinglePointCalculator(copper, **results)
    copper.info["name"] = "copper"
    write(path, [copper, copper])
    samples = read_samples(DataConfig(files=(str(path),), reader="structures"))
    assert [s.name for s in samples] == ["copper", "copper"]
    np.testing.assert_allclose(samples[0].forces_eV_A, results["forces"], atol=1e-7)
    assert samples[0].stress_eV_A3[0, 1] == pytest.approx(results["stress"][5], abs=1e-7)
    write(path, bulk("Cu"))
    with pytest.raises(PhonoscopeError, match="no energy and no forces"):
        read_samples(DataConfig(files=(str(path),), reader="structures"))


def test_large_structures_and_those_without_second_derivatives_can_be_left_out(monkeypatch):
    water, methane = molecules(["H2O", "CH4"], distorted=0)
    bare = replace(water, name="bare", matrices=None)
    samples = [water, methane, bare, replace(bare, name="atom", kind="atom")]
    monkeypatch.setitem(readers._READERS, "given", lambda path: samples)
    data = DataConfig(files=("x",), reader="given")

    def names(**chosen):
        return [s.name for s in read_samples(replace(data, **chosen))]

    assert len(names()) == 4
    assert names(most_atoms=3) == [water.name, "bare", "atom"]
    assert names(sparse=False) == [water.name, methane.name, "atom"]


def test_a_small_file_can_count_more(monkeypatch):
    monkeypatch.setitem(readers._READERS, "by-path", lambda path: molecules([path.name]))
    data = DataConfig(files=("H2O", "CH4"), reader="by-path", repeats=(1, 3))
    once = replace(data, repeats=())
    names = [s.name for s in read_samples(data)]
    first, second = (replace(once, files=(file,)) for file in data.files)
    assert names == [s.name for part in (first, *[second] * 3) for s in read_samples(part)]
    assert len(names) > len(read_samples(once))


def test_a_fingerprint_tells_data_apart():
    samples = several()
    other = [*samples[:-1], replace(samples[-1], energy_eV=0.0)]
    assert fingerprint(samples) == fingerprint(list(samples)) != fingerprint(other)


def test_energies_of_elements():
    water, methane = molecules(distorted=0)
    atoms = replace(water, kind="atom", atoms=water.atoms[:1], energy_eV=-7.0)
    samples = [replace(water, energy_eV=-2000.0), replace(methane, energy_eV=-1100.0)]
    found = least_squares_energies(samples, np.array([s.energy_eV for s in samples]))
    assert 2 * found[1] + found[8] == pytest.approx(-2000)
    assert 4 * found[1] + found[6] == pytest.approx(-1100)
    assert isolated_atom_energies([atoms], [8]) == {8: -7.0}
    with pytest.raises(PhonoscopeError, match="no free atom of H"):
        isolated_atom_energies([atoms], [1, 8])
    straight = replace(water, atoms=molecule("H2O"))
    assert average_neighbours([straight], 1.2) == pytest.approx(4 / 3)
