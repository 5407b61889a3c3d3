import json

import numpy as np
import pytest

import engine
from engine import PhonoscopeError, library


def test_every_entry_opens_and_vibrates():
    for entry in engine.entries():
        assert entry.teaches
        result = entry.result()
        modes = result.modes if entry.kind == "molecule" else result.gamma
        rigid = 6 if entry.kind == "molecule" else 0
        assert len(modes) == 3 * len(entry.atoms) - rigid
        assert np.isfinite(modes.frequency_cm1).all()
        assert entry.kind == ("crystal" if entry.atoms.pbc.any() else "molecule")


def test_stored_references_say_where_they_come_from():
    for entry in engine.entries():
        if isinstance(entry.source, library.Reference):
            record = entry.source.provenance
            for key in ("theory", "functional", "basis", "programs", "date_utc", "command"):
                assert record[key]
            assert "/" not in record["command"].replace("assets/", "")  # no one's folders
            json.dumps(record)


def test_unknown_names_are_told_with_the_known_ones():
    with pytest.raises(PhonoscopeError, match="methane"):
        engine.entry("unobtainium")


def test_reading_gives_a_copy():
    atoms = engine.read("silicon")
    atoms.positions += 1
    assert np.allclose(engine.read("silicon").positions[0], 0)
