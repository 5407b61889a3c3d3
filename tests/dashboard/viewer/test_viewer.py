import numpy as np

import engine
from dashboard.viewer import Viewer, motion_of, scene_of
from dashboard.viewer.viewer import LIBRARY
from engine.structure import piece


def test_scene_is_plain_data():
    scene = scene_of(piece(engine.read("silicon")))
    assert scene["symbols"] == ["Si"] * 18
    assert np.shape(scene["positions"]) == (18, 3)
    assert np.shape(scene["box"]) == (4, 3)
    assert scene_of(piece(engine.read("methane")))["box"] is None


def test_motion_keeps_phase_and_is_scaled_to_the_atom_that_moves_most():
    ph = engine.entry("diatomic-chain").result()
    modes = ph.modes(np.array([0.2, 0, 0]))
    motion = motion_of(modes, 4)
    u = np.array(motion["re"]) + 1j * np.array(motion["im"])
    assert np.isclose(np.linalg.norm(u, axis=1).max(), 1)
    ratio = u[np.abs(u) > 1e-9] / modes.displacement[4][np.abs(u) > 1e-9]
    assert np.allclose(ratio, ratio[0])
    assert motion["q"] == [0.2, 0, 0]


def test_the_3d_library_is_there_and_served_from_here():
    assert LIBRARY.stat().st_size > 100_000
    assert "//" not in Viewer().library
