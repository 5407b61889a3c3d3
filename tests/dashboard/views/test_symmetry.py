import re

import numpy as np
import pytest
from ase.build import molecule

import engine
from dashboard.state import State
from dashboard.subject import subject_of
from dashboard.views import symmetry


def page(state, picked=None):
    return symmetry._page(state, symmetry._report(state), picked)


def plain(html):
    return re.sub(r"<[^>]+>", "", html).replace("&nbsp;", " ")


def invented(name):
    """A molecule with springs between all atoms: symmetry asks for no more."""
    atoms = molecule(name)
    steps = atoms.positions[:, None] - atoms.positions
    n = len(atoms)
    hessian = np.zeros((n, 3, n, 3))
    for i in range(n):
        for j in range(n):
            if i != j:
                unit = steps[i, j] / np.linalg.norm(steps[i, j])
                stiff = 30 * np.exp(-np.linalg.norm(steps[i, j])) * np.outer(unit, unit)
                stiff += 0.5 * np.eye(3)
                hessian[i, :, j] -= stiff
                hessian[i, :, i] += stiff
    hessian = hessian.reshape(3 * n, 3 * n)
    return engine.vibrations_from_hessian(atoms, hessian, "springs", 0.0, np.zeros((n, 3)))


def test_methane_worked_through():
    text = plain(page(State(entry_name="methane")))
    assert "24 operations" in text
    assert "▸ T2" in text
    assert "n(T2)= (1·15·3 + 8·0·0 + 3·(−1)·(−1) + 6·(−1)·(−1) + 6·3·1)/24 = 72/24 = 3" in text
    assert "Γvib = A1 + E + 2T2" in text
    assert "T2 transforms like (x, y, z): the mode moves the dipole" in text
    assert "like (xy, xz, yz): the mode changes the polarizability" in text


def test_a_mode_that_infrared_light_does_not_drive_says_why():
    state = State(entry_name="methane")
    state.select(3)
    text = plain(page(state))
    assert "E does not transform like x, y or z: the dipole stays as it is" in text


@pytest.mark.parametrize("branch", [0, 3, 5])
def test_the_trace_of_an_operation_on_a_level_is_its_character(branch):
    state = State(entry_name="methane")
    state.select(branch)
    report = symmetry._report(state)
    row = report.table.names.index(state.modes.irrep[branch])
    for column, entry in enumerate(report.table.entries[row]):
        said = re.search(r"Character .*?(−?\d+)</b>", page(state, column))
        assert said[1].replace("−", "-") == entry


@pytest.mark.parametrize("name", ["CO2", "H2O", "C6H6", "C2H2", "HCl"])
def test_pages_of_molecules(name):
    state = State(entry_name="methane")
    state.show(subject_of(name, invented(name)))
    report = symmetry._report(state)
    for branch in (int(level[0]) for level in state.modes.levels()):
        state.select(branch)
        for picked in (None, *range(len(report.table.classes))):
            text = plain(page(state, picked))
            assert "Γvib" in text and "None" not in text and "nan" not in text
    if name == "CO2":
        assert "Infinitely many operations" in text and "two rotations" in text
        assert "here φ = 45°" in plain(page(state, 1))


def test_silicon_at_gamma_on_a_line_and_at_the_zone_boundary():
    state = State(entry_name="silicon")
    text = plain(page(state))
    assert "Fd-3m (No. 227) at Γ: Oh" in text and "▸ T2g" in text and "T1u + T2g" in text
    assert "No product" not in text and "T2g does not transform like x, y or z" in text
    state.select(0, np.array([0.1, 0.0, 0.1]))
    text = plain(page(state))
    assert "little co-group C4v" in text and "A1 + 2E + B2" in text
    state.select(0, np.array([0.5, 0.0, 0.5]))
    text = plain(page(state))
    assert "little co-group D4h" in text and "Phonoscope’s own" in text and "▸ " in text


def test_isotopes_tell_what_becomes_of_the_irreps():
    entry = engine.entry("methane")
    atoms = engine.with_isotopes(entry.atoms, "2=2H")
    source = entry.reference
    result = engine.vibrations_from_hessian(
        atoms, source.hessian_eV_A2, source.method, source.energy_eV, source.forces_eV_A
    )
    state = State(entry_name="methane")
    state.show(subject_of("Methane-d", result))
    text = plain(page(state))
    assert "Point group C3v" in text and "T2 → A1 + E" in text
