import json
from dataclasses import replace

import numpy as np
import pytest

import engine
from engine.domain import surroundings
from engine.errors import PhonoscopeError
from engine.potentials.cards import model_card
from engine.potentials.checkpoints.native import Card
from engine.training.networks import new_network
from engine.training.publish import EVALUATION, publish
from tests.engine.training.teacher import TINY, molecules


def test_a_published_model_says_its_errors_and_knows_its_domain(tmp_path):
    samples = molecules(distorted=2)
    samples = [replace(s, held_out=s.name == "CH4") for s in samples]
    network = new_network(TINY, samples, 0, np.dtype(np.float32))
    model = network.potential(network.trained, dict.fromkeys(network.elements, 0.0), "tiny", "")
    folder = tmp_path / "tiny"
    trained = [s for s in samples if not s.held_out]
    held_out = [s for s in samples if s.held_out]
    with pytest.raises(PhonoscopeError):
        publish(model, Card("tests"), trained, [], folder)
    assert not folder.exists()
    for _ in range(2):  # the second takes the place of the first
        found = publish(model, Card("tests", "MIT"), trained, held_out, folder)
    card = model_card(folder)
    forces = found.quantities["forces"].summary()["mean_absolute"]
    assert f"forces {forces:.3g} meV/angstrom" in card["errors"]
    assert card["training_data"] == "tests"
    assert json.loads((folder / EVALUATION).read_text())["names"] == 1
    stored = engine.load_model(folder)
    assert surroundings(samples[0].atoms, stored).distance.max() < 1
