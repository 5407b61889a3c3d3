import numpy as np
import pytest

import engine
from dashboard import palette
from dashboard.state import State
from dashboard.views.branches import branches_of, colored, in_words, legend


@pytest.fixture(scope="module")
def silicon():
    return State(entry_name="silicon")


def test_branches_are_broken_where_the_path_jumps():
    """Along the path of the simple cubic lattice, X|R is a jump: no line may join the two."""
    bands = engine.entry("simple-cubic").result().bands(n_points=60)
    lines = branches_of(bands)
    assert all((np.diff(x) > 0).all() for x in lines["xs"])
    x = np.concatenate([np.asarray(part) for part in lines["xs"]])
    y = np.concatenate([np.asarray(part) for part in lines["ys"]])
    for place in np.unique(bands.distance):  # two points where the path jumps
        frequencies = bands.frequencies_cm1[bands.distance == place].ravel()
        apart = np.abs(y[x == place][:, None] - frequencies)
        assert (apart.min(0) < 1e-3).all()  # every branch is drawn,
        assert (apart.min(1) < 1e-3).all()  # and nothing else


def test_partners_of_a_degenerate_level_are_drawn_once(silicon):
    lines = branches_of(silicon.bands)
    first = silicon.bands.segments[0]  # Γ-X: two levels E, each twofold, A1 and B2
    on_it = [i for i, begin in enumerate(lines["first"]) if begin == first.first]
    assert sorted(lines["irrep"][i] for i in on_it) == ["A1", "B2", "E", "E"]


def test_ends_of_segments_have_the_irreps_of_their_point(silicon):
    """Between Γ and X the level is E, twofold; at Γ it is part of T2g, threefold."""
    lines = branches_of(silicon.bands)
    i = next(
        i
        for i, (irrep, y) in enumerate(zip(lines["irrep"], lines["ys"], strict=True))
        if irrep == "E" and y[0] > 300
    )
    assert lines["inside"][i] == "E, twofold"
    assert lines["at_first"][i] == "T₂g, threefold"
    assert (lines["first_name"][i], lines["last_name"][i]) == ("Γ", "X")
    assert lines["q_first"][i] == [0, 0, 0]


def test_words_where_there_is_no_label():
    assert in_words(None, 1) == "no symmetry label"
    assert in_words("A1", 1) == "A₁"


def test_the_same_symbol_has_the_same_colour_and_stands_in_the_legend(silicon):
    text = legend(silicon, "by irrep")
    for label in {name for segment in silicon.bands.segments for name in segment.labels}:
        assert palette.of_irrep(label) in text
    assert legend(silicon, "plain") == ""
    assert "one element" in legend(silicon, "by element")


def test_an_atom_that_moves_alone_lends_its_colour():
    """At the boundary of the zone of a diatomic chain one element moves and the other rests."""
    state = State(entry_name="diatomic-chain")
    pieces = colored(state, "by element")
    colors = palette.of_elements(state.result.atoms.get_chemical_symbols())
    last = np.isclose(pieces["x1"], state.bands.distance[-1])
    at_boundary = pieces["color"][last][:, :3].astype(int)
    pure = np.array([palette.rgb(color) for color in colors.values()])
    off = np.abs(at_boundary[:, None] - pure).max(2).min(1)
    assert len(at_boundary) == 4
    assert (off <= 2).all()
    assert set(colors) == {"Na", "Cl"}
    assert colored(state, "plain") is None
