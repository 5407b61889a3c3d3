"""The mean of two states of a network."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from typer.testing import CliRunner

from engine import load_model
from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.native import Card, read_description, save_model
from engine.training.average import app, averaged
from engine.training.networks import new_network
from tests.engine.training.teacher import TINY, molecules


def tiny(seed, formulas=("H2O",), **form):
    network = new_network(
        {**TINY, **form}, molecules(list(formulas), distorted=1), seed, np.float64
    )
    return network.potential(network.trained, dict.fromkeys(network.elements, 0.0), "tiny", "")


def test_every_parameter_lies_between(tmp_path):
    one, other = tiny(0), tiny(1)
    for share in (0.0, 0.25, 1.0):
        mean = averaged(one, other, share)
        for x, y, z in zip(
            *map(jax.tree.leaves, (one.parameters, other.parameters, mean.parameters)), strict=True
        ):
            np.testing.assert_allclose(z, (1 - share) * x + share * y)
            assert z.dtype == x.dtype
    for name, model in (("one", one), ("other", other)):
        save_model(model, tmp_path / name, Card(f"data of {name}", "MIT"))
    paths = [str(tmp_path / name) for name in ("one", "other", "mean")]
    done = CliRunner().invoke(app, [*paths[:2], "--out", paths[2]])
    assert done.exit_code == 0, done.output
    written, expected = load_model(paths[2]), averaged(one, other, 0.5)
    for x, y in zip(
        jax.tree.leaves(written.parameters), jax.tree.leaves(expected.parameters), strict=True
    ):
        np.testing.assert_array_equal(x, y)
    said = read_description(tmp_path / "mean")["training_data"]
    assert "data of one" in said and "data of other" in said


@pytest.mark.parametrize("other", [{"radial_width": 4}, {"formulas": ("CH4",)}])
def test_networks_of_two_forms_have_no_mean(other):
    with pytest.raises(PhonoscopeError, match="differ"):
        averaged(tiny(0), tiny(0, **other), 0.5)
