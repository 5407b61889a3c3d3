import pytest

import engine
from engine import library
from engine.experiment import Measured, compared


def test_the_nearest_level_of_the_irrep_counts():
    modes = engine.entry("methane").result().modes
    (check,) = compared(modes, [Measured("T2", 3019.0, "a handbook")])
    assert check.value == pytest.approx(100 * (3153.9 / 3019 - 1), abs=0.01)  # not 1314
    assert check.mark == "good" and not check.advice
    assert "3154" in check.meaning and "a handbook" in check.meaning
    (check,) = compared(modes, [Measured("T2", 2400.0, "nowhere")])
    assert check.mark == "bad" and check.advice
    assert compared(modes, [Measured("B1", 100.0, "nowhere")]) == ()


@pytest.mark.parametrize("name", [n for n in library.names() if library.entry(n).measured])
def test_what_the_library_says_was_measured_is_of_a_level_it_has(name):
    entry, result = library.entry(name), library.entry(name).result()
    modes = result.modes if entry.kind == "molecule" else result.gamma
    checks = compared(modes, entry.measured)
    assert len(checks) == len(entry.measured)
    assert all(check.value < 20 for check in checks)
    assert all(known.source for known in entry.measured)
