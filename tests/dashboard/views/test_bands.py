import numpy as np
import panel_material_ui as pmui
from ase.build import bulk

import engine
from dashboard import palette
from dashboard.state import State
from dashboard.subject import subject_of
from dashboard.views import bands as view
from dashboard.views.branches import COLOURINGS
from engine.potentials.springs import springs


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
    marked = view.marked(state)
    assert len(marked["x"]) == 2  # Γ is passed twice
    assert np.allclose(marked["y"], state.modes.frequency_cm1[state.branch])
    state.select(2, np.array([0.11, 0.2, 0.3]))
    assert len(view.marked(state)["x"]) == 0  # not on the path
    state.entry_name = "methane"
    assert len(view.marked(state)["x"]) == 0


def test_jumps_of_the_path_carry_both_names():
    bands = engine.entry("silicon").result().bands(n_points=30)
    assert [*view.path_names(bands).values()] == ["Γ", "X", "U|K", "Γ", "L", "W", "X"]


def plot_of(state):
    coloring = pmui.RadioButtonGroup(options=list(COLOURINGS), value="plain")
    return view._Plot(state, coloring), coloring


def test_a_unit_moves_nothing_that_is_drawn():
    """Neither the marker nor what is enlarged: the unit is told by ticks and labels alone."""
    state = State(entry_name="diatomic-chain")
    plot, _ = plot_of(state)
    plot.figure.y_range.update(start=100, end=200)
    marker = dict(plot.marker.data)
    state.unit = "THz"
    assert plot.figure.yaxis.axis_label == "frequency (THz)"
    assert (plot.figure.y_range.start, plot.figure.y_range.end) == (100, 200)
    assert all(np.array_equal(plot.marker.data[name], marker[name]) for name in marker)
    # 1, 2 and 5 THz, in cm-1, to a power of ten.
    assert np.allclose(plot.figure.yaxis.ticker.mantissas, [1.66782, 3.33564, 6.67128], rtol=1e-5)
    assert np.isclose(plot.figure.yaxis.formatter.args["factor"], 0.0299792458)
    plot.show_whole()
    assert plot.figure.y_range.end > state.bands.frequencies_cm1.max()


def test_one_figure_serves_all_structures_paths_and_colours():
    state = State(entry_name="methane")
    plot, coloring = plot_of(state)
    state.entry_name = "simple-cubic"
    names = plot.figure.xaxis.major_label_overrides
    assert [*names.values()] == [*view.path_names(state.bands).values()]
    state.follow("Γ-R")
    assert [*plot.figure.xaxis.major_label_overrides.values()] == ["Γ", "R"]
    coloring.value = "by irrep"
    assert set(plot.lines.data["color"]) == {
        palette.of_irrep(label) for label in state.bands.segments[0].labels
    }
    state.entry_name = "methane"
    coloring.value = "by element"  # nothing to colour, and no harm


def test_a_click_selects_what_is_nearest_on_the_screen():
    state = State(entry_name="diatomic-chain")
    plot, _ = plot_of(state)
    point, branch = 120, 5
    plot.select(state.bands.distance[point], state.bands.frequencies_cm1[point, branch])
    assert np.array_equal(state.q, state.bands.q[point])
    assert np.isclose(
        state.modes.frequency_cm1[state.branch], state.bands.frequencies_cm1[point, branch]
    )
    assert np.allclose(plot.marker.data["x"], state.bands.distance[point])


def test_in_a_polar_crystal_a_click_at_gamma_keeps_the_direction_of_the_path():
    """The longitudinal branch at Γ is not among the modes without a field."""
    atoms = bulk("NaCl", "rocksalt", a=5.64)
    model = springs(
        [{"between": ["Na", "Cl"], "within_A": [2, 3.5], "rest_length_A": 2.82,
          "stiffness_eV_A2": 1.5}]
    )  # fmt: skip
    charges = np.array([np.eye(3) * 1.1, np.eye(3) * -1.1])
    result = engine.phonons(atoms, model, (2, 2, 2), (charges, np.eye(3) * 2.4))
    state = State()
    state.show(subject_of("salt", result))
    plot, _ = plot_of(state)
    top = state.bands.frequencies_cm1[0, -1]
    assert top > state.modes.frequency_cm1[-1] + 10
    plot.select(0.0, top)
    assert np.isclose(state.modes.frequency_cm1[state.branch], top, atol=0.01)


def test_an_unstable_chain_is_shaded_and_called_so():
    """A chain under pressure: its springs push, and it buckles sideways."""
    chain = engine.read("monatomic-chain")
    spacing = chain.cell.lengths()[0]
    element = chain.get_chemical_symbols()[0]
    pushed = springs(
        [{"between": [element] * 2, "within_A": [0.9 * spacing, 1.1 * spacing],
          "rest_length_A": 1.05 * spacing, "stiffness_eV_A2": 2.0}]
    )  # fmt: skip
    state = State(entry_name="silicon")
    plot, _ = plot_of(state)
    assert not plot.unstable.visible
    state.show(subject_of("pushed", engine.phonons(chain, pushed)))
    assert state.bands.frequencies_cm1.min() < -10
    assert plot.unstable.visible and "unstable" in plot.unstable_word.text
    assert plot.figure.y_range.start < state.bands.frequencies_cm1.min()
