"""What other programs read back from what is written agrees with the result."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import phonopy
import pytest
import yaml
from ase.build import bulk
from ase.io import read
from ase.units import Bohr

import engine
from engine.errors import PhonoscopeError
from engine.formats.stored import load_result
from engine.formats.writers import FORMATS, Content, content_of, file_format, of_path
from engine.formats.writers.motion import motion_of
from engine.spectra import infrared_intensities, raman_activities

X = np.array([0.5, 0.0, 0.5])


@pytest.fixture(scope="module")
def methane():
    return content_of("methane", engine.entry("methane").result(), branch=4)


@pytest.fixture(scope="module")
def silicon():
    """Under a model that is always at hand, at a cell near its minimum."""
    result = engine.phonons(bulk("Si", a=5.431), engine.load_model("stillinger-weber"))
    return content_of("silicon", result, result.modes(X), 3)


@pytest.fixture(scope="module")
def chain():
    result = engine.entry("diatomic-chain").result()
    return content_of("diatomic-chain", result, result.modes(np.array([0.2, 0, 0])), 3)


def written(name, content, tmp_path):
    form = file_format(name)
    data = form.write(content)
    path = tmp_path / form.file_name(content)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("name", ["methane", "silicon", "chain"])
def test_every_format_that_fits_writes_something_with_its_provenance(name, request):
    content = request.getfixturevalue(name)
    for form in FORMATS:
        if form.fits(content):
            data = form.write(content)
            assert len(data) > 100, form.name
            if isinstance(data, str):
                assert content.provenance["model"] in data, form.name


def test_names_of_files_tell_what_is_in_them(methane, silicon):
    assert file_format("trajectory-xyz").file_name(methane) == "methane_E_1532cm-1.xyz"
    assert file_format("mode-xyz").file_name(silicon) == "silicon_X_a2_433cm-1_mode.xyz"
    assert file_format("csv").file_name(silicon) == "silicon_modes.csv"


def test_ase_reads_the_displacement_of_a_molecule(methane, tmp_path):
    atoms = read(written("mode-xyz", methane, tmp_path))
    u = methane.modes.displacement[methane.branch]
    along = atoms.arrays["displacement"]
    assert np.allclose(along, 0.3 * u / np.linalg.norm(u, axis=1).max(), atol=1e-7)
    assert atoms.info["irrep"] == "E"
    assert np.isclose(atoms.info["frequency_cm1"], methane.modes.frequency_cm1[4], atol=1e-3)
    assert atoms.info["model"] == methane.result.model


def test_a_trajectory_is_one_period_around_rest(methane, tmp_path):
    frames = read(written("trajectory-xyz", methane, tmp_path), ":")
    assert len(frames) == 24
    positions = np.array([frame.positions for frame in frames])
    assert np.allclose(positions.mean(0), methane.atoms.positions, atol=1e-6)
    assert np.allclose(np.linalg.norm(positions - positions.mean(0), axis=2).max(), 0.3, atol=1e-6)
    # 33356.41 fs is the period of 1 cm-1.
    period = 33356.41 / methane.modes.frequency_cm1[4]
    assert np.isclose(frames[6].info["time_fs"], period / 4, rtol=1e-5)


def test_a_wave_is_written_in_the_smallest_cell_that_repeats_it(chain):
    motion = motion_of(chain)
    assert len(motion.atoms) == 10  # q = 1/5
    ph, modes, q = chain.result, chain.modes, chain.modes.q
    n = len(chain.atoms)
    u = motion.displacement.reshape(5, n, 3)
    cells = np.rint(
        (motion.atoms.positions.reshape(5, n, 3)[:, 0] - chain.atoms.positions[0])
        @ np.linalg.inv(chain.atoms.cell.complete().array)
    )
    expected = np.exp(2j * np.pi * cells @ q)[:, None, None] * modes.displacement[chain.branch]
    ratio = u[np.abs(u) > 1e-6] / expected[np.abs(u) > 1e-6]
    assert np.allclose(ratio, ratio[0])
    assert not motion.stands
    assert ph is chain.result


def test_the_displaced_supercell_is_an_eigenvector_of_its_own_hessian(silicon):
    """The energy of a displaced supercell grows as omega^2 of the mode says."""
    motion = motion_of(silicon)
    model = silicon.result.potential
    hessian = engine.hessian(motion.atoms, model)
    u = motion.displacement.real.reshape(-1)
    masses = np.repeat(motion.atoms.get_masses(), 3)
    omega2 = (hessian @ u) @ u / (masses * u * u).sum()
    assert np.allclose(hessian @ u, omega2 * masses * u, atol=1e-6)
    frequency = np.sqrt(omega2) * 521.4709
    assert np.isclose(frequency, silicon.modes.frequency_cm1[silicon.branch], rtol=1e-5)


def test_animated_xsf(silicon, tmp_path):
    frames = read(written("axsf", silicon, tmp_path), ":", format="xsf")
    motion = motion_of(silicon)
    assert len(frames) == 24
    assert frames[0].pbc.all()
    assert np.allclose(frames[5].positions, motion.frames()[5].positions, atol=1e-8)
    assert np.allclose(frames[0].cell.array, motion.atoms.cell.array)


def test_displaced_structures(silicon, tmp_path):
    motion = motion_of(silicon)
    for name, form in (("displaced-poscar", "vasp"), ("displaced-xyz", "extxyz")):
        atoms = read(written(name, silicon, tmp_path), format=form)
        moved = atoms.positions - motion.atoms.positions
        assert np.allclose(moved, 0.3 * motion.displacement.real, atol=1e-6)


def test_structures_at_rest(silicon, methane, tmp_path):
    for name, form in (("poscar", "vasp"), ("cif", "cif"), ("xyz", "extxyz")):
        atoms = read(written(name, silicon, tmp_path), format=form)
        assert len(atoms) == 2
        assert np.isclose(atoms.get_distance(0, 1, mic=True), 2.3517, atol=1e-3)
    assert read(written("xyz", methane, tmp_path)).get_chemical_formula() == "CH4"


def test_isotopes_keep_their_masses(tmp_path):
    atoms = engine.with_isotopes(engine.read("methane"), "2=2H")
    path = written("xyz", Content("methane", atoms), tmp_path)
    assert np.isclose(read(path).get_masses()[1], 2.014, atol=1e-3)


def test_molden_holds_all_vibrations(methane):
    text = file_format("molden").write(methane)
    sections = {
        part.split("]")[0]: part.split("]")[1].split("\n")[1:] for part in text.split("[")[2:]
    }
    frequencies = [float(line) for line in sections["FREQ"] if line]
    assert np.allclose(frequencies, methane.modes.frequency_cm1, atol=1e-3)
    places = [line.split() for line in sections["FR-COORD"] if line]
    assert [place[0] for place in places] == methane.atoms.get_chemical_symbols()
    found = np.array([[float(x) for x in place[1:]] for place in places]) * Bohr
    assert np.allclose(found, methane.atoms.positions, atol=1e-7)
    rows = [line.split() for line in sections["FR-NORM-COORD"] if line and "vib" not in line]
    u = np.array(rows, float).reshape(9, 5, 3)
    assert np.allclose(u, methane.modes.displacement, atol=1e-8)


def test_phonopy_reads_force_constants_and_finds_the_same_frequencies(silicon, tmp_path):
    ph = phonopy.load(written("phonopy", silicon, tmp_path), is_symmetry=False, log_level=0)
    ph.run_qpoints([X])
    cm1 = ph.qpoints.frequencies[0] * 33.35641
    assert np.allclose(cm1, silicon.modes.frequency_cm1, atol=0.01)


def test_band_yaml_has_the_bands(silicon, tmp_path):
    text = written("band-yaml", silicon, tmp_path).read_text()
    bands = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    q = np.array([point["q-position"] for point in bands["phonon"]])
    found = np.array([[b["frequency"] for b in point["band"]] for point in bands["phonon"]])
    own = silicon.bands
    same = [np.abs(own.q - point).max(1).argmin() for point in q]
    assert np.allclose(own.q[same], q, atol=1e-6)
    expected = own.frequencies_cm1[same]
    assert np.allclose(found * 33.35641, expected, atol=0.05)
    assert np.shape(bands["phonon"][0]["band"][0]["eigenvector"]) == (2, 3, 2)
    assert bands["labels"][1] == ["X", "U"]
    assert bands["labels"][2] == ["K", "Γ"]


def table(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def test_tables(methane, silicon):
    rows = table(file_format("csv").write(methane))
    assert len(rows) == 9
    assert rows[0]["irrep"] == "T2" and rows[0]["IR"] == "yes"
    cm1, thz, mev = (float(rows[0][f"frequency ({unit})"]) for unit in ("cm-1", "THz", "meV"))
    assert np.isclose(thz, cm1 * 0.0299792458) and np.isclose(mev, cm1 * 0.1239841984)

    rows = table(file_format("bands-csv").write(silicon))
    branches = np.array([[float(row[f"branch {b} (cm-1)"]) for b in range(1, 7)] for row in rows])
    assert np.allclose(branches, silicon.bands.connected_cm1, atol=1e-4)
    assert [row["point"] for row in rows if row["point"]][:2] == ["Γ", "X"]

    rows = table(file_format("dos-csv").write(silicon))
    total = np.array([float(row["total (states/cm-1)"]) for row in rows])
    spacing = float(rows[1]["frequency (cm-1)"]) - float(rows[0]["frequency (cm-1)"])
    assert np.isclose(total.sum() * spacing, 6, rtol=1e-4)


def test_tables_tell_units(silicon):
    (bands, *_), (dos, *_) = (
        table(file_format(f"{x}-csv").write(silicon)) for x in ("bands", "dos")
    )
    assert [name for name in bands if "(" not in name] == ["q1", "q2", "q3", "point"]
    assert next(name for name in bands if "branch" in name) == "branch 1 (cm-1)"
    assert list(dos) == ["frequency (cm-1)", "total (states/cm-1)", "Si (states/cm-1)"]


def test_intensities_of_modes_add_up_to_those_of_levels(methane):
    """Partners share equally: that is what each of them has by itself."""
    entry = engine.entry("methane")
    known = entry.intensities(methane.result)
    content = replace(methane, intensities=known)
    rows = table(file_format("csv").write(content))
    modes = json.loads(file_format("json").write(content))["modes"]
    alone = {
        "infrared_km_mol": infrared_intensities(methane.modes, entry.reference.dipole_derivative_e),
        "raman_A4_amu": raman_activities(
            methane.modes, entry.reference.polarizability_derivative_A2
        ),
    }
    for name, values in alone.items():
        for told in (rows, modes):
            found = np.array([float(mode[name]) for mode in told])
            assert np.allclose(found, values, rtol=0.01, atol=0.01)  # derivatives made symmetric
            sums = [found[level].sum() for level in known.modes]
            assert np.allclose(sums, getattr(known, name), atol=1e-5)
    assert [float(row["depolarization"]) for row in rows] == pytest.approx(
        [0.75] * 5 + [0.0] + [0.75] * 3, abs=1e-6
    )


def test_what_is_not_known_of_intensities_is_not_told(methane, silicon):
    for content in (methane, silicon):
        assert "infrared_km_mol" not in file_format("csv").write(content)
        assert "infrared_km_mol" not in file_format("json").write(content)
    entry = engine.entry("cubane")  # of a method without polarizability
    result = entry.result()
    content = content_of("cubane", result, intensities=entry.intensities(result))
    (row, *_) = table(file_format("csv").write(content))
    (mode, *_) = json.loads(file_format("json").write(content))["modes"]
    for told in (row, mode):
        assert "infrared_km_mol" in told
        assert "raman_A4_amu" not in told and "depolarization" not in told


def test_what_scatters_nothing_has_no_depolarization():
    entry = engine.entry("carbon-dioxide")
    result = entry.result()
    content = content_of("co2", result, intensities=entry.intensities(result))
    for row in table(file_format("csv").write(content)):
        assert (row["depolarization"] == "") == (row["Raman"] == "no")
    for mode in json.loads(file_format("json").write(content))["modes"]:
        assert (mode["depolarization"] is None) == (not mode["raman_active"])


def test_documents_and_stored_results(methane, tmp_path):
    document = json.loads(file_format("json").write(methane))
    assert document["kind"] == "molecule" and document["provenance"]["structure"] == "methane"
    again, notes = load_result(written("npz", methane, tmp_path))
    assert np.allclose(again.modes.frequency_cm1, methane.modes.frequency_cm1)
    assert notes["structure"] == "methane"


def test_endings_say_the_format():
    assert of_path(Path("a.xyz")).name == "xyz"
    assert of_path(Path("a.xyz"), of_mode=True).name == "trajectory-xyz"
    assert of_path(Path("a_mode.xyz")).name == "mode-xyz"
    assert of_path(Path("POSCAR")).name == "poscar"
    assert of_path(Path("x_band.yaml")).name == "band-yaml"
    assert of_path(Path("phonopy_params.yaml")).name == "phonopy"
    with pytest.raises(PhonoscopeError, match="known endings"):
        of_path(Path("a.foo"))


def test_a_wave_that_never_repeats_is_refused_in_words(silicon):
    result = silicon.result
    modes = result.modes(np.sqrt([0.02, 0.03, 0.05]))
    with pytest.raises(PhonoscopeError, match="simple fractions"):
        motion_of(content_of("silicon", result, modes, 0))
