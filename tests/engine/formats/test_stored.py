"""What is stored gives back what was computed, and needs no model for it."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.emt import EMT

import engine
from engine import library
from engine.formats import named_model, stored
from engine.formats.stored import load_result, result_to_bytes, save_result


@pytest.fixture(scope="module")
def silicon_phonons():
    return engine.phonons(engine.read("silicon"), engine.load_model("stillinger-weber"))


def same_molecule(back, vib):
    assert np.array_equal(back.hessian_eV_A2, vib.hessian_eV_A2)
    assert np.array_equal(back.modes.frequency_cm1, vib.modes.frequency_cm1)
    assert back.modes.irrep == vib.modes.irrep
    assert (back.model, back.derivatives, back.energy_eV, back.gamma_vib, back.correlation) == (
        vib.model,
        vib.derivatives,
        vib.energy_eV,
        vib.gamma_vib,
        vib.correlation,
    )
    assert back.max_force_eV_A == vib.max_force_eV_A


def same_crystal(back, ph):
    phi = ph.sample.force_constants
    assert np.abs(back.sample.force_constants - phi).max() < 1e-12 * np.abs(phi).max()
    assert np.array_equal(back.sample.q, ph.sample.q)
    assert np.array_equal(back.sample.check_q, ph.sample.check_q)
    assert np.array_equal(back.sample.columns, ph.sample.columns)
    # Eigenvalues, not frequencies, have the error of the matrices; roots magnify it near zero.
    f, g = back.gamma.frequency_cm1, ph.gamma.frequency_cm1
    np.testing.assert_allclose(f[~ph.gamma.acoustic], g[~ph.gamma.acoustic], rtol=1e-9)
    assert back.gamma.irrep == ph.gamma.irrep
    assert (back.mesh, back.gamma_optical, back.dtype) == (ph.mesh, ph.gamma_optical, ph.dtype)
    assert back.derivatives == ph.derivatives
    for field in ("acoustic_sum_error", "symmetry_error", "max_force_eV_A", "max_stress_GPa"):
        one, other = getattr(back.trust, field), getattr(ph.trust, field)
        assert one == pytest.approx(other, abs=1e-9)
    assert back.trust.interpolation_error_cm1 == (
        ph.trust.interpolation_error_cm1
        if ph.trust.interpolation_error_cm1 is None
        else pytest.approx(ph.trust.interpolation_error_cm1, abs=1e-9)
    )
    assert back.trust.warnings == ph.trust.warnings
    assert back.trust.unstable == ph.trust.unstable


def test_molecule_comes_back(tmp_path):
    vib = library.entry("methane").result(tolerance_A=0.01)
    save_result(vib, tmp_path / "a.npz", {"functional": "B3LYP", "größe": [1, 2.5, None]})
    back, notes = load_result(tmp_path / "a.npz")
    same_molecule(back, vib)
    assert back.tolerance_A == 0.01
    assert notes == {"functional": "B3LYP", "größe": [1, 2.5, None]}
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_isotopes_of_a_molecule_come_back(tmp_path):
    entry = library.entry("methane")
    vib = engine.isotopologue(entry.result(), engine.with_isotopes(entry.atoms, "2=D"))
    assert vib.group.name == "C3v" and vib.parent_group.name == "Td"
    save_result(vib, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz")
    same_molecule(back, vib)


def test_crystal_comes_back(tmp_path, silicon_phonons):
    path = tmp_path / "si.npz"
    save_result(silicon_phonons, path)
    back, notes = load_result(path)
    same_crystal(back, silicon_phonons)
    assert notes == {}
    bands, expected = back.bands(), silicon_phonons.bands()
    np.testing.assert_allclose(
        bands.frequencies_cm1**2, expected.frequencies_cm1**2, rtol=1e-9, atol=1e-6
    )
    assert bands.irreps == expected.irreps
    assert path.stat().st_size < 10_000  # 8 of 64 points, half of each matrix


@pytest.mark.parametrize("name", ["monatomic-chain", "diatomic-chain", "simple-cubic"])
def test_chains_and_lattices_come_back(tmp_path, name):
    entry = library.entry(name)
    ph = entry.result()
    save_result(ph, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz", entry.potential())
    same_crystal(back, ph)
    q = [0.2, 0, 0]
    assert np.array_equal(back.dynamical_matrix(q), ph.dynamical_matrix(q))


def test_crystal_without_symmetry(tmp_path, rattled_silicon, stillinger_weber):
    ph = engine.phonons(rattled_silicon, stillinger_weber, mesh=(2, 2, 3), tolerance_A=1e-4)
    save_result(ph, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz")
    same_crystal(back, ph)
    assert back.space_group.tolerance_A == 1e-4


def test_exact_matrices_only(tmp_path, silicon, stillinger_weber):
    ph = engine.phonons(silicon, stillinger_weber, mesh=None)
    save_result(ph, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz")
    assert back.sample is None and back.trust == ph.trust
    assert np.array_equal(back.gamma.frequency_cm1, ph.gamma.frequency_cm1)


def test_born_charges_come_back(tmp_path, silicon, stillinger_weber):
    ph = engine.phonons(silicon, stillinger_weber, mesh=(2, 2, 2))
    carbide = silicon.copy()  # what zincblende has and silicon has not: charges
    carbide.numbers[1] = 6
    charges = np.array([np.eye(3), -np.eye(3)]) * 0.5
    polar = engine.phonons_from_force_constants(
        carbide, stillinger_weber, ph.state, ph.sample, born=(charges, 10 * np.eye(3))
    )
    save_result(polar, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz")
    towards = np.array([0.0, 0.0, 1.0])
    split = back.modes(np.zeros(3), towards).frequency_cm1
    np.testing.assert_allclose(
        split, polar.modes(np.zeros(3), towards).frequency_cm1, rtol=1e-9, atol=1e-3
    )
    assert split[-1] > split[-2] + 1  # LO above TO


def test_finite_differences_come_back(tmp_path):
    model = engine.from_calculator(EMT, "emt")
    ph = engine.phonons(bulk("Al"), model, mesh=(2, 2, 2))
    save_result(ph, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz")
    same_crystal(back, ph)
    assert back.derivatives == "finite differences, 0.01 angstrom"
    assert np.allclose(back.dynamical_matrix([0.5, 0, 0]), ph.dynamical_matrix([0.5, 0, 0]))


def test_the_model_is_loaded_when_it_is_needed(tmp_path, silicon_phonons, monkeypatch):
    asked = []
    monkeypatch.setattr(
        named_model, "load_model", lambda name: asked.append(name) or engine.load_model(name)
    )
    save_result(silicon_phonons, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz")
    back = pickle.loads(pickle.dumps(back))
    assert back.potential.name == "stillinger-weber"
    back.bands(), back.trust
    assert asked == []
    q = [0.1, 0.2, 0.3]
    expected = silicon_phonons.dynamical_matrix(q)
    np.testing.assert_allclose(back.dynamical_matrix(q), expected, atol=1e-12)
    assert asked == ["stillinger-weber"]
    assert back.potential.cutoff_A == silicon_phonons.potential.cutoff_A


@pytest.mark.parametrize(
    ("name", "advice"),
    [("mace-mp-0-small", "phonoscope models fetch mace-mp-0-small"), ("lost", "Known models")],
)
def test_a_missing_model_is_missed_only_by_exact_matrices(
    tmp_path, silicon_phonons, monkeypatch, name, advice
):
    monkeypatch.setenv("PHONOSCOPE_MODELS", str(tmp_path))
    save_result(silicon_phonons, tmp_path / "a.npz")
    back, _ = load_result(tmp_path / "a.npz", name)
    assert back.bands().frequencies_cm1.shape[1] == 6
    with pytest.raises(engine.PhonoscopeError, match="is not at hand") as error:
        back.dynamical_matrix([0.1, 0, 0])
    assert advice in error.value.fix


def test_files_that_are_no_results(tmp_path, silicon_phonons):
    path = tmp_path / "a.npz"
    with pytest.raises(engine.PhonoscopeError, match="cannot be read"):
        load_result(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(engine.PhonoscopeError, match="holds no result"):
        load_result(path)
    np.savez(path, a=np.zeros(3))
    with pytest.raises(engine.PhonoscopeError, match="holds no result"):
        load_result(path)
    content = result_to_bytes(silicon_phonons)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(engine.PhonoscopeError, match="holds no result"):
        load_result(path)
    with np.load(_written(path, content)) as file:
        arrays = dict(file)
    missing = {key: value for key, value in arrays.items() if key != "phi_eV_A2"}
    np.savez(path, **missing)
    with pytest.raises(engine.PhonoscopeError, match="phi_eV_A2"):
        load_result(path)
    header = json.loads(str(arrays["header"])) | {"version": 99}
    np.savez(path, **(arrays | {"header": np.array(json.dumps(header))}))
    with pytest.raises(engine.PhonoscopeError, match="99"):
        load_result(path)
    other = arrays | {"points": arrays["points"][:-1], "phi_eV_A2": arrays["phi_eV_A2"][:-1]}
    np.savez(path, **other)
    with pytest.raises(engine.PhonoscopeError, match="do not belong to this mesh"):
        load_result(path)


def test_equal_results_give_equal_bytes(silicon_phonons):
    assert result_to_bytes(silicon_phonons, {"a": 1}) == result_to_bytes(silicon_phonons, {"a": 1})


def test_a_file_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    vib = library.entry("methane").result()
    save_result(vib, tmp_path / "a.npz")
    before = (tmp_path / "a.npz").read_bytes()

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(stored.os, "replace", full)
    with pytest.raises(engine.PhonoscopeError, match="no space left"):
        save_result(vib, tmp_path / "a.npz", {"more": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
    assert (tmp_path / "a.npz").read_bytes() == before


def test_one_molecule_of_many_kinds(tmp_path):
    pytest.importorskip("tblite")
    vib = engine.vibrations(molecule("H2O"), engine.load_model("gfn2-xtb"))
    save_result(vib, tmp_path / "a.npz")
    same_molecule(load_result(tmp_path / "a.npz")[0], vib)


def _written(path, content):
    path.write_bytes(content)
    return path
