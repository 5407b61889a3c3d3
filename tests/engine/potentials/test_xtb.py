import sys
from importlib.util import find_spec

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule

import engine
from engine import PhonoscopeError

needs_tblite = pytest.mark.skipif(
    find_spec("tblite") is None, reason="the extra xtb (tblite) is not installed"
)


@pytest.fixture(scope="module")
def model():
    return engine.load_model("gfn2-xtb")


@needs_tblite
def test_frequencies_that_xtb_itself_prints(model):
    """CH4 + OH -> CH3 + H2O, https://xtb-docs.readthedocs.io/en/latest/hessian.html (--uhf 1).

    The lowest, a nearly free rotation, is left out: how rotations are projected decides on it.
    """
    atoms = Atoms(
        "CH4OH",
        [
            [-0.12888312425142, -0.00640246259879, -0.00997057133406],
            [1.44011699709596, 0.12229812355524, -0.02854203428735],
            [-0.41612454870604, 1.02694842152161, -0.04938812535015],
            [-0.26306601703832, -0.58286887757121, -0.90445094952445],
            [-0.26440375738028, -0.51708010658031, 0.92386857306799],
            [2.45008586500521, 0.26032015001761, 0.01133571198248],
            [2.61210033905108, 0.98358191645276, 0.62026402303033],
        ],
        magmoms=[0, 0, 0, 0, 0, 1, 0],
    )
    published = [
        211.99, 360.40, 405.89, 601.08, 759.17, 829.07, 1371.91, 1375.70, 1477.42, 2297.37, 3115.69,
        3190.88, 3197.05, 3648.64,
    ]  # fmt: skip
    found = engine.vibrations(atoms, model).modes.frequency_cm1
    assert np.allclose(found[1:], published, atol=2.5)


@needs_tblite
def test_water(model, capfd):
    relaxed = engine.relax(molecule("H2O"), model)
    water = engine.vibrations(relaxed, model)
    assert water.group.name == "C2v"
    assert np.allclose(water.modes.frequency_cm1, [1649, 3832, 3943], rtol=0.08)  # experiment
    assert water.modes.irrep[:2] == ("A1", "A1")
    assert water.derivatives == "finite differences, 0.01 angstrom"
    assert water.max_force_eV_A < 1e-4
    assert capfd.readouterr().out == ""  # tblite does not speak into JSON documents


@needs_tblite
def test_methane(model):
    methane = engine.vibrations(engine.relax(molecule("CH4"), model), model)
    assert methane.group.name == "Td"
    assert methane.gamma_vib == "A1+E+2T2"
    levels = [(methane.modes.irrep[i[0]], len(i)) for i in methane.modes.levels()]
    assert levels == [("T2", 3), ("E", 2), ("A1", 1), ("T2", 3)]
    found = [methane.modes.frequency_cm1[i[0]] for i in methane.modes.levels()]
    assert np.allclose(found, [1357, 1570, 3026, 3157], rtol=0.04)  # experiment, harmonic
    assert methane.hessian_symmetry_error < 1e-3


@needs_tblite
def test_elements_beyond_organic_ones(model):
    bond_A = 1.56
    octahedron = bond_A * np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
    sulphur = engine.vibrations(engine.relax(Atoms("SF6", octahedron), model), model)
    assert (sulphur.group.name, sulphur.gamma_vib) == ("Oh", "A1g+Eg+2T1u+T2g+T2u")
    assert (sulphur.modes.frequency_cm1 > 100).all()
    # A transition metal and a heavy element: energies and forces, balanced.
    for atoms in (
        molecule("H2O"),
        Atoms("FeC5O5", _iron_carbonyl()),
        Atoms("RnF2", octahedron[:3]),
    ):
        state = engine.energy_forces_stress(atoms, model)
        assert np.allclose(state.forces_eV_A.sum(0), 0, atol=1e-5)


def _iron_carbonyl() -> np.ndarray:
    turn = 2 * np.pi / 3 * np.arange(3)
    ring = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    directions = np.concatenate([ring, [[0, 0, 1], [0, 0, -1]]])
    return np.concatenate([np.zeros((1, 3)), 1.81 * directions, 2.96 * directions])


@needs_tblite
def test_forces_are_accurate_enough_for_differences(model):
    """The Hessian's asymmetry, which an exact one has not, is small and of second order."""
    hessian = engine.hessian(molecule("CH3OH"), model)
    assert np.abs(hessian - hessian.T).max() < 1e-3 * np.abs(hessian).max()


def test_actinides_are_refused(model):
    with pytest.raises(PhonoscopeError, match="has U"):
        engine.energy_forces_stress(Atoms("U"), model)


def test_without_tblite_it_says_how_to_install_it(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "tblite.ase", None)
    with pytest.raises(PhonoscopeError, match=r"pip install phonoscope\[xtb\]"):
        engine.energy_forces_stress(molecule("H2O"), model)
    with pytest.raises(PhonoscopeError, match=r"pip install phonoscope\[xtb\]"):
        engine.calculator(model)
