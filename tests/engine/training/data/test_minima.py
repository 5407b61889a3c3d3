"""Which molecules at rest data of many molecules begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import PhonoscopeError
from engine.training.data.labelled import write_part
from engine.training.data.minima import read_minima
from engine.training.data.probed import STAGES
from tests.engine.training.data.hooke import Springs
from tests.engine.training.data.test_probed import minimum


def test_small_ones_come_first_and_none_that_is_held_out_or_known(tmp_path: Path) -> None:
    springs = Springs()
    names = {"a": "CH3OH", "b": "H2O", "known": "NH3", "allene": "C3H4_D2d", "c": "C2H6", "d": "HF"}
    for name, formula in names.items():
        rest = minimum(springs, formula, name).structure
        write_part(tmp_path / f"{name}.equilibrium.h5", "equilibrium", [rest], {})
    chosen = read_minima(tmp_path, STAGES, 2, {"known"})
    assert chosen[0].name == "b"  # HF has two atoms
    assert {m.name for m in chosen} == {"a", "b", "c"}
    assert {m.name for m in read_minima(tmp_path, STAGES, 3)} == {"a", "b", "c", "known"}
    assert read_minima(tmp_path, STAGES, 2, {"known"}, listed={"c"})[0].name == "c"
    assert [m.name for m in read_minima(tmp_path, STAGES, 1, {"known"})] == ["b"]
    assert chosen[0].parts(2) == [STAGES[2]]
    with pytest.raises(PhonoscopeError):
        read_minima(tmp_path / "nothing", STAGES, 2)
