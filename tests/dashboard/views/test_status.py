import engine
from dashboard.state import State
from dashboard.subject import subject_of
from dashboard.views import status
from engine.potentials.springs import springs


def test_imaginary_frequencies_are_told():
    """A straight chain of compressed springs buckles."""
    pushed = [
        {"between": ["Na", "Cl"], "within_A": [2, 3], "rest_length_A": 3.0, "stiffness_eV_A2": 4.0}
    ]
    state = State(entry_name="diatomic-chain")
    assert "no imaginary frequency on this path" in status._line(state)
    assert "Worth a look" in status._line(state)
    result = engine.phonons(engine.read("diatomic-chain"), springs(pushed))
    state.show(subject_of("Pushed chain", result))
    line = status._line(state)
    assert "unstable: imaginary frequencies on this path" in line and "i cm⁻¹" in line
    assert "Not reliable" in line


def test_a_good_result_is_told_in_few_words():
    line = status._line(State(entry_name="methane"))
    assert "Trustworthy" in line and "B3LYP" in line and "no imaginary frequency" in line
