from types import SimpleNamespace

import engine
from dashboard.views import status
from engine.potentials.springs import springs


def test_imaginary_frequencies_are_told():
    """A straight chain of compressed springs buckles."""
    pushed = [
        {"between": ["Na", "Cl"], "within_A": [2, 3], "rest_length_A": 3.0, "stiffness_eV_A2": 4.0}
    ]
    result = engine.phonons(engine.read("diatomic-chain"), springs(pushed))
    shown = SimpleNamespace(result=result, bands=result.bands(n_points=10))
    assert "UNSTABLE: imaginary frequencies on this path" in status._line(shown)
    calm = engine.entry("diatomic-chain").result()
    shown = SimpleNamespace(result=calm, bands=calm.bands(n_points=10))
    assert "no imaginary frequency on this path" in status._line(shown)
