import numpy as np
import pytest
from bokeh.models import Range1d

from dashboard.state import State
from dashboard.views.dos import by_element, dos_figure, highest


@pytest.fixture(scope="module")
def state():
    return State(entry_name="diatomic-chain")


def test_the_figure_shares_the_axis_and_tells_states_of_its_unit(state):
    frequencies = Range1d(0, 400)
    plot = dos_figure(state, frequencies)
    assert plot.y_range is frequencies
    assert plot.xaxis.axis_label == "states per cm⁻¹"
    state.unit = "THz"
    assert plot.xaxis.axis_label == "states per THz"
    # So many more states in a THz as there are cm-1 in it.
    assert np.isclose(plot.xaxis.formatter.args["factor"], 33.35641)
    state.unit = "cm⁻¹"


def test_elements_add_up_to_the_whole(state):
    dos = state.subject.dos
    shares = by_element(dos)
    assert shares["name"] == ["Na", "Cl"]
    assert np.allclose(sum(x[1:-1] for x in shares["xs"]), dos.total)


def test_infinite_peaks_do_not_flatten_the_rest(state):
    dos = state.subject.dos
    assert np.median(dos.total[dos.total > 0]) < highest(dos) <= 1.15 * dos.total.max()


def test_a_molecule_and_phonons_without_a_mesh_have_none():
    assert State(entry_name="methane").subject.dos is None
