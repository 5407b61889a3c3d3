import numpy as np
import pytest
from ase.build import molecule

import engine
from dashboard.viewer import Wave, motion_of, scene_of
from engine.structure import piece


def test_scene_is_arrays():
    silicon = engine.read("silicon")
    scene = scene_of(silicon, piece(silicon))
    assert scene["elements"] == ["Si"]
    assert scene["element"].tolist() == [0] * 18
    places = 18 + len(scene["open"])
    assert scene["positions"].shape == (3 * places,)
    assert scene["lattice"].shape == (3 * places,)
    assert scene["source"].max() == 1 and scene["cell_atoms"] == 2
    assert scene["box"].shape == (12,)
    assert scene["axes"]["names"] == ["a", "b", "c"]
    assert np.allclose(
        scene["axes"]["vectors"].reshape(3, 3), 2 * silicon.cell.array.max() * np.eye(3)
    )
    methane = engine.read("methane")
    of_molecule = scene_of(methane, piece(methane))
    assert of_molecule["box"] is None
    assert of_molecule["axes"]["names"] == ["x", "y", "z"]


def test_pieces_of_one_crystal_are_the_same_structure():
    silicon = engine.read("silicon")
    one, two = (scene_of(silicon, piece(silicon, (n, 1, 1))) for n in (1, 2))
    assert one["structure"] == two["structure"]
    heavier = silicon.copy()
    heavier.set_masses([28, 30])
    assert scene_of(heavier, piece(heavier))["structure"] == one["structure"]
    larger = silicon.copy()
    larger.set_cell(1.01 * silicon.cell.array, scale_atoms=True)
    assert scene_of(larger, piece(larger))["structure"] != one["structure"]


def test_motion_keeps_phase_and_is_scaled_to_the_atom_that_moves_most():
    ph = engine.entry("diatomic-chain").result()
    modes = ph.modes(np.array([0.2, 0, 0]))
    motion = motion_of(modes, [Wave(4, 0.5, 90)])
    (wave,) = motion["waves"]
    u = (wave["re"] + 1j * wave["im"]).reshape(-1, 3)
    assert np.isclose(np.linalg.norm(u, axis=1).max(), 1)
    ratio = u[np.abs(u) > 1e-9] / modes.displacement[4][np.abs(u) > 1e-9]
    assert np.allclose(ratio, ratio[0])
    assert motion["q"] == [0.2, 0, 0]
    assert wave["weight"] == 0.5 and np.isclose(wave["phase"], np.pi / 2) and wave["rate"] == 1


def test_rates_follow_frequencies_and_partners_keep_step():
    modes = engine.entry("methane").result().modes
    f = modes.frequency_cm1
    rates = [w["rate"] for w in motion_of(modes, [Wave(0), Wave(1), Wave(3)])["waves"]]
    assert rates[0] == rates[1] == 1
    assert np.isclose(rates[2], f[3] / f[0])
    true = [w["rate"] for w in motion_of(modes, [Wave(0), Wave(3)], true_speed=True)["waves"]]
    assert np.allclose(true, [f[0] / 1000, f[3] / 1000])


@pytest.mark.parametrize("branches", [[0], [0, 3], [0, 1]])
def test_a_wave_without_frequency_has_no_wild_rates(branches):
    modes = engine.entry("silicon").result().gamma
    rates = [w["rate"] for w in motion_of(modes, [Wave(k) for k in branches])["waves"]]
    assert max(rates) == 1 and min(rates) >= 0


def test_molecules_lie_across_the_view():
    for name, across in (("CO2", 2), ("C6H6", None), ("C2H2", 2)):
        atoms = molecule(name)
        atoms.rotate(35, (1, 2, 3))
        scene = scene_of(atoms, piece(atoms))
        view = np.array([np.cross(scene["up"], scene["towards"]), scene["up"], scene["towards"]])
        assert np.allclose(view @ view.T, np.eye(3))
        extent = np.ptp(atoms.positions @ view.T, axis=0)
        assert extent[2] < 1e-6  # flat to the eye
        assert across is None or extent[1] < 1e-6  # and straight to the right
    methane = molecule("CH4")
    assert scene_of(methane, piece(methane))["towards"] == [0, 0, 1]
