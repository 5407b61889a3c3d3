import numpy as np

import engine
from dashboard.state import State
from dashboard.views import bands as view


def test_every_point_of_every_branch_is_nearest_to_itself():
    bands = engine.entry("diatomic-chain").result().bands(n_points=12)
    for point in range(len(bands.q)):
        for branch, frequency in enumerate(bands.frequencies_cm1[point]):
            found = view.nearest(bands, bands.distance[point], frequency, aspect=300.0)
            assert found[0] == point
            assert np.isclose(bands.frequencies_cm1[found], frequency)
            assert found[1] <= branch


def test_distance_is_measured_as_it_looks_on_the_plot():
    bands = engine.entry("monatomic-chain").result().bands(n_points=100)
    top = bands.frequencies_cm1[-1, 2]
    # Far above the end of the path: the nearest place is the end of the top branch.
    assert view.nearest(bands, bands.distance[-1], 2 * top, aspect=top) == (100, 2)


def test_marker_stands_wherever_q_occurs_on_the_path():
    state = State(entry_name="silicon")
    marked = view._marked(state)
    assert len(marked["x"]) == 2  # Γ is passed twice
    assert np.allclose(marked["y"], state.modes.frequency_cm1[state.branch])
    state.entry_name = "methane"
    assert len(view._marked(state)["x"]) == 0


def test_jumps_of_the_path_carry_both_names():
    bands = engine.entry("silicon").result().bands(n_points=30)
    assert [name for _, name in view._ticks(bands)] == ["Γ", "X", "U|K", "Γ", "L", "W", "X"]


def test_branches_are_broken_where_the_path_jumps():
    """Along the path of the simple cubic lattice, X|R is a jump: no line may join the two."""
    bands = engine.entry("simple-cubic").result().bands(n_points=60)
    lines = view._lines(bands)
    assert len(lines) == 3 * 2
    assert sum(len(line) for line in lines) == bands.frequencies_cm1.size
    assert all((np.diff(line[:, 0]) > 0).all() for line in lines)
