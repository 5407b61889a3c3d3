import panel_material_ui as pmui
import pytest
from ase.build import bulk

from dashboard.state import State
from dashboard.views.compute import compute_view
from engine.formats.given import Given


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("PHONOSCOPE_CACHE", str(tmp_path))


def test_a_model_that_is_bad_at_cells_relaxes_them_only_with_a_warning():
    state = State(entry_name="methane")
    view = compute_view(state)
    models, relax = view.select(pmui.Select)[0], view.select(pmui.RadioButtonGroup)[0]
    (plan,) = view.select(lambda each: "plan" in (getattr(each, "css_classes", None) or []))
    state.computing.propose(Given(bulk("Si"), "silicon", "the page"))
    models.value = "crystals"
    assert relax.value == "Atoms"
    assert "off by some per cent" not in plan.object
    relax.value = "Atoms + cell"
    assert "off by some per cent" in plan.object
    assert "What will be done" in plan.object
    models.value = "stillinger-weber"
    assert relax.value == "Atoms + cell"
    assert "off by some per cent" not in plan.object
