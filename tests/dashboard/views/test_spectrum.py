from dataclasses import replace

import numpy as np

import engine
from dashboard.state import State
from dashboard.views import spectrum
from dashboard.views.spectrum import Settings, _is


def test_a_level_is_silent_only_if_nothing_sees_it():
    modes = engine.entry("methane").result().modes
    for i in range(len(modes)):
        assert _is("Raman", modes, i)
        assert not _is("silent", modes, i)
        assert _is("IR", modes, i) == (modes.irrep[i] == "T2")


def test_heights_are_drawn_only_where_they_are_known():
    state = State(entry_name="methane")
    infrared, raman = spectrum._plots(state, Settings())
    sticks = infrared.renderers[-1].data_source.data
    assert np.allclose(sticks["y"].sum(), state.subject.intensities.infrared_km_mol.sum())
    assert sticks["height"][1] == "no line"  # E, which infrared light does not drive
    assert "km/mol" in infrared.yaxis.axis_label and "Å⁴/u" in raman.yaxis.axis_label
    state.show(replace(state.subject, entry=None))  # of which nothing but the result is known
    (rows,) = spectrum._plots(state, Settings())
    assert rows.yaxis.major_label_overrides == {0: "silent", 1: "Raman", 2: "IR"}
    assert "not known" in spectrum._note(state)


def test_the_width_is_set_in_the_unit_of_the_page_and_stays_the_same():
    state, settings, changes = State(entry_name="methane"), Settings(), []
    width = spectrum._controls(state, settings, lambda: changes.append(settings.width_cm1))[0]
    assert (width.label, width.value) == ("Width (cm⁻¹)", 20)
    state.unit = "THz"
    assert width.label == "Width (THz)" and np.isclose(width.value, 20 * 0.0299792458)
    assert settings.width_cm1 == 20 and not changes
    width.param.trigger("value_throttled")  # as when the handle is let go where it stands
    assert np.isclose(changes, 20)
    width.value = 0.9
    width.param.trigger("value_throttled")
    state.unit = "cm⁻¹"
    assert np.isclose(width.value, 0.9 / 0.0299792458) and np.isclose(changes[-1], width.value)


def test_the_axis_follows_unit_scale_and_direction():
    state = State(entry_name="methane")
    top = state.modes.frequency_cm1.max()
    axis = spectrum._axis(state, Settings(scale=0.95, descending=True))
    assert np.isclose(axis.start, 1.08 * 0.95 * top) and axis.end == 0
    state.unit = "THz"
    assert np.isclose(spectrum._axis(state, Settings()).end, 1.08 * top * 0.0299792458)
    assert np.isclose(spectrum._marked(state, Settings())["x"], 39.403, atol=1e-2)
