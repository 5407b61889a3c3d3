import engine
from dashboard.views.spectrum import _is


def test_a_level_is_silent_only_if_nothing_sees_it():
    modes = engine.entry("methane").result().modes
    for i in range(len(modes)):
        assert _is("Raman", modes, i)
        assert not _is("silent", modes, i)
        assert _is("IR", modes, i) == (modes.irrep[i] == "T2")
