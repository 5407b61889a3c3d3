import numpy as np
import pytest

import engine
from dashboard.player.atom_card import atom_card, masses_of
from dashboard.player.cells import MOST_ATOMS, Drawn, pieces_to_start_with, whole_wave
from dashboard.player.playback import Playback
from dashboard.state import State
from dashboard.viewer import Viewer, Wave
from engine.amplitude import rms_displacement_A


@pytest.fixture
def playback():
    return Playback(State(entry_name="methane"), Viewer())


def counting(playback, name):
    seen = []
    playback.viewer.param.watch(seen.append, name)
    return seen


def test_a_mode_changes_the_motion_and_not_the_scene(playback):
    scenes, motions = counting(playback, "scene"), counting(playback, "motion")
    playback.state.select(4)
    assert (len(scenes), len(motions)) == (0, 1)
    playback.state.entry_name = "silicon"
    assert (len(scenes), len(motions)) == (1, 2)


def test_added_modes_are_those_of_one_selection(playback):
    playback.others = [Wave(3, 0.5, 90)]
    assert [w["weight"] for w in playback.viewer.motion["waves"]] == [1, 0.5]
    playback.state.select(1)
    assert playback.others == []
    assert len(playback.viewer.motion["waves"]) == 1


def test_thermal_amplitude(playback):
    playback.thermal = True
    modes = playback.state.modes
    rms = rms_displacement_A(modes, 0, 300).max()
    assert np.isclose(playback.viewer.amplitude, np.sqrt(2) * rms)
    playback.exaggeration = 4
    assert np.isclose(playback.viewer.amplitude, 4 * np.sqrt(2) * rms)
    assert "× 4" in playback.amplitude_note
    playback.others = [Wave(8)]
    ratio = rms_displacement_A(modes, 8, 300).max() / rms
    assert np.isclose(playback.viewer.motion["waves"][1]["weight"], ratio)
    playback.thermal = False
    assert playback.viewer.amplitude == playback.amplitude_A
    assert playback.amplitude_note == ""


def test_a_mode_without_thermal_amplitude_says_so(playback):
    playback.state.entry_name = "silicon"
    playback.thermal = True
    playback.state.select(0)  # acoustic, at Γ
    assert "no thermal amplitude" in playback.amplitude_note
    assert playback.viewer.amplitude == playback.amplitude_A


def test_too_many_atoms_are_refused_in_words(playback):
    playback.state.entry_name = "silicon"
    before = playback.viewer.scene
    playback.param.update(a=15, b=15, c=15)
    assert "27,000 atoms" in playback.piece_note and f"{MOST_ATOMS:,}" in playback.piece_note
    assert playback.viewer.scene is before
    playback.param.update(a=1, b=1, c=1)
    assert playback.piece_note == "4 primitive cells, 18 atoms with those on the faces."


def test_the_whole_wave_follows_q(playback):
    playback.state.entry_name = "silicon"
    playback.whole = True
    assert "1 primitive cell:" in playback.piece_note
    playback.state.select(0, np.array([0.5, 0.5, 0.5]))
    assert "2 primitive cells: 4 atoms" in playback.piece_note
    playback.state.select(0, np.array([1 / np.sqrt(7), 0, 0]))
    assert "does not repeat" in playback.piece_note
    assert len(playback.piece.numbers) > 300


def test_pieces_to_start_with():
    assert pieces_to_start_with(engine.read("methane")) == (1, 1, 1)
    assert pieces_to_start_with(engine.read("monatomic-chain"))[1:] == (1, 1)
    assert pieces_to_start_with(engine.read("silicon")) == (2, 2, 2)
    drawn = whole_wave(engine.read("silicon"), np.array([0.25, 0.5, 0]))
    assert drawn.cells(engine.read("silicon")) == 4
    assert Drawn((2, 1, 1)).atoms(engine.read("silicon")) == 16


def test_pictures_are_named(playback):
    assert playback.picture_name() == "methane-T2-1314.png"
    playback.state.entry_name = "silicon"
    assert playback.picture_name().startswith("silicon-Γ-T2g-")


def test_the_card_tells_of_the_atom_and_changes_it(playback):
    card = atom_card(playback)
    assert not card.visible
    playback.viewer.picked = 2
    assert card.visible
    text, isotope, _ = card.objects
    assert "<b>H</b>, hydrogen, atom 3" in text.object
    assert "swings ±" in text.object
    before = text.object
    playback.state.select(8)
    assert text.object != before
    playback.viewer.picked = 1
    assert isotope.visible
    isotope.value = isotope.options["²H (2.014 u)"]
    masses = playback.state.result.atoms.get_masses()
    assert np.allclose(masses[1:], [2.014, 1.008, 1.008, 1.008], atol=1e-3)
    assert playback.state.branch == 8
    playback.viewer.picked = -1
    assert not card.visible


def test_atoms_are_picked_by_the_keyboard_one_after_the_other(playback):
    atom_card(playback)
    picked = []
    for _ in range(6):
        playback.state.keys.actions["i"]()
        picked.append(playback.viewer.picked)
    assert picked == [0, 1, 2, 3, 4, -1]


def test_masses_an_atom_can_have():
    assert list(masses_of(1, 1.008)) == [
        "as in nature (1.008 u)",
        "¹H (1.008 u)",
        "²H (2.014 u)",
        "³H (3.016 u)",
    ]
    assert masses_of(18, 1.5)["1.500 u"] == 1.5
