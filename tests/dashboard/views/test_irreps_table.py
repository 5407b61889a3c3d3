from dataclasses import replace

import numpy as np

from dashboard.state import State
from dashboard.views import irreps_table


def test_rows_are_levels():
    rows, levels = irreps_table._rows(State(entry_name="methane").modes)
    told = ["1314.3", "1531.9", "3020.0", "3153.9"]
    assert all(text in row for text, row in zip(told, rows["frequency"], strict=True))
    assert rows["degeneracy"].tolist() == ["3", "2", "1", "3"]
    assert "IR" in rows["activity"][0] and "Raman" in rows["activity"][0]
    assert "IR" not in rows["activity"][1]
    assert "infrared" not in rows.columns
    assert levels == [0, 1, 2, 3]


def test_filters_keep_the_numbers_of_levels():
    modes = State(entry_name="methane").modes
    assert irreps_table._rows(modes, filtered="IR")[1] == [0, 3]
    assert irreps_table._rows(modes, filtered="Raman")[1] == [0, 1, 2, 3]
    assert irreps_table._rows(modes, filtered="Silent")[1] == []


def test_cells_sort_by_their_value_as_text():
    values = [-120.4, -3.0, 0.0, 5.2, 99.0, 1306.0, 3153.9]
    cells = [irreps_table._keyed(value, "") for value in values]
    assert cells == sorted(cells)


def test_strengths_of_partners_are_added_where_they_are_known():
    state = State(entry_name="methane")
    known = state.subject.intensities
    rows, _ = irreps_table._rows(state.modes, strengths=known)
    assert f"{known.infrared_km_mol[0]:.1f}" in rows["infrared"][0]
    assert ">0.0<" in rows["infrared"][1]
    assert State(entry_name="silicon").subject.intensities is None


def test_imaginary_frequencies_are_shown_and_named():
    modes = State(entry_name="methane").modes
    unstable = replace(modes, frequency_cm1=modes.frequency_cm1 - 1400)
    rows, levels = irreps_table._rows(unstable, filtered="Unstable")
    assert levels == [0] and "85.7i unstable" in rows["frequency"][0]


def test_labels_in_doubt_are_marked_with_the_reason():
    modes = State(entry_name="methane").modes
    doubtful = replace(
        modes,
        irrep_certain=(False,) * len(modes),
        irrep_confidence=(0.4,) * len(modes),
    )
    cell = irreps_table._rows(doubtful)[0]["irrep"][0]
    assert ">?<" in cell and "only 40 %" in cell
    assert "?" not in irreps_table._rows(modes)[0]["irrep"][0]


def test_no_activity_is_claimed_away_from_gamma():
    state = State(entry_name="silicon")
    state.select(0, np.array([0.5, 0.0, 0.5]))
    rows, _ = irreps_table._rows(state.modes)
    assert rows["activity"].tolist() == ["", "", ""]
    assert rows["degeneracy"].tolist() == ["2", "2", "2"]
    assert len(set(rows["irrep"])) == 3  # of X, with letters of the project's own
    words = irreps_table._words(state)
    assert "Away from Γ" in words and "D</i><sub>4h" in words and "a(2) + c(2) + d(2)" in words
