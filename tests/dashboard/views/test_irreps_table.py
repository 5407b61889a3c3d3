import numpy as np

from dashboard.state import State
from dashboard.views import irreps_table


def test_rows_are_levels():
    rows = irreps_table._rows(State(entry_name="methane").modes)
    assert rows["frequency"].tolist() == ["1314.3", "1531.9", "3020.0", "3153.9"]
    assert rows["degeneracy"].tolist() == [3, 2, 1, 3]
    assert "IR" in rows["activity"][0] and "Raman" in rows["activity"][0]
    assert "IR" not in rows["activity"][1]


def test_no_activity_is_claimed_away_from_gamma():
    state = State(entry_name="silicon")
    state.select(0, np.array([0.5, 0.0, 0.5]))
    rows = irreps_table._rows(state.modes)
    assert rows["activity"].tolist() == ["", "", ""]
    assert rows["degeneracy"].tolist() == [2, 2, 2]
    assert len(set(rows["irrep"])) == 3  # of X, with letters of the project's own
    assert "Away from Γ" in irreps_table._words(state)
