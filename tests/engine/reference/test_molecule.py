"""Reference calculations of molecules: names, messages, files, one real run, stored methane."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.units import Bohr, Hartree
from typer.testing import CliRunner

import engine
from engine.errors import PhonoscopeError
from engine.reference import semiempirical
from engine.reference.differences import symmetric_differences
from engine.reference.files import structure_text, write_files
from engine.reference.geometries import _BUILT, G2_NAME, starting_structure
from engine.reference.kohn_sham import (
    KohnSham,
    field_derivatives,
    kohn_sham,
    pyscf_molecule,
    solve,
)
from engine.reference.molecule import ARRAYS, Method, app, run
from engine.reference.response import hessian_and_dipole_derivative
from engine.symmetry import point_group
from engine.units import frequency_cm1

METHANE = Path(__file__).parents[3] / "assets" / "structures" / "methane"


def call(*arguments: str | Path):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def load(folder: Path):
    with np.load(folder / "reference.npz", allow_pickle=False) as arrays:
        return ase.io.read(folder / "structure.xyz"), dict(arrays)


@pytest.mark.parametrize("name", [*G2_NAME, *_BUILT])
def test_every_library_name_gives_a_closed_shell_molecule(name: str) -> None:
    assert len(starting_structure(name)) >= 2


def test_library_name_g2_name_and_file_give_the_same_molecule(tmp_path: Path) -> None:
    methane = starting_structure("methane")
    methane.write(tmp_path / "mine.xyz")
    for other in (starting_structure("CH4"), starting_structure(str(tmp_path / "mine.xyz"))):
        assert other.get_chemical_formula() == "CH4"
        np.testing.assert_allclose(other.positions, methane.positions, atol=1e-7)


def test_starts_have_the_symmetry_they_are_to_keep() -> None:
    expected = {"benzene": "D6h", "sulfur-hexafluoride": "Oh", "ferrocene": "D5h"}
    expected |= {"phosphorus-pentafluoride": "D3h", "sulfur-ring": "D4d"}
    for name, group in expected.items():
        assert point_group(starting_structure(name), 0.01).name == group


def test_a_start_is_a_copy() -> None:
    starting_structure("phosphorus").positions[:] = 0
    assert starting_structure("phosphorus").positions.any()


@pytest.mark.parametrize("name", ["O2", "CH3", "H"])
def test_open_shells_and_single_atoms_are_refused(name: str) -> None:
    with pytest.raises(PhonoscopeError, match="no reference for"):
        starting_structure(name)


@pytest.mark.parametrize("name", ["unobtainium", "no_such_file.xyz", "O2"])
def test_a_mistake_ends_with_code_2_and_two_lines_on_stderr(name: str, tmp_path: Path) -> None:
    result = call(name, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert name in result.stderr and len(result.stderr.splitlines()) <= 2
    assert result.stdout == "" and not (tmp_path / "out").exists()


def test_missing_pyscf_is_said_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyscf", None)
    result = call("methane", "--out", tmp_path)
    assert result.exit_code == 2
    assert "pip install 'phonoscope[reference]'" in result.stderr
    assert len(result.stderr.splitlines()) <= 2 and not any(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:Basis may be available")
@pytest.mark.parametrize("option", ["--xc", "--basis"])
def test_unknown_method_is_a_mistake_too(option: str, tmp_path: Path) -> None:
    pytest.importorskip("pyscf")
    pytest.importorskip("geometric")
    result = call("methane", option, "nonsense", "--out", tmp_path)
    assert result.exit_code == 2 and "nonsense" in result.stderr
    assert len(result.stderr.splitlines()) <= 2 and not any(tmp_path.iterdir())


def test_files_appear_together_and_replace_older_ones(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "x"
    write_files(folder, {"a": b"old", "b": b"old"})
    write_files(folder, {"a": b"new", "b": b"new"})
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == {"a": b"new", "b": b"new"}
    assert list(folder.parent.iterdir()) == [folder]


def test_a_failed_write_leaves_the_older_files_alone(tmp_path: Path) -> None:
    write_files(tmp_path / "x", {"a": b"old"})
    with pytest.raises(TypeError):
        write_files(tmp_path / "x", {"a": b"new", "b": "no bytes"})  # type: ignore[dict-item]
    assert (tmp_path / "x" / "a").read_bytes() == b"old"
    assert [f.name for f in tmp_path.rglob("*")] == ["x", "a"]


@pytest.fixture(scope="module")
def hydrogen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyscf")
    pytest.importorskip("geometric")
    return run("hydrogen", Method(grid_level=3), tmp_path_factory.mktemp("structures"))


def test_hydrogen_stretch_is_raman_but_not_infrared_active(hydrogen: Path) -> None:
    atoms, arrays = load(hydrogen)
    masses = np.repeat(atoms.get_masses(), 3)
    squares = np.linalg.eigvalsh(arrays["hessian_eV_A2"] / np.sqrt(np.outer(masses, masses)))
    assert 4300 < frequency_cm1(squares)[-1] < 4500
    stretch = np.array([[0, 0, 1], [0, 0, -1]]) * np.sign(atoms.positions[0, 2]) / 2
    along = {name: np.tensordot(arrays[name], stretch, 2) for name in ARRAYS if "deriv" in name}
    np.testing.assert_allclose(along["dipole_derivative_e"], 0, atol=1e-6)
    across, _, parallel = np.diag(along["polarizability_derivative_A2"])
    assert parallel > across > -1e-3 and parallel > 0.5  # a longer molecule is more polarizable


def test_hydrogen_record_names_what_was_done(hydrogen: Path) -> None:
    record = json.loads((hydrogen / "provenance.json").read_text())
    assert record["command"].startswith("python -m engine.reference.molecule hydrogen")
    assert record["basis"] == "def2-svp" and record["max_force_eV_A"] < 1e-3
    assert str(hydrogen.parent) not in (hydrogen / "provenance.json").read_text()


def test_symmetry_saves_fields_and_changes_nothing() -> None:
    pytest.importorskip("pyscf")
    method, atoms = Method(grid_level=1), starting_structure("hydrogen-chloride")
    atoms.positions -= atoms.positions.mean(0)
    molecule = pyscf_molecule(atoms, method)
    guess = solve(kohn_sham(molecule, method)).make_rdm1()
    saved = field_derivatives(molecule, method, guess, point_group(atoms))
    whole = field_derivatives(molecule, method, guess)
    for name in whole:
        np.testing.assert_allclose(saved[name], whole[name], atol=1e-3)


def test_differences_of_forces_give_the_analytic_hessian_and_dipole_derivative() -> None:
    pytest.importorskip("pyscf")
    method, atoms = Method(grid_level=5), starting_structure("water")
    atoms.positions -= atoms.get_center_of_mass()
    group = point_group(atoms)
    assert len(group.rotations) == 4
    second, dipole = symmetric_differences(atoms, KohnSham(method), 0.005, group)
    solver = solve(kohn_sham(pyscf_molecule(atoms, method), method))
    analytic, analytic_dipole = hessian_and_dipole_derivative(solver)
    np.testing.assert_allclose(second, analytic * Hartree / Bohr**2, atol=0.05)
    np.testing.assert_allclose(dipole, analytic_dipole, atol=2e-3)


def test_symmetry_gives_a_semiempirical_hessian_from_few_displacements() -> None:
    pytest.importorskip("tblite")
    atoms, energy_eV, arrays = semiempirical.compute(starting_structure("ammonia"))
    assert energy_eV < 0 and np.abs(arrays["forces_eV_A"]).max() < 1e-4
    whole = engine.hessian(atoms, engine.load_model("gfn2-xtb"))
    # Differences err by the square of the step, in each direction a little differently.
    np.testing.assert_allclose(arrays["hessian_eV_A2"], whole, atol=0.03)
    np.testing.assert_allclose(arrays["dipole_derivative_e"].sum(1), 0, atol=1e-3)


def test_a_structure_is_written_with_every_digit(tmp_path: Path) -> None:
    crystal = Atoms("Si", cell=np.random.default_rng(0).normal(size=(3, 3)), pbc=(1, 1, 0))
    crystal.positions += np.pi
    for atoms in (crystal, starting_structure("ethane")):
        (tmp_path / "a.xyz").write_text(structure_text(atoms))
        again = ase.io.read(tmp_path / "a.xyz", format="extxyz")
        assert (again.positions == atoms.positions).all() and (again.cell == atoms.cell).all()
        assert (again.pbc == atoms.pbc).all() and (again.numbers == atoms.numbers).all()


def test_stored_methane_has_the_shapes_it_claims() -> None:
    atoms, arrays = load(METHANE)
    n = len(atoms)
    assert atoms.get_chemical_formula() == "CH4" and not atoms.pbc.any()
    assert {name: a.shape for name, a in arrays.items()} == {
        "hessian_eV_A2": (3 * n, 3 * n),
        "dipole_derivative_e": (3, n, 3),
        "polarizability_derivative_A2": (3, 3, n, 3),
        "forces_eV_A": (n, 3),
    }
    assert all(a.dtype == np.float64 for a in arrays.values())
    assert set(json.loads((METHANE / "provenance.json").read_text())["arrays"]) == set(arrays)
    np.testing.assert_allclose(atoms.get_center_of_mass(), 0, atol=1e-10)


def test_stored_methane_obeys_the_sum_rules() -> None:
    atoms, arrays = load(METHANE)
    n, hessian = len(atoms), arrays["hessian_eV_A2"]
    assert (hessian == hessian.T).all()
    # A rigid translation costs nothing; the grid of the Hessian does not move with the atoms.
    np.testing.assert_allclose(hessian.reshape(3 * n, n, 3).sum(1), 0, atol=2e-4)
    # A neutral molecule keeps its dipole and its polarizability wherever it stands.
    np.testing.assert_allclose(arrays["dipole_derivative_e"].sum(1), 0, atol=1e-6)
    np.testing.assert_allclose(arrays["polarizability_derivative_A2"].sum(2), 0, atol=1e-5)
    np.testing.assert_allclose(arrays["forces_eV_A"], 0, atol=1e-3)


def test_stored_methane_has_degenerate_frequencies() -> None:
    atoms, arrays = load(METHANE)
    masses = np.repeat(atoms.get_masses(), 3)
    dynamical = arrays["hessian_eV_A2"] / np.sqrt(np.outer(masses, masses))
    bend, e, a1, stretch = np.split(frequency_cm1(np.linalg.eigvalsh(dynamical))[6:], [3, 5, 6])
    for degenerate in (bend, e, stretch):
        assert np.ptp(degenerate) < 0.1
    np.testing.assert_allclose([bend[0], e[0], a1[0], stretch[0]], [1314, 1532, 3020, 3154], atol=1)
