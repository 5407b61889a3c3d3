import re

from dashboard.viewer.viewer import HERE, LIBRARY, MODULES, Viewer


def test_the_3d_library_is_there_and_served_from_here():
    assert LIBRARY.stat().st_size > 100_000
    assert "//" not in Viewer().library


def test_every_module_is_served():
    """A module that another imports, and that is not listed, would be refused by the server."""
    for name in MODULES:
        imported = re.findall(r'from "\./([\w.]+)"', (HERE / name).read_text())
        assert set(imported) <= set(MODULES)
    assert {*MODULES, "viewer.js"} <= {path.name for path in HERE.glob("*.js")}
    assert Viewer().modules[0].endswith(MODULES[0])
