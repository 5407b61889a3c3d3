import engine
from dashboard.subject import isotopologue_of, of_entry


def test_other_isotopes_are_not_held_against_it():
    diamond = of_entry("diamond")
    assert any("experiment" in check.name for check in diamond.verdict.checks)
    heavy = engine.with_isotopes(diamond.result.atoms, "1=13C,2=13C")
    changed = isotopologue_of(diamond, heavy)
    assert not any("experiment" in check.name for check in changed.verdict.checks)
