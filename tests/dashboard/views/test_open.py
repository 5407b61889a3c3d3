import numpy as np
import pytest

import engine
from dashboard.state import State
from dashboard.subject import of_key
from dashboard.views.open import open_view, subject_of_file
from engine import library
from engine.errors import PhonoscopeError
from engine.formats.stored import pack, result_to_bytes, unpack
from engine.formats.writers import content_of, file_format


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("PHONOSCOPE_CACHE", str(tmp_path))


def taken_away(name):
    return file_format("npz").write(content_of(name, library.entry(name).result()))


def part(view, css_class):
    return view.select(lambda each: css_class in (getattr(each, "css_classes", None) or []))[0]


@pytest.mark.parametrize("name", ["water", "silicon", "diatomic-chain"])
def test_what_was_taken_away_is_opened_again(name):
    state = State(entry_name="methane")
    view = open_view(state)
    part(view, "dropper").value = {f"{name}.npz": taken_away(name)}
    assert "is shown" in part(view, "understood").object
    expected = library.entry(name).result()
    modes = expected.modes if name == "water" else expected.gamma
    assert state.entry_name is None and state.subject.title == name
    assert np.allclose(state.modes.frequency_cm1, modes.frequency_cm1)
    assert state.modes.irrep == modes.irrep
    again = of_key(state.subject.key)  # as the link of the page does
    assert np.allclose(again.result.atoms.positions, expected.atoms.positions)


def test_what_is_no_result_is_refused_in_words_and_changes_nothing():
    state = State(entry_name="methane")
    view = open_view(state)
    before = state.subject
    whole = taken_away("water")
    for content in (b"", b"PK nonsense", whole[: len(whole) // 2], pack({"kind": "molecule"}, {})):
        part(view, "dropper").value = {"bad.npz": content}
        assert "bad.npz" in part(view, "understood").object
        assert "no result" in part(view, "understood").object
    assert state.subject is before


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"hessian_eV_A2": np.full((9, 9), np.nan)}, "not numbers"),
        ({"masses_amu": np.zeros(3)}, "no mass"),
        ({"numbers": np.ones(5000, int)}, "5000 atoms"),
        ({"forces_eV_A": np.zeros(100_000_000)}, "unpacked"),
        ({"numbers": np.array([8, 1, 999])}, "no result"),
    ],
)
def test_results_that_make_no_sense_are_refused(changed, why):
    header, arrays = unpack(taken_away("water"), "water")
    words = {key: value for key, value in header.items() if key not in ("format", "version")}
    arrays.pop("header")
    with pytest.raises(PhonoscopeError, match=why):
        subject_of_file("bad.npz", pack(words, {**arrays, **changed}))


def test_a_mesh_too_fine_to_hold_is_refused_before_it_is_made():
    header, arrays = unpack(taken_away("silicon"), "silicon")
    words = {key: value for key, value in header.items() if key not in ("format", "version")}
    arrays.pop("header")
    with pytest.raises(PhonoscopeError, match="mesh"):
        subject_of_file("bad.npz", pack({**words, "mesh": [1000, 1000, 1000]}, arrays))


def test_a_path_in_a_file_leads_nowhere(tmp_path):
    """A file names its model; were that a path, it would be looked for on the server."""
    springs = tmp_path / "model.toml"
    springs.write_text(
        '[[springs]]\nbetween = ["Si", "Si"]\nwithin_A = [2, 3]\n'
        "rest_length_A = 2.35\nstiffness_eV_A2 = 9.0\n"
    )
    assert engine.load_model(str(springs))
    header, arrays = unpack(taken_away("silicon"), "silicon")
    words = {key: value for key, value in header.items() if key not in ("format", "version")}
    arrays.pop("header")
    subject = subject_of_file("si.npz", pack({**words, "model": str(springs)}, arrays))
    for result in (subject.result, of_key(subject.key).result):
        with pytest.raises(PhonoscopeError, match="There is no model"):
            result.modes(np.array([0.1, 0.2, 0.3]), exact=True)


def test_the_name_of_a_file_is_taken_where_it_has_no_notes():
    content = result_to_bytes(library.entry("water").result())
    assert subject_of_file("my water.npz", content).title == "my water"
