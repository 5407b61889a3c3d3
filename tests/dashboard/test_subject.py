import numpy as np

import engine
from dashboard.subject import isotopologue_of, of_entry, of_key
from engine.domain import Surroundings
from engine.formats.stored import result_to_bytes
from engine.jobs import Store


def test_other_isotopes_are_not_held_against_it():
    diamond = of_entry("diamond")
    assert any("experiment" in check.name for check in diamond.verdict.checks)
    heavy = engine.with_isotopes(diamond.result.atoms, "1=13C,2=13C")
    changed = isotopologue_of(diamond, heavy)
    assert not any("experiment" in check.name for check in changed.verdict.checks)


def test_what_was_kept_beside_a_result_reaches_the_verdict(tmp_path, monkeypatch):
    """The distance from what the model was trained on is computed with the result."""
    monkeypatch.setenv("PHONOSCOPE_CACHE", str(tmp_path))
    result, key = of_entry("methane").result, "0" * 64
    far = Surroundings(np.array([0.5, 3.0, 0.5, 0.5, 0.5]), 0.4)
    Store().put(key, result_to_bytes(result, {"surroundings": far.document()}))
    subject = of_key(key)
    (check,) = (c for c in subject.verdict.checks if c.name.startswith("Distance from what"))
    assert check.mark == "bad" and check.value == 3.0
    assert not subject.surroundings.familiar
    Store().put(key, result_to_bytes(result))
    assert of_key(key).surroundings is None
